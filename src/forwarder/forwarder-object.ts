import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import type { TenantReport } from "../tenant/report.ts";
import { essence, type FailedTick, type Fleet, type ForwarderOperations } from "./fleet.ts";

/** How old the written time of the last tick may be: a row every ten minutes, not every minute. */
const tickKeptMs = 10 * 60_000;
const tickKey = "last-tick";
const reportKey = (tenant: string): string => `report:${tenant}`;
const homeKey = (tenant: string): string => `home:${tenant}`;

/**
 * What belongs to no tenant: when the cron last fired, and the last report of each tenant, so that a page view wakes no
 * tenant. Reports are kept in memory and written when they change; after an eviction, times in them may be ten minutes old.
 */
export class Forwarder extends DurableObject<Env> implements ForwarderOperations {
  readonly #reports = new Map<string, TenantReport>();
  readonly #written = new Map<string, string>();
  readonly #homes = new Map<string, string>();
  readonly #failed = new Map<string, FailedTick>();
  readonly #awakeSince = new Date(Date.now()).toISOString();
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
  }

  async begin(homes: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
    this.#lastTick = Date.now();
    if (this.#lastTick - this.#writtenTick >= tickKeptMs) {
      this.ctx.storage.kv.put(tickKey, this.#lastTick);
      this.#writtenTick = this.#lastTick;
    }
    for (const [tenant, home] of Object.entries(homes)) {
      if (this.#homes.has(tenant)) continue;
      this.ctx.storage.kv.put(homeKey(tenant), home);
      this.#homes.set(tenant, home);
    }
    return Object.fromEntries(this.#homes);
  }

  async takeReports(reports: readonly TenantReport[], failed: Readonly<Record<string, string>> = {}): Promise<void> {
    const at = new Date(Date.now()).toISOString();
    for (const [tenant, why] of Object.entries(failed)) this.#failed.set(tenant, { at, why });
    for (const report of reports) {
      this.#failed.delete(report.id);
      this.#reports.set(report.id, report);
      const now = essence(report);
      if (this.#written.get(report.id) === now) continue;
      this.ctx.storage.kv.put(reportKey(report.id), report);
      this.#written.set(report.id, now);
    }
  }

  async fleet(): Promise<Fleet> {
    return {
      lastTickAt: this.#lastTick === null ? null : new Date(this.#lastTick).toISOString(),
      tenants: [...this.#reports.values()],
      failed: Object.fromEntries(this.#failed),
      awakeSince: this.#awakeSince,
      homes: Object.fromEntries(this.#homes),
    };
  }

  async forget(tenant: string): Promise<void> {
    this.#reports.delete(tenant);
    this.#failed.delete(tenant);
    this.#written.delete(tenant);
    this.#homes.delete(tenant);
    this.ctx.storage.kv.delete(reportKey(tenant));
    this.ctx.storage.kv.delete(homeKey(tenant));
  }
}
