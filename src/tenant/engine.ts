import type { Config, TenantConfig } from "../config/config.ts";
import { Connections, healthyConnections, suspectConnections } from "../delivery/connections.ts";
import type { Courier } from "../delivery/courier.ts";
import type { Ports, Sql } from "../ports.ts";
import type { ReadOwnLog } from "./logs.ts";
import { TenantState } from "./state.ts";
import { decide, type Plan } from "./plan.ts";
import { Pulse } from "./pulse.ts";
import { collecting, viewOf } from "./view.ts";

/** How long one run works before it hands over to the alarm. */
const runMs = 20_000;

export interface EngineOptions {
  readonly ports: Ports;
  readonly config: Config;
  readonly tenant: TenantConfig;
  readonly maxRequestsPerRun: number;
  readonly maxSpoolBytes: number | undefined;
  readonly readOwnLog: ReadOwnLog;
  /** Something will have to be done at this time, though others are still at work. */
  readonly wakeLater: (at: number) => void;
}

/** What a run may still do. */
interface Allowance {
  requests: number;
  readonly until: number;
}

/**
 * Runs a tenant: one loop collects, one loop for each destination delivers. They share the spool and nothing else, so a
 * slow intake delays no poll and a silent Kandji no delivery. Single flight: a loop that runs is not started again.
 */
export class Engine {
  readonly state: TenantState;
  readonly #ports: Ports;
  readonly #options: EngineOptions;
  readonly #pulse = new Pulse();
  readonly #healthy = new Connections(healthyConnections);
  readonly #suspect = new Connections(suspectConnections);
  /** Whose request is under way. */
  readonly #busy = new Set<string>();
  readonly #flights = new Map<string, Promise<void>>();
  #allowance: Allowance = { requests: 0, until: 0 };
  #isStopped = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#ports = { ...options.ports, sql: this.#whileRunning(options.ports.sql) };
    this.state = new TenantState({ ...options, ports: this.#ports });
  }

  /** Does what is due. Resolves when nothing is left that can be done now, or the run's allowance is used up. */
  async run(): Promise<void> {
    const { maxRequestsPerRun } = this.#options;
    this.#allowance = { requests: maxRequestsPerRun, until: this.#ports.now() + runMs };
    for (const courier of this.state.couriers.values()) this.#fly(courier.id, () => this.#deliver(courier));
    this.#fly(collecting, () => this.#collect());
    this.#pulse.beat();
    await Promise.all(this.#flights.values());
  }

  /** Nothing is written any more, whatever is still under way. */
  stop(): void {
    this.#isStopped = true;
    this.#pulse.beat();
  }

  /**
   * What an engine knows is what it has read and written. Once a transaction fails, or another may write, that is not what
   * is stored any more: nothing of it may be written from then on.
   */
  #whileRunning(sql: Sql): Sql {
    const check = (): void => {
      if (this.#isStopped) throw new Error("This engine was stopped");
    };
    return {
      exec: (query, ...bindings) => {
        check();
        return sql.exec(query, ...bindings);
      },
      transaction: (work) => {
        check();
        try {
          return sql.transaction(work);
        } catch (error) {
          this.stop();
          throw error;
        }
      },
    };
  }

  plan(): Plan {
    return decide(viewOf(this.state, this.#ports, this.#busy), this.#ports.now());
  }

  #fly(name: string, loop: () => Promise<void>): void {
    if (this.#flights.has(name)) return;
    this.#flights.set(
      name,
      this.#pulse.run(loop).finally(() => this.#flights.delete(name)),
    );
  }

  async #whileBusy<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#busy.add(name);
    try {
      return await work();
    } finally {
      this.#busy.delete(name);
    }
  }

  #mayGoOn(): boolean {
    return !this.#isStopped && this.#allowance.requests > 0 && this.#ports.now() < this.#allowance.until;
  }

  get hasWorked(): boolean {
    return this.#allowance.requests < this.#options.maxRequestsPerRun;
  }

  /** Waits for others to make work; false when nobody works any more. */
  async #park(): Promise<boolean> {
    this.#handOver();
    return this.#pulse.next();
  }

  /** While others are at work, perhaps for long, what this loop leaves undone is not forgotten. */
  #handOver(): void {
    if (this.#isStopped || !this.#pulse.hasOthers) return;
    const { wakeAt } = this.plan();
    const now = this.#ports.now();
    if (wakeAt !== null && (wakeAt > now || !this.#mayGoOn())) this.#options.wakeLater(Math.max(now, wakeAt));
  }

  async #collect(): Promise<void> {
    while (this.#mayGoOn()) {
      const { collect } = this.plan();
      if (collect === null) {
        this.#arrived(this.state.flush());
        if (!(await this.#park())) return;
        continue;
      }
      this.#allowance.requests -= 1;
      const { state } = this;
      const { taken } = state.budget;
      const page = this.#whileBusy(collecting, async () => {
        if (collect.kind === "history") return state.readRange(collect.range);
        return collect.kind === "live" ? state.poll(collect.dataset) : state.walk(collect.dataset);
      });
      this.#arrived(await page);
      // A page may need more than the request that it was allowed: who acted is asked for.
      this.#allowance.requests -= Math.max(0, state.budget.taken - taken - 1);
    }
    if (!this.#isStopped) this.#arrived(this.state.flush());
    this.#handOver();
  }

  /** Records came into the spool: couriers look again. */
  #arrived(records: number): void {
    if (records === 0) return;
    for (const courier of this.state.couriers.values()) courier.recordsArrived();
    this.#pulse.beat();
  }

  async #deliver(courier: Courier): Promise<void> {
    while (this.#mayGoOn()) {
      if (this.state.isPaused({ destination: courier.id }) || !courier.isReady()) {
        if (!(await this.#park())) return;
        continue;
      }
      this.#allowance.requests -= 1;
      const connections = courier.trouble === null ? this.#healthy : this.#suspect;
      const step = await this.#whileBusy(courier.id, () => connections.use(() => courier.step()));
      this.state.keepTrouble(courier);
      this.#pulse.beat();
      if (step === "idle" && !(await this.#park())) return;
    }
    this.#handOver();
  }
}
