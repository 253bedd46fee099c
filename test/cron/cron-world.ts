/** Ports of a firing of the cron, on a clock that the test owns: what was ticked and when, what was reported, what was logged. */
import { readConfig } from "../../src/config/read-config.ts";
import type { CronPorts } from "../../src/cron.ts";
import type { TenantReport } from "../../src/tenant/report.ts";

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

export interface Tick {
  readonly tenant: string;
  readonly home: string;
  readonly slot: number;
  readonly at: number;
}

/** What a tenant's object does when it is ticked: answers by itself, throws, or takes so long (`Infinity`: for ever). */
export type Behaviour = (attempt: number) => Promise<void>;

export class CronWorld {
  readonly ticks: Tick[] = [];
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  /** Reports and failures as the forwarder object received them, and when. */
  readonly told: {
    readonly at: number;
    readonly ids: readonly string[];
    readonly failed: Readonly<Record<string, string>>;
  }[] = [];
  /** Whether the forwarder object has something to tell; how many lines had been written each time that it was asked to. */
  hasNotices = false;
  readonly notified: number[] = [];
  readonly behaviours = new Map<string, Behaviour>();
  /** Homes that the forwarder object remembers; a tenant's own wish where it remembers none. */
  readonly homes: Record<string, string> = {};
  /** Ticks under way, now and at the most. */
  underWay = 0;
  mostUnderWay = 0;
  readonly #timers: Timer[] = [];
  readonly #secrets: Record<string, string>;
  #now = 0;

  constructor(secrets: Readonly<Record<string, string>>) {
    this.#secrets = { ...secrets };
  }

  /** So many tenants, `t0` and on. */
  static of(count: number): CronWorld {
    return new CronWorld(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`TENANT_T${index}`, tenantSecret()])),
    );
  }

  get now(): number {
    return this.#now;
  }

  readonly sleep = async (ms: number): Promise<void> => {
    if (ms === Infinity) return new Promise(() => {});
    return new Promise((ring) => this.#timers.push({ at: this.#now + ms, ring }));
  };

  /** Lets time pass until `work` is done; says when that was. */
  async until(work: Promise<void>): Promise<number> {
    let isDone = false;
    const end = work.finally(() => (isDone = true));
    end.catch(() => "told by the caller's own promise");
    for (;;) {
      await settle();
      if (isDone) break;
      const [next] = this.#timers.toSorted((one, other) => one.at - other.at);
      if (next === undefined) throw new Error("Nothing is left that could end it");
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = next.at;
      next.ring();
    }
    await work;
    return this.#now;
  }

  readonly ports: CronPorts = {
    now: () => this.#now,
    sleep: this.sleep,
    config: () => readConfig(this.#secrets),
    begin: async (homes) => ({ ...homes, ...this.homes }),
    tick: async (tenant, home, slot) => this.#tick({ tenant, home, slot, at: this.#now }),
    takeReports: async (reports, failed) => {
      this.told.push({ at: this.#now, ids: reports.map(({ id }) => id), failed });
      return this.hasNotices;
    },
    notify: async () => void this.notified.push(this.lines.length),
    log: (line) => this.lines.push(line),
  };

  async #tick(tick: Tick): Promise<TenantReport> {
    this.ticks.push(tick);
    const attempt = this.ticks.filter(({ tenant }) => tenant === tick.tenant).length;
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    try {
      await this.behaviours.get(tick.tenant)?.(attempt);
    } finally {
      this.underWay -= 1;
    }
    return reportOf(tick.tenant);
  }
}

export const tenantSecret = (more: object = {}): string =>
  JSON.stringify({ subdomain: "acme", token: "a-token", ...more });

/** Promises that wait for nothing but each other. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const reportOf = (id: string): TenantReport => ({
  id,
  health: "ok",
  paused: false,
  datasets: [],
  destinations: [],
  requests: { lastHour: 0, limitPerHour: 2500, left: 2500, byDataset: {} },
  problems: [],
  replays: [],
  spoolBytes: 0,
  reportedAt: new Date(0).toISOString(),
});
