/** Owns the truth: watches both ends and what the forwarder says of itself, and notes every promise that is broken. */
import type { DeadLetterReport, DestinationReport, TenantReport } from "../../src/tenant/report.ts";
import { intakeCredentials } from "../simulator/intake-setups.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import { intakes } from "../simulator/intakes.ts";
import type { World } from "../simulator/world.ts";
import { minute, type Beginning } from "./beginning.ts";
import { Manners } from "./manners.ts";
import { Pauses } from "./pauses.ts";
import { Precedence } from "./precedence.ts";
import { Replays } from "./replays.ts";
import { Timelines } from "./timelines.ts";
import { seeTransitions } from "./transitions.ts";
import { Tally } from "./story.ts";

/** A moment is open for the overlap after it was seen, which is at the next poll; and with some room. */
const longestOpen = 20 * minute;
const usualOverlap = 10 * minute;
/** Records that ten pages hold with room to spare. */
const tenPages = 4_500;

export class Oracle {
  readonly wrong: string[] = [];
  readonly transitions = new Tally();
  readonly reports = new Map<string, TenantReport>();
  /** How often every program was ended, and when last. */
  ends = 0;
  /** Since when the batches of an intake may be formed anew, under other ids: the first deed that allows it. */
  readonly #formedAnewSince = new Map<string, number>();
  /** Deeds after which clocks disagree. */
  isSkewed = false;
  readonly manners: Manners;
  readonly precedence: Precedence;
  readonly pauses: Pauses;
  readonly replays: Replays;
  readonly #timelines: Timelines;
  readonly world: World;
  readonly beginning: Beginning;
  readonly now: () => number;
  /** Per intake: ids of accepted batches whose answer came back whole, how often. */
  readonly #confirmed = new Map<string, number>();
  /** Dead letters that were seen, by intake and record, and those that a person let go. */
  readonly #letters = new Map<string, DeadLetterReport>();
  readonly deleted = new Set<string>();
  /** Destinations that had nothing yet when others had. */
  readonly #newcomers = new Set<string>();
  readonly #secrets: readonly string[];

  /** `secrets`: those that the beginning does not name. */
  constructor(
    world: World,
    beginning: Beginning,
    { now, secrets }: { readonly now: () => number; readonly secrets: readonly string[] },
  ) {
    this.world = world;
    this.beginning = beginning;
    this.now = now;
    const note = (problem: string): void => this.note(problem);
    this.manners = new Manners(now, note);
    this.precedence = new Precedence(beginning.everyMinute, (tenant) => this.#isCrowded(tenant), now, note);
    this.pauses = new Pauses(now, note);
    this.#timelines = new Timelines(note);
    this.replays = new Replays({ world, now, note });
    this.#secrets = [...secrets, ...beginning.tokens.values(), ...intakeCredentials, "admin-token-of-the-simulation"];
  }

  note(problem: string): void {
    if (this.wrong.length < 20) this.wrong.push(problem);
  }

  /** After this deed a batch may be formed anew. */
  mayFormAnew(intake: string, since = this.now()): void {
    this.#formedAnewSince.set(intake, Math.min(since, this.#formedAnewSince.get(intake) ?? Infinity));
  }

  isFormedAnew(intake: string, at = this.now()): boolean {
    return at >= (this.#formedAnewSince.get(intake) ?? Infinity);
  }

  programsEnded(): void {
    this.ends += 1;
    this.manners.programsEnded();
    this.precedence.programsEnded();
  }

  /** A program whose transaction failed begins anew from its disk, as after a kill; what is under way it will not hear of. */
  transactionFailed(who: string): void {
    this.ends += 1;
    this.manners.transactionFailed(who);
    this.precedence.programsEnded();
  }

  sawAnswer(tenant: string, method: string, result: unknown): void {
    if (method === "tick" || method === "report") this.#sawReport(result as TenantReport);
    if (method === "deadLetters") this.#sawDeadLetters(result as DeadLetterReport[]);
    if (result !== undefined) this.sawText(`what tenant ${tenant} answers to ${method}`, JSON.stringify(result));
  }

  /** A request leaves for one of the two ends. */
  sawRequest(who: string, url: string): void {
    this.manners.sent(who, url);
    this.precedence.sent(who, url);
    this.pauses.sent(who, url);
    this.#timelines.sent(who, url);
  }

  sawText(where: string, text: string): void {
    const leaked = this.#secrets.find((secret) => text.includes(secret));
    if (leaked !== undefined) this.note(`promise 10: a secret is in ${where}`);
  }

  /** A disk that fails is told as an error of the program, by whoever noticed first that the engine was stopped for it. */
  sawInternalError(line: string): void {
    const { tenant = "" } = JSON.parse(line) as { readonly tenant?: string };
    if (this.manners.hasJustFailed(tenant)) return;
    this.note(`an error in the forwarder itself: ${line.slice(0, 300)}`);
  }

  /** The forwarder received the whole answer that its batch was accepted. */
  sawAcceptance(intake: string, id: string): void {
    const key = `${intake} ${id}`;
    this.#confirmed.set(key, (this.#confirmed.get(key) ?? 0) + 1);
  }

  confirmations(intake: string, id: string): number {
    return this.#confirmed.get(`${intake} ${id}`) ?? 0;
  }

  #sawReport(report: TenantReport): void {
    const before = this.reports.get(report.id);
    const isBegun = report.destinations.some(({ collected }) => collected > 0);
    for (const { name, collected } of report.destinations) if (isBegun && collected === 0) this.#newcomers.add(name);
    seeTransitions(before, report, this.transitions);
    this.#timelines.sawReport(report);
    this.replays.sawReport(report);
    for (const books of report.destinations) this.#checkBooks(report.id, books);
    this.reports.set(report.id, report);
  }

  #checkBooks(tenant: string, books: DestinationReport): void {
    const { name, collected, delivered, pending, skipped, dead, owed } = books;
    const says = JSON.stringify({ collected, delivered, pending, skipped, dead, owed });
    if (collected !== delivered + pending + skipped + dead)
      this.note(`promise 1: the books of ${tenant} at ${name} do not balance: ${says}`);
    if ([collected, delivered, pending, skipped, dead, owed].some((count) => count < 0))
      this.note(`promise 1: a count of ${tenant} at ${name} is negative: ${says}`);
    // What was accepted and never heard of may have outgrown the spool: it is collected again, and comes in another batch.
    if (owed > 0) this.mayFormAnew(name, 0);
    const intake = this.world.intakes.get(name);
    const arrived = intake?.memory.arrivals ?? 0;
    // Whoever keeps nothing twice does not count what comes again.
    const isCounted = intake === undefined || intakes[intake.kind].dedupes !== true;
    if (isCounted && delivered > arrived)
      this.note(`promise 1: ${tenant} calls ${delivered} delivered to ${name}, which has ${arrived}`);
  }

  #sawDeadLetters(letters: readonly DeadLetterReport[]): void {
    for (const letter of letters) {
      const key = `${letter.destination} ${letter.recordId}`;
      if (this.#letters.has(key)) continue;
      this.#letters.set(key, letter);
      const intake = this.world.intakes.get(letter.destination);
      // By its record id an event is recognised in what was sent; a row is not.
      const isEvent = letter.dataset === "audit-events";
      if (intake !== undefined && letter.recordId !== null && isEvent)
        this.#checkDeath(letter, letter.recordId, intake);
    }
  }

  /** A dead letter was refused alone or by its name, then another record was accepted, then it was refused alone again. */
  #checkDeath({ destination, status }: DeadLetterReport, recordId: string, { kind, memory }: SimulatedIntake): void {
    if (status === 0) return;
    const { partly } = intakes[kind];
    const isNamed = (refused: readonly string[]): boolean => partly === "names" && refused.includes(recordId);
    const own = memory.batches.flatMap(({ accepted, keys, refusedBeside }) => {
      if (accepted) return isNamed(refusedBeside) ? ["refused", "accepted"] : ["accepted"];
      return keys.length === 1 && keys[0] === recordId ? ["refused"] : [];
    });
    // Where nobody knows which of a batch were refused and none may be sent again, all of it is given up.
    if (partly === "none" && isWithRefused(memory, recordId)) return;
    const first = own.indexOf("refused");
    const last = own.lastIndexOf("refused");
    const isAccepted = own.indexOf("accepted", first) > first && own.indexOf("accepted", first) < last;
    if (first < 0 || !isAccepted)
      this.note(`promise 6: ${recordId} was given up for ${destination} before another record was accepted`);
  }

  #isCrowded(tenant: string): boolean {
    const [dataset] = this.reports.get(tenant)?.datasets ?? [];
    // Sweeps that find something widen the overlap.
    const since = this.now() - Math.max(longestOpen, 2_000 * (dataset?.overlap?.seconds ?? 0));
    const open = this.world.kandji.get(tenant)?.store.visible() ?? [];
    return open.filter(({ at, visibleAt }) => Math.max(at / 1000, visibleAt) >= since).length > tenPages;
  }

  /** It is a dead letter, or was one until a person let it go. */
  isLetGo(intake: string, key: string): boolean {
    return this.isDeadAt(intake, key) || this.deleted.has(`${intake} ${key}`);
  }

  /**
   * How often a record may come to an intake beside retries, less one: it was asked for again; or it was shown late while the
   * destination joined, and so is both in what it is given of the past and among the finds of a sweep (decision 0020).
   */
  mostCopies(intake: string): ReadonlyMap<string, number> {
    const copies = new Map(this.replays.mostCopies(intake));
    if (!this.#newcomers.has(intake)) return copies;
    for (const { store } of this.world.kandji.values())
      for (const { key, at, visibleAt } of store.visible())
        if (visibleAt - at / 1000 > usualOverlap) copies.set(key, (copies.get(key) ?? 0) + 1);
    return copies;
  }

  isDeadAt(intake: string, key: string): boolean {
    return this.#letters.has(`${intake} ${key}`);
  }

  /** What is looked at whenever the history pauses. */
  check(): void {
    for (const [name, kandji] of this.world.kandji) {
      const manners = kandji.requests.manners();
      // The same holds of the second in which a kill and the next waking fall.
      if (manners.maxPerSecond > 50 + Math.min(1, this.ends))
        this.note(`promise 8: Kandji of ${name} was asked ${manners.maxPerSecond} times in a second`);
      const { maxRequestsPerHour } = this.beginning;
      // Whoever is killed between a request and the next thing that is written has made one that nobody knows of.
      if (!this.isSkewed && manners.maxPerHour > maxRequestsPerHour + this.ends)
        this.note(
          `promise 8: Kandji of ${name} was asked ${manners.maxPerHour} times in an hour, ${maxRequestsPerHour} are allowed`,
        );
    }
    for (const [name, intake] of this.world.intakes) {
      for (const id of intake.memory.changedBatches)
        this.note(`promise 2: batch ${id} came to ${name} with another body`);
    }
    const [stray] = this.world.strays;
    if (stray !== undefined) this.note(`promise 10: a request went to ${stray.url}`);
  }
}

/** Whether a record was refused, or was in a batch of which something was. */
const isWithRefused = ({ refused, batches }: SimulatedIntake["memory"], key: string): boolean =>
  refused.has(key) || batches.some(({ refusedBeside, keys }) => refusedBeside.length > 0 && keys.includes(key));
