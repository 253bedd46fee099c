import type { Config } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { Journal } from "../../src/forwarder/journal.ts";
import { exchange } from "../../src/http.ts";
import { TimedOut, type Ports } from "../../src/ports.ts";
import { Engine } from "../../src/tenant/engine.ts";
import type { ReadOwnLog } from "../../src/tenant/logs.ts";
import { nextAlarm } from "../../src/tenant/plan.ts";
import type { TenantReport } from "../../src/tenant/report.ts";
import { reportOf } from "../../src/tenant/reporter.ts";
import { randomFrom } from "../simulator/random.ts";
import { World, type WorldPlan } from "../simulator/world.ts";
import { NodeSql } from "./node-sql.ts";
import { VirtualTime } from "./virtual-time.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** When these histories begin. */
export const epoch = Date.parse("2026-05-01T08:00:00Z");

/** The secrets of a tenant `acme` and the destinations that are named; `webhook` by default. */
export function secrets(
  destinations: Readonly<Record<string, object>> = { siem: {} },
  tenant: object = {},
): Record<string, string> {
  const named = Object.entries(destinations).map(([name, settings]) => [
    `DESTINATION_${name.toUpperCase()}`,
    JSON.stringify({ type: "webhook", url: `https://intake.example/intake/${name}`, ...settings }),
  ]);
  return {
    TENANT_ACME: JSON.stringify({ subdomain: "acme", token: "token-of-acme", ...tenant }),
    ...Object.fromEntries(named),
  };
}

/** One tenant's engine in plain Node, on a clock, a network and a disk that the test owns. */
export class Household {
  readonly time = new VirtualTime(epoch);
  readonly sql = new NodeSql();
  readonly world: World;
  env: Record<string, string>;
  alarmAt: number | null = null;
  #engine: Engine | undefined;
  #journal: Journal | undefined;
  readonly #tenant: string;
  readonly #random = randomFrom(7);
  readonly #vars: { readonly maxRequestsPerRun: number; readonly maxSpoolBytes: number | undefined };

  constructor(
    plan: WorldPlan,
    env: Record<string, string>,
    vars: { readonly maxRequestsPerRun?: number; readonly maxSpoolBytes?: number; readonly tenant?: string } = {},
  ) {
    this.#tenant = vars.tenant ?? "acme";
    this.env = env;
    this.#vars = { maxRequestsPerRun: vars.maxRequestsPerRun ?? 45, maxSpoolBytes: vars.maxSpoolBytes };
    // Whoever hangs is not waited for: the clock goes on.
    const hang = async (): Promise<never> => {
      this.time.busy -= 1;
      return new Promise(() => {});
    };
    this.world = new World(plan, { now: this.time.now, hang });
  }

  get config(): Config {
    return readConfig(this.env);
  }

  /** What the forwarder object writes down. */
  get journal(): Journal {
    this.#journal ??= new Journal(new NodeSql(), { keptMs: 365 * day });
    return this.#journal;
  }

  readOwnLog: ReadOwnLog = async (name, id, query) => this.journal.log(name, { tenant: id }, query);

  get engine(): Engine {
    const tenant = this.config.tenants.get(this.#tenant);
    if (tenant?.ok !== true) throw new Error("The test's tenant has no valid secret");
    this.#engine ??= new Engine({
      ports: this.#ports(),
      config: this.config,
      tenant: tenant.value,
      ...this.#vars,
      readOwnLog: async (name, id, query) => this.readOwnLog(name, id, query),
      wakeLater: (at) => this.#arm(at),
    });
    return this.#engine;
  }

  /** How often it was gone from memory, with whatever was under way. */
  kills = 0;

  /** The object is gone from memory: what is stored is what is left. */
  evict(env = this.env): void {
    this.kills += 1;
    this.#engine?.stop();
    this.#engine = undefined;
    this.env = env;
  }

  /** A firing of the cron now, and everything that it sets off, to its end. */
  async tick(): Promise<TenantReport> {
    await this.time.during(this.#fire());
    return this.report();
  }

  /** Lets time pass: the cron fires every minute, the alarm rings when it is set to; neither waits for what is under way. */
  async pass(ms: number, { isCronSilent = false } = {}): Promise<TenantReport> {
    const until = this.time.now() + ms;
    for (;;) {
      const now = this.time.now();
      const fires = isCronSilent ? Infinity : (Math.floor(now / minute) + 1) * minute;
      const rings = Math.max(now, this.alarmAt ?? Infinity);
      // An alarm may be set while others are at work: time goes in steps, so that it is noticed.
      const next = Math.min(fires, rings, now + 5_000);
      if (next > until) break;
      await this.time.advance(next - now);
      if (this.alarmAt !== null && this.alarmAt <= next) {
        this.alarmAt = null;
        this.#background(this.#run());
      }
      if (next === fires) this.#background(this.#fire());
      await this.time.advance(0);
      if (this.#failure !== undefined) break;
    }
    await this.time.advance(Math.max(0, until - this.time.now()));
    if (this.#failure !== undefined) throw new Error("A run failed", { cause: this.#failure });
    return this.report();
  }

  #failure: unknown;

  #background(work: Promise<void>): void {
    const engine = this.#engine;
    work.catch((error: unknown) => {
      // One that was evicted may find, when its request is answered, that it must not write any more.
      if (engine !== this.#engine) return;
      if (this.sql.isKilled) this.#bury();
      else this.#failure = error;
    });
  }

  async #fire(): Promise<void> {
    this.engine.state.tick(this.time.now());
    return this.#run();
  }

  async #run(): Promise<void> {
    const { engine } = this;
    await engine.run();
    if (engine !== this.#engine) return;
    engine.state.beatIfDue();
    this.#arm(engine.plan().wakeAt);
  }

  report(): TenantReport {
    if (this.sql.isKilled) this.#bury();
    try {
      return this.#reportNow();
    } catch (error) {
      // It may be killed while it wakes up.
      if (!this.sql.isKilled) throw error;
      this.#bury();
      return this.#reportNow();
    }
  }

  /** Takes note that the process was killed; the next one finds what is stored, and its alarm. */
  #bury(): void {
    this.sql.isKilled = false;
    this.evict();
    this.#arm(this.time.now());
  }

  #reportNow(): TenantReport {
    return reportOf(this.engine.state, this.time.now());
  }

  #arm(wakeAt: number | null): void {
    this.alarmAt = nextAlarm(this.alarmAt, wakeAt, this.time.now()) ?? this.alarmAt;
  }

  #ports(): Ports {
    return {
      now: this.time.now,
      sleep: this.time.sleep,
      random: this.#random,
      sql: this.sql,
      http: async (request, limits) => {
        this.time.busy += 1;
        const answer = exchange(async (url, init) => this.world.fetch(new Request(url, init)), request, limits).finally(
          () => (this.time.busy -= 1),
        );
        return this.time.within(answer, limits.timeoutMs, () => new TimedOut("No answer in time"));
      },
    };
  }
}
