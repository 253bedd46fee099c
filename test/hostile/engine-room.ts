import { readConfig } from "../../src/config/read-config.ts";
import type { HttpAnswer, HttpRequest, Ports } from "../../src/ports.ts";
import { Books } from "../../src/spool/ledger.ts";
import { Engine } from "../../src/tenant/engine.ts";
import type { TenantReport } from "../../src/tenant/report.ts";
import { reportOf } from "../../src/tenant/reporter.ts";
import type { Limits } from "./answer.ts";
import { RowLimitSql } from "./row-limit-sql.ts";
import { environment, secretsIn } from "./secrets.ts";

export const start = Date.parse("2026-05-01T08:00:00Z");
export const minute = 60_000;
const requestsPerRun = 45;
const kandjiHost = "acme.api.kandji.io";

export type Side = (request: HttpRequest, limits: Limits) => Promise<HttpAnswer>;

/** A tenant's engine whose two sides are functions, on a clock that jumps to whatever is waited for. */
export class EngineRoom {
  readonly clock = { at: start };
  readonly sql = new RowLimitSql();
  /** Hosts that were asked in this run, in order. */
  readonly asked: string[] = [];
  kandji: Side;
  intake: Side;
  readonly #env: Readonly<Record<string, string>>;
  readonly #maxSpoolBytes: number | undefined;
  #engine: Engine;

  constructor(
    env: Readonly<Record<string, string>>,
    sides: { readonly kandji: Side; readonly intake: Side },
    maxSpoolBytes?: number,
  ) {
    this.kandji = sides.kandji;
    this.intake = sides.intake;
    this.#env = env;
    this.#maxSpoolBytes = maxSpoolBytes;
    this.#engine = this.#awaken();
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** The object is gone from memory; the next one reads the tables. */
  evict(): void {
    this.#engine.stop();
    this.#engine = this.#awaken();
  }

  /** A firing of the cron and all that it sets off. */
  async fire(): Promise<TenantReport> {
    this.asked.length = 0;
    this.#engine.state.tick(this.clock.at);
    await this.#engine.run();
    this.#engine.state.beatIfDue();
    if (this.asked.length > requestsPerRun) throw new Error(`A run made ${this.asked.length} requests`);
    return this.report();
  }

  /** To the next firing of the cron at which there is something to do: firings are whole minutes apart. */
  pass(): void {
    const next = Math.max(this.clock.at + minute, this.#engine.plan().wakeAt ?? 0);
    this.clock.at = Math.ceil(next / minute) * minute;
  }

  report(): TenantReport {
    return reportOf(this.#engine.state, this.clock.at);
  }

  /** By how much the counts of each destination do not add up. */
  imbalances(): number[] {
    const { spool, couriers } = this.#engine.state;
    const books = new Books(spool);
    return [...couriers.keys()].flatMap((id) => {
      const { collected, delivered, pending, skipped, dead } = books.of(id);
      const difference = collected - delivered - pending - skipped - dead;
      return difference === 0 ? [] : [difference];
    });
  }

  /** Secrets in a report, and in every table but those that hold records. */
  leaks(report: object = this.report()): string[] {
    const stored = ["documents", "lanes", "offsets", "ranges", "seen"].map((table) =>
      this.sql.exec(`SELECT * FROM ${table}`),
    );
    return secretsIn(JSON.stringify([report, stored]));
  }

  #awaken(): Engine {
    const config = readConfig(this.#env);
    const tenant = config.tenants.get("acme");
    if (tenant?.ok !== true) throw new Error("The test's tenant has no valid secret");
    return new Engine({
      ports: this.#ports(),
      config,
      tenant: tenant.value,
      maxRequestsPerRun: requestsPerRun,
      maxSpoolBytes: this.#maxSpoolBytes,
      readOwnLog: async () => '{"entries":[],"next":null}',
      wakeLater: () => {},
    });
  }

  #ports(): Ports {
    return {
      now: () => this.clock.at,
      random: () => 0.5,
      sleep: async (ms) => void (this.clock.at += ms),
      sql: this.sql,
      http: async (request, limits) => {
        const { host } = new URL(request.url);
        this.asked.push(host);
        return host === kandjiHost ? this.kandji(request, limits) : this.intake(request, limits);
      },
    };
  }
}

/** The tenant and one webhook, whose requests can be read. */
export const plainEnvironment: Readonly<Record<string, string>> = {
  TENANT_ACME: environment["TENANT_ACME"] ?? "",
  DESTINATION_SIEM: JSON.stringify({ type: "webhook", url: "https://logs.example.com/in" }),
};

export const answering =
  (status: number, body = ""): Side =>
  async () => ({ status, headers: new Headers(), body });
export const nothingNew = answering(200, '{"results":[],"next":null}');
