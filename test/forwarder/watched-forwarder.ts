/** Health, journal and notifications as the forwarder object joins them, on a disk, a clock and a network that the test owns. */
import type { NotifierConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import type { FailedTick, Fleet } from "../../src/forwarder/fleet.ts";
import { HealthWatch } from "../../src/forwarder/health.ts";
import { Journal } from "../../src/forwarder/journal.ts";
import { deliver, notificationProblems } from "../../src/forwarder/notifier.ts";
import { sightsOf } from "../../src/forwarder/sights.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { HttpRequest } from "../../src/ports.ts";
import type { Problem, TenantReport } from "../../src/tenant/report.ts";
import { NodeSql } from "../tenant/node-sql.ts";

export type Answer = (request: HttpRequest) => Promise<{ status: number; headers?: Record<string, string> }>;

export const notifySecret = (name: string, more: object = {}): Record<string, string> => ({
  [`NOTIFY_${name.toUpperCase()}`]: JSON.stringify({
    type: "json",
    url: `https://chat.example/${name}-secret`,
    ...more,
  }),
});

/** What a test says of a tenant; the rest of its report is that of one which is well. */
type Reported = Pick<TenantReport, "id" | "problems"> & Partial<TenantReport>;

const aTenant = { TENANT_ACME: JSON.stringify({ subdomain: "acme", token: "token-of-acme" }) };

const whole = (report: Reported, now: number): TenantReport => ({
  health: "ok",
  paused: false,
  datasets: [],
  destinations: [],
  requests: { lastHour: 0, limitPerHour: 1, left: 1, byDataset: {} },
  replays: [],
  spoolBytes: 0,
  reportedAt: new Date(now).toISOString(),
  ...report,
});

export class WatchedForwarder {
  readonly sql = new NodeSql();
  readonly posted: { readonly at: number; readonly url: string; readonly body: string }[] = [];
  answer: Answer = async () => ({ status: 200 });
  env: Record<string, string>;
  #health: HealthWatch;
  readonly #journal: Journal;
  readonly #reports = new Map<string, TenantReport>();
  readonly #failed = new Map<string, FailedTick>();
  readonly #homes = new Map<string, string>();
  #lastTick: number | null = null;

  constructor(env: Record<string, string>) {
    this.env = { ...aTenant, ...env };
    this.#journal = new Journal(this.sql, { keptMs: 1e12 });
    this.#health = this.#open();
  }

  evict(): void {
    this.#health = this.#open();
  }

  /** What a firing hands over, and what is then told. */
  async take(reports: readonly Reported[], now: number, failed: readonly string[] = []): Promise<void> {
    this.#lastTick = now;
    const at = new Date(now).toISOString();
    for (const tenant of failed) this.#failed.set(tenant, { at, why: "No answer" });
    for (const [id, parsed] of readConfig(this.env).tenants)
      if (parsed.ok && !this.#homes.has(id)) this.#homes.set(id, parsed.value.jurisdiction ?? "");
    await this.#look(reports, now, true);
  }

  /** What a tenant tells of itself while no cron fires. */
  async hear(reports: readonly Reported[], now: number): Promise<void> {
    await this.#look(reports, now, false);
  }

  /** The dead man's alarm rings. */
  async ring(now: number): Promise<void> {
    await this.#look([], now, true);
  }

  fleet(): Fleet {
    return {
      lastTickAt: this.#lastTick === null ? null : new Date(this.#lastTick).toISOString(),
      tenants: [...this.#reports.values()],
      failed: Object.fromEntries(this.#failed),
      awakeSince: new Date(0).toISOString(),
      homes: Object.fromEntries(this.#homes),
      problems: this.problems,
    };
  }

  async #look(reports: readonly Reported[], now: number, isWhole: boolean): Promise<void> {
    const seen = reports.map((report) => whole(report, now));
    for (const report of seen) {
      this.#reports.set(report.id, report);
      this.#failed.delete(report.id);
    }
    const config = readConfig(this.env);
    const surroundings = { config, fleet: this.fleet(), now };
    const sights = sightsOf(seen, surroundings, isWhole);
    const valid = this.notifiers;
    this.#health.look(sights, { valid, named: new Set(config.notifiers?.keys()) }, now);
    if (!this.#health.isAnyDue(valid, now)) return;
    await Promise.all(valid.map(async (notifier) => this.#post(notifier, now)));
  }

  forget(tenant: string): void {
    this.#health.forget(tenant);
  }

  get notifiers(): NotifierConfig[] {
    const { notifiers } = readConfig(this.env);
    return [...(notifiers?.values() ?? [])].flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
  }

  get problems(): Problem[] {
    return this.notifiers.flatMap((config) => notificationProblems(config, this.#health.outbox(config.id)));
  }

  get entries(): readonly JournalEntry[] {
    return this.#journal.page({ limit: 1000 }, 0).entries.toReversed();
  }

  /** The messages of notifications of type `json`. */
  get messages(): Record<string, unknown>[] {
    return this.posted.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  #open(): HealthWatch {
    return new HealthWatch({ sql: this.sql, append: (entry) => this.#journal.append(entry) });
  }

  async #post(config: NotifierConfig, now: number): Promise<void> {
    const ports = {
      now: () => now,
      http: async (request: HttpRequest) => {
        const { status, headers } = await this.answer(request);
        this.posted.push({ at: now, url: request.url, body: request.body as string });
        return { status, headers: new Headers(headers), body: "ok" };
      },
      outbox: () => this.#health.outbox(config.id),
      keep: (outbox: Parameters<HealthWatch["keep"]>[1]) => this.#health.keep(config.id, outbox),
    };
    await deliver(ports, config);
  }
}
