/**
 * Alerts, from both ends: what the reports said, firing by firing; what the journal says that was told of it; what came to the
 * chats. Each lasting change is told (docs/notifications.md), none is told that was not there, and none twice without a reason.
 */
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { TenantReport } from "../../src/tenant/report.ts";
import type { SimulatedChat } from "../simulator/chat.ts";
import type { ChatBeginning } from "./asides.ts";
import { hour, minute } from "./beginning.ts";
import { readMessage, type ToldNotice, type ToldSum } from "./messages.ts";

/** "A change counts when a report at least 30 seconds later still has it, and each report in between." */
const holdsMs = 30_000;
/** "Five changes of one problem in a row … are told as fast as that; after them, a change is told when it has lasted an hour." */
const quickChanges = 5;
const restlessHoldsMs = hour;
/** Between two firings of the cron, with some room for those that were lost. */
const firings = 3 * minute;

type Severity = "degraded" | "failing" | "ok";

/** What one hand-over of reports said of a tenant. */
interface Look {
  /** By the clock of the program. */
  readonly at: number;
  readonly problems: ReadonlyMap<string, Severity>;
  /** Its tick failed: nothing else is known of it. */
  readonly isFailed: boolean;
  /** It was answered, nobody was killed and no transaction failed meanwhile: what it brought is written. */
  isSure: boolean;
}

/** A change as the journal tells it. */
interface Change {
  readonly event: "degraded" | "restored";
  readonly health: string;
  readonly at: number;
}

interface Around {
  readonly chats: ReadonlyMap<string, SimulatedChat>;
  readonly plans: readonly ChatBeginning[];
  /** The clock of the programs. */
  readonly now: () => number;
  /** How often every program was ended. */
  readonly ends: () => number;
  readonly note: (problem: string) => void;
}

const tickFailed = "tick-failed";

/** What the forwarder object sees from outside, of itself and of tenants (docs/notifications.md): it stands in no report. */
const outside: ReadonlySet<string> = new Set([
  "secret-invalid",
  "jurisdiction-changed",
  "tenant-silent",
  "books-unbalanced",
]);

/** An entry of the journal that names no tenant is of the forwarder itself. */
const isFromOutside = (tenant: string, code: string): boolean => tenant === "undefined" || outside.has(code);

export class Alerts {
  readonly #around: Around;
  /** By tenant. */
  readonly #looks = new Map<string, Look[]>();
  /** Of the hand-over that is under way. */
  #open: Look[] = [];
  #failures = 0;
  /** Failures and ends before the hand-over that is under way. */
  #before = 0;
  #endsOfForwarder = 0;
  /** Bodies whose acceptance was heard of, by chat, each with how often; and what had ended by the time a body was accepted. */
  readonly #heard = new Map<string, number>();
  readonly #endsAt = new Map<string, number[]>();

  constructor(around: Around) {
    this.#around = around;
  }

  get #isTold(): boolean {
    return this.#around.plans.length > 0;
  }

  called(reports: readonly TenantReport[], failed: Readonly<Record<string, string>>): void {
    if (!this.#isTold) return;
    const at = this.#around.now();
    this.#before = this.#failures + this.#ends;
    this.#open = [
      ...reports.map((report) => this.#look(report.id, problemsOf(report), at, false)),
      ...Object.keys(failed).map((id) =>
        this.#look(id, new Map([[`tenant ${id}\n${tickFailed}`, "failing" as const]]), at, true),
      ),
    ];
  }

  #look(tenant: string, problems: ReadonlyMap<string, Severity>, at: number, isFailed: boolean): Look {
    const look = { at, problems, isFailed, isSure: false };
    this.#looks.set(tenant, [...(this.#looks.get(tenant) ?? []), look]);
    return look;
  }

  answered(): void {
    for (const look of this.#open) look.isSure = this.#failures + this.#ends === this.#before;
    this.#open = [];
  }

  /** Reports are being handed over. */
  get isLooking(): boolean {
    return this.#open.length > 0;
  }

  /** A transaction of the forwarder object failed. */
  failed(): void {
    this.#failures += 1;
  }

  forwarderEnded(): void {
    this.#endsOfForwarder += 1;
  }

  get #ends(): number {
    return this.#around.ends() + this.#endsOfForwarder;
  }

  /** A chat accepted a message. */
  accepted(chat: string, body: string): void {
    const key = `${chat} ${body}`;
    this.#endsAt.set(key, [...(this.#endsAt.get(key) ?? []), this.#ends]);
  }

  /** The forwarder heard all of the answer to a message. */
  heard(chat: string, body: string): void {
    const key = `${chat} ${body}`;
    this.#heard.set(key, (this.#heard.get(key) ?? 0) + 1);
  }

  /** What the journal tells by now: of what lasts, the last change is what is there. */
  judgeJournal(entries: readonly JournalEntry[]): void {
    const told = changesOf(entries);
    for (const [tenant, looks] of this.#looks) {
      const keys = new Set(looks.flatMap(({ problems }) => [...problems.keys()]));
      for (const key of keys) {
        const changes = told.get(`${tenant}\n${key}`) ?? [];
        this.#judgeLasting(`${tenant}: ${key.replace("\n", " ")}`, key, looks, changes);
      }
    }
    for (const [place, changes] of told) {
      const [tenant = "", subject = "", code = ""] = place.split("\n");
      const named = place.replaceAll("\n", " ");
      if (isFromOutside(tenant, code)) this.#judgeOrder(named, changes);
      else this.#judgeChanges(named, `${subject}\n${code}`, this.#looks.get(tenant) ?? [], changes);
    }
  }

  #judgeLasting(named: string, key: string, looks: readonly Look[], changes: readonly Change[]): void {
    const own = looks.filter(({ isFailed }) => !isFailed || key.endsWith(tickFailed));
    const now = severityIn(own.at(-1), key);
    const tail = own
      .slice(own.findLastIndex((look) => severityIn(look, key) !== now) + 1)
      .filter((look) => look.isSure);
    const [first, last] = [tail[0], tail.at(-1)];
    if (first === undefined || last === undefined) return;
    const holds = changes.length >= quickChanges ? restlessHoldsMs : holdsMs;
    if (last.at - first.at < holds) return;
    const told = changes.at(-1);
    const isTold = now === "ok" ? told?.event !== "degraded" : told?.event === "degraded";
    const isAsBad = now !== "failing" || told?.health === "failing";
    if (!isTold || !isAsBad)
      this.#around.note(
        `alerts: ${named} is ${now} since ${new Date(first.at).toISOString()}, and told is ${told === undefined ? "nothing" : `${told.event} ${told.health}`}`,
      );
  }

  /** Of what no report tells: nothing is restored that was not told as bad, and nothing told twice that has not grown worse. */
  #judgeOrder(named: string, changes: readonly Change[]): void {
    for (const [index, { event, health, at }] of changes.entries()) {
      const last = changes[index - 1];
      const isBadBefore = last?.event === "degraded";
      const isWorse = health === "failing" && last?.health === "degraded";
      if (event === "restored" ? !isBadBefore : isBadBefore && !isWorse)
        this.#around.note(
          `alerts: ${named} was told as ${event} ${health} at ${new Date(at).toISOString()}, after ${last?.event ?? "nothing"}`,
        );
    }
  }

  /** Each change was there, had lasted, and was another one than that before it. */
  #judgeChanges(named: string, key: string, looks: readonly Look[], changes: readonly Change[]): void {
    const own = looks.filter(({ isFailed }) => !isFailed || key.endsWith(tickFailed));
    for (const [index, change] of changes.entries()) {
      const wrong = (what: string): void =>
        this.#around.note(
          `alerts: ${named} was told as ${change.event} at ${new Date(change.at).toISOString()}, ${what}`,
        );
      const seen: Severity = change.event === "restored" ? "ok" : (change.health as Severity);
      const place = own.findLastIndex((look) => look.at === change.at && severityIn(look, key) === seen);
      if (place < 0) {
        wrong("and was not seen so");
        continue;
      }
      const isBad = seen !== "ok";
      const before = own.slice(0, place).findLast((look) => look.isSure && (severityIn(look, key) !== "ok") !== isBad);
      const first = own.find(({ at }) => at > (before?.at ?? -Infinity));
      if (change.at - (first?.at ?? 0) < holdsMs) wrong("and had not lasted");
      const last = changes[index - 1];
      if (change.event === "restored" && last?.event !== "degraded") wrong("and nothing was told as bad");
      if (change.event === "degraded" && last?.event === "degraded") {
        const between = own.filter(({ at }) => at > last.at && at < change.at);
        const isWorse = change.health === "failing" && last.health === "degraded";
        const wasBetter = change.health === "failing" && between.some((look) => severityIn(look, key) === "degraded");
        if (!isWorse && !wasBetter) wrong("and was told so before");
      }
    }
  }

  /** At rest: everything has come to the chats, and nothing more often than it had to. */
  judgeMessages(entries: readonly JournalEntry[]): void {
    for (const plan of this.#around.plans) {
      const posts = this.#around.chats.get(plan.name)?.posts ?? [];
      this.#judgeRepeats(plan.name);
      const messages = posts.map(({ body }) => readMessage(plan.kind, body));
      if (messages.includes(undefined)) this.#around.note(`alerts: nobody can read a message to ${plan.name}`);
      const sums = messages.filter((message): message is ToldSum => message?.kind === "sum");
      const notices = messages.filter((message): message is ToldNotice => message?.kind === "notice");
      const distinct = [...new Map(notices.map((notice) => [JSON.stringify(notice), notice])).values()];
      this.#judgeWhole(plan, entries, distinct, sums);
      if (sums.length === 0) this.#judgeReminders(plan, distinct);
    }
  }

  /** A message comes again only when its acceptance was not heard of, or whoever heard was gone before it was written down. */
  #judgeRepeats(chat: string): void {
    for (const [key, ends] of this.#endsAt) {
      if (!key.startsWith(`${chat} `)) continue;
      const gone = new Set(ends).size - 1;
      const unheard = ends.length - (this.#heard.get(key) ?? 0);
      if (ends.length - 1 > gone + unheard)
        this.#around.note(
          `alerts: ${ends.length} times came to ${key.slice(0, 300)}; ${unheard} were not heard of, ${gone} ends lay between`,
        );
    }
  }

  /** Message for message what the journal tells; what was summed up may have been so twice. */
  #judgeWhole(
    { name, tenant: only }: ChatBeginning,
    entries: readonly JournalEntry[],
    notices: readonly ToldNotice[],
    sums: readonly ToldSum[],
  ): void {
    const own = entries.filter(
      (entry) => (only === undefined || entry.actionParams?.static["tenant"] === only) && !isAboutIts(name, entry),
    );
    const due = new Set(
      own.map((entry) => nameOf(eventOf(entry), entry.actionParams?.static ?? {}, entry.actionDetails)),
    );
    const came = new Set(notices.filter(({ event }) => event !== "reminder").map((one) => nameOf(one.event, one, one)));
    const extra = [...came].filter((one) => !due.has(one));
    const missing = [...due].filter((one) => !came.has(one));
    const summed = sums.reduce((sum, { degraded, restored }) => sum + degraded + restored, 0);
    if (extra.length > 0) this.#around.note(`alerts: ${name} was told what no journal has: ${extra[0]}`);
    if (missing.length > summed)
      this.#around.note(
        `alerts: ${missing.length - summed} changes never came to the chat ${name}, as ${missing[0]} did not`,
      );
  }

  /** Not more than one in each period, of what was told and lasted; and one in each. */
  #judgeReminders({ name, reminderEveryMs }: ChatBeginning, notices: readonly ToldNotice[]): void {
    const byKey = Map.groupBy(notices, ({ subject, code }) => `${subject}\n${code}`);
    for (const [key, own] of byKey) {
      const sorted = own.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
      for (const [index, { event, at }] of sorted.entries()) {
        const before = sorted[index - 1];
        if (event !== "reminder") continue;
        const sinceMs = Date.parse(at) - Date.parse(before?.at ?? "");
        if (before === undefined || before.event === "restored" || sinceMs < reminderEveryMs)
          this.#around.note(
            `alerts: ${name} was reminded of ${key.replace("\n", " ")} at ${at}, after ${before?.event ?? "nothing"} at ${before?.at ?? "no time"}`,
          );
      }
      this.#judgeForgotten(name, key, sorted, reminderEveryMs);
    }
  }

  #judgeForgotten(name: string, key: string, sorted: readonly ToldNotice[], everyMs: number): void {
    const [, tenant = ""] = /^tenant ([a-z0-9-]+)/.exec(key) ?? [];
    const looks = this.#looks.get(tenant) ?? [];
    for (const [index, { event, at }] of sorted.entries()) {
      const start = Date.parse(at);
      const until = Date.parse(sorted[index + 1]?.at ?? "9999-01-01T00:00:00Z");
      const seen = looks.filter((look) => look.at > start && look.at < until && look.isSure && !look.isFailed);
      // A time in which it was bad at every look, and looked at.
      const better = seen.find((look) => severityIn(look, key) === "ok");
      const bad = seen.filter(({ at: when }) => when < (better?.at ?? Infinity));
      const last = bad.at(-1);
      if (event === "restored" || last === undefined || last.at - start < everyMs + firings) continue;
      const due = bad.find(({ at: when }) => when - start >= everyMs);
      if (due !== undefined)
        this.#around.note(
          `alerts: ${name} was not reminded of ${key.replace("\n", " ")}, which was told at ${at} and was there at ${new Date(last.at).toISOString()}`,
        );
    }
  }
}

function problemsOf({ problems }: TenantReport): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  for (const { subject, code, health } of problems) {
    const key = `${subject}\n${code}`;
    if (worst.get(key) !== "failing") worst.set(key, health);
  }
  return worst;
}

const severityIn = (look: Look | undefined, key: string): Severity => look?.problems.get(key) ?? "ok";

const eventOf = ({ actionName }: JournalEntry): "degraded" | "restored" =>
  actionName === "HEALTH_RESTORED" ? "restored" : "degraded";

/** That a chat does not answer is told to the others. */
const isAboutIts = (chat: string, { actionParams, actionDetails }: JournalEntry): boolean =>
  actionDetails?.["code"] === "notification-failing" &&
  actionParams?.static["subject"] === `secret NOTIFY_${chat.toUpperCase()}`;

interface Named {
  readonly [name: string]: unknown;
}

const nameOf = (event: string, where: object, details: object | undefined): string => {
  const { subject } = where as Named;
  const { code, health, at } = (details ?? {}) as Named;
  return [event, subject, code, health, at].map(String).join(" | ");
};

/** By tenant, subject and code. */
function changesOf(entries: readonly JournalEntry[]): ReadonlyMap<string, readonly Change[]> {
  const changes = new Map<string, Change[]>();
  for (const entry of entries) {
    const { tenant, subject } = entry.actionParams?.static ?? {};
    const { code, health, at } = entry.actionDetails ?? {};
    const place = [tenant, subject, code].map(String).join("\n");
    const change = { event: eventOf(entry), health: String(health), at: Date.parse(String(at)) };
    changes.set(place, [...(changes.get(place) ?? []), change]);
  }
  return changes;
}
