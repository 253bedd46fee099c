import { DurableObject } from "cloudflare:workers";
import type { NotifierConfig } from "../config/config.ts";
import { ownTenantId } from "../datasets/forwarder-log.ts";
import { readConfig } from "../config/read-config.ts";
import type { OwnName, Query } from "../datasets/dataset.ts";
import type { Env } from "../env.ts";
import { exchange } from "../http.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { JournalPage, JournalQuery } from "../journal/query.ts";
import type { RefusedAccess } from "../journal/refused-access.ts";
import type { SecretsSeen } from "../journal/secrets-seen.ts";
import type { Ports } from "../ports.ts";
import { sqlOf } from "../sqlite.ts";
import { cronProblems, tickKeptMs } from "../status/overview.ts";
import type { Problem, TenantReport } from "../tenant/report.ts";
import { essence, type FailedTick, type Fleet, type ForwarderOperations } from "./fleet.ts";
import { HealthWatch, type Notifiers } from "./health.ts";
import { Journal } from "./journal.ts";
import { deliver, notificationProblems } from "./notifier.ts";
import type { Outbox } from "./outbox.ts";
import { sightsOf } from "./sights.ts";
import { Watch } from "./watch.ts";

/** How often somebody looks whether the cron still fires: three rows an hour. */
const deadManMs = 20 * 60_000;
/** While it does not: soon again, so that it is told, and later for what lasts or did not get through. */
const soonMs = 60_000;
const laterMs = 3_600_000;
const tickKey = "last-tick";
const dayMs = 24 * 3_600_000;
const journalDays = 5 * 365;
const reportKey = (tenant: string): string => `report:${tenant}`;
const homeKey = (tenant: string): string => `home:${tenant}`;

/**
 * What belongs to no tenant: when the cron last fired, the journal, and the last report of each tenant, so that a page
 * view wakes no tenant. Reports are kept in memory and written when they change; after an eviction, times in them may be
 * ten minutes old.
 */
export class Forwarder extends DurableObject<Env> implements ForwarderOperations {
  readonly #reports = new Map<string, TenantReport>();
  readonly #written = new Map<string, string>();
  readonly #homes = new Map<string, string>();
  readonly #failed = new Map<string, FailedTick>();
  readonly #awakeSince = new Date(Date.now()).toISOString();
  readonly #watch: Watch;
  #opened: Journal | undefined;
  #openedHealth: HealthWatch | undefined;
  #isNotifying = false;
  #lastTick: number | null;
  #writtenTick: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { kv } = ctx.storage;
    this.#lastTick = kv.get<number>(tickKey) ?? null;
    this.#writtenTick = this.#lastTick ?? 0;
    for (const [key, report] of kv.list<TenantReport>({ prefix: reportKey("") })) {
      this.#reports.set(key.slice(reportKey("").length), report);
      this.#written.set(report.id, essence(report));
    }
    for (const [key, home] of kv.list<string>({ prefix: homeKey("") }))
      this.#homes.set(key.slice(homeKey("").length), home);
    this.#watch = new Watch({
      keys: kv,
      transaction: (work) => {
        this.#openJournal();
        return ctx.storage.transactionSync(work);
      },
      append: (entry) => this.#journal.append(entry),
    });
  }

  async begin(
    homes: Readonly<Record<string, string>>,
    secrets?: SecretsSeen,
  ): Promise<Readonly<Record<string, string>>> {
    const now = Date.now();
    this.#lastTick = now;
    const isKept = now - this.#writtenTick < tickKeptMs;
    if (!isKept) {
      this.ctx.storage.kv.put(tickKey, now);
      this.#writtenTick = now;
      const rings = (await this.ctx.storage.getAlarm()) ?? Infinity;
      if (rings > now + deadManMs) await this.ctx.storage.setAlarm(now + deadManMs);
    }
    this.#noting(() => {
      this.#watch.look(secrets, now);
      if (!isKept) this.#journal.prune(now);
    });
    for (const [tenant, home] of Object.entries(homes)) {
      if (this.#homes.has(tenant)) continue;
      this.ctx.storage.kv.put(homeKey(tenant), home);
      this.#homes.set(tenant, home);
    }
    return Object.fromEntries(this.#homes);
  }

  /** Nothing else wakes when the cron is silent, and somebody has to tell it. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    const { storage } = this.ctx;
    if (!this.#isCronSilent(now)) return storage.setAlarm(now + deadManMs);
    const isNew = now - (this.#lastTick ?? now) < 2 * deadManMs;
    await storage.setAlarm(now + (isNew ? soonMs : laterMs));
    if (this.#lookForChanges([], true)) await this.notify();
  }

  #isCronSilent(now: number): boolean {
    return cronProblems(this.#fleet(), now).length > 0;
  }

  async takeReports(reports: readonly TenantReport[], failed?: Readonly<Record<string, string>>): Promise<boolean> {
    const at = new Date(Date.now()).toISOString();
    for (const [tenant, why] of Object.entries(failed ?? {})) this.#failed.set(tenant, { at, why });
    for (const report of reports) {
      this.#failed.delete(report.id);
      const before = this.#reports.get(report.id);
      this.#noting(() => this.#watch.destinationsForgotten(before, report, Date.now()));
      this.#reports.set(report.id, report);
      const now = essence(report);
      if (this.#written.get(report.id) === now) continue;
      this.ctx.storage.kv.put(reportKey(report.id), report);
      this.#written.set(report.id, now);
    }
    // A firing says of whom it failed, if of nobody; a tenant that tells of itself does not.
    const isFiring = failed !== undefined;
    const isAnyDue = this.#lookForChanges(reports, isFiring);
    // Between two firings it waits for the next one, unless there is none.
    if (isAnyDue && !isFiring && cronProblems(this.#fleet(), Date.now()).length > 0) this.ctx.waitUntil(this.notify());
    return isAnyDue;
  }

  async notify(): Promise<void> {
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    try {
      await Promise.all(this.#notifiers().valid.map(async (config) => this.#post(config)));
    } finally {
      this.#isNotifying = false;
    }
  }

  async fleet(): Promise<Fleet> {
    return this.#fleet();
  }

  #fleet(): Fleet {
    return {
      lastTickAt: this.#lastTick === null ? null : new Date(this.#lastTick).toISOString(),
      tenants: [...this.#reports.values()],
      failed: Object.fromEntries(this.#failed),
      awakeSince: this.#awakeSince,
      homes: Object.fromEntries(this.#homes),
      problems: this.#ownProblems(),
    };
  }

  async forget(tenant: string, byItself = false): Promise<void> {
    if (byItself) this.#noting(() => this.#watch.tenantForgotten(tenant, Date.now()));
    this.#reports.delete(tenant);
    this.#failed.delete(tenant);
    this.#written.delete(tenant);
    this.#homes.delete(tenant);
    this.ctx.storage.kv.delete(reportKey(tenant));
    this.ctx.storage.kv.delete(homeKey(tenant));
    this.#noting(() => this.#health.forget(tenant), "health-not-written");
  }

  async record(entry: JournalEntry): Promise<void> {
    this.#journal.appendAttempt(entry);
  }

  async refused(access: RefusedAccess): Promise<void> {
    this.#watch.refused(access, Date.now());
  }

  async journal(query: JournalQuery): Promise<JournalPage> {
    return this.#journal.page(query, Date.now());
  }

  async ownLog(name: OwnName, tenant: string, query: Query): Promise<string> {
    const others = [...readConfig({ ...this.env }).tenants.keys()].filter((id) => id !== ownTenantId);
    return this.#journal.log(name, tenant === ownTenantId ? { others } : { tenant }, query);
  }

  /** Opened at its first use: a journal that a newer version wrote must not stop the rest. */
  get #journal(): Journal {
    return this.#openJournal();
  }

  /** Makes its tables at the first time: before a transaction that writes to it, since one within another is not to be had. */
  #openJournal(): Journal {
    this.#opened ??= new Journal(sqlOf(this.ctx.storage), { keptMs: this.#journalDays * dayMs });
    return this.#opened;
  }

  /** Opened at its first use, as the journal. */
  get #health(): HealthWatch {
    this.#openedHealth ??= new HealthWatch({
      sql: sqlOf(this.ctx.storage),
      append: (entry) => this.#noting(() => this.#journal.append(entry)),
    });
    return this.#openedHealth;
  }

  #notifiers(): Notifiers {
    const { notifiers = new Map() } = readConfig({ ...this.env });
    return {
      valid: [...notifiers.values()].flatMap((parsed) => (parsed.ok ? [parsed.value] : [])),
      named: new Set(notifiers.keys()),
    };
  }

  /** `isWhole`: with what no tenant reports. Whether something is to be told. */
  #lookForChanges(reports: readonly TenantReport[], isWhole: boolean): boolean {
    let isAnyDue = false;
    this.#noting(() => this.#openJournal());
    this.#noting(() => {
      const now = Date.now();
      const notifiers = this.#notifiers();
      const surroundings = { config: readConfig({ ...this.env }), fleet: this.#fleet(), now };
      this.#health.look(sightsOf(reports, surroundings, isWhole), notifiers, now);
      isAnyDue = this.#health.isAnyDue(notifiers.valid, now);
    }, "health-not-written");
    return isAnyDue;
  }

  async #post(config: NotifierConfig): Promise<void> {
    const { id } = config;
    const ports = {
      now: () => Date.now(),
      http: async (...[request, limits]: Parameters<Ports["http"]>) =>
        exchange((url, init) => fetch(url, init), request, limits),
      outbox: () => this.#health.outbox(id),
      keep: (outbox: Outbox) => this.#health.keep(id, outbox),
    };
    await deliver(ports, config);
  }

  #ownProblems(): Problem[] {
    let problems: Problem[] = [];
    this.#noting(() => {
      problems = this.#notifiers().valid.flatMap((config) =>
        notificationProblems(config, this.#health.outbox(config.id)),
      );
    }, "health-not-written");
    return problems;
  }

  get #journalDays(): number {
    const days = Number(this.env.JOURNAL_DAYS ?? NaN);
    return Number.isInteger(days) && days > 0 ? days : journalDays;
  }

  /** Collecting and delivering never wait for journal and health: what cannot be written is said in the log. */
  #noting(work: () => void, event = "journal-not-written"): void {
    try {
      work();
    } catch (error) {
      const message = error instanceof Error ? error.message : "unknown";
      console.error(JSON.stringify({ event, message }));
    }
  }
}
