/** Health, journal and notifications as the forwarder object joins them, on a disk, a clock and a network that the test owns. */
import type { NotifierConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { HealthWatch } from "../../src/forwarder/health.ts";
import { Journal } from "../../src/forwarder/journal.ts";
import { deliver, notificationProblems } from "../../src/forwarder/notifier.ts";
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

export class WatchedForwarder {
  readonly sql = new NodeSql();
  readonly posted: { readonly at: number; readonly url: string; readonly body: string }[] = [];
  answer: Answer = async () => ({ status: 200 });
  env: Record<string, string>;
  #health: HealthWatch;
  readonly #journal: Journal;

  constructor(env: Record<string, string>) {
    this.env = env;
    this.#journal = new Journal(this.sql, { keptMs: 1e12 });
    this.#health = this.#open();
  }

  evict(): void {
    this.#health = this.#open();
  }

  /** What a firing hands over, and what is then told. */
  async take(
    reports: readonly Pick<TenantReport, "id" | "problems">[],
    now: number,
    failed: readonly string[] = [],
  ): Promise<void> {
    const valid = this.notifiers;
    const named = new Set(readConfig(this.env).notifiers?.keys());
    this.#health.look(reports as readonly TenantReport[], failed, { valid, named }, now);
    if (!this.#health.isAnyDue(valid, now)) return;
    await Promise.all(valid.map(async (config) => this.#post(config, now)));
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
