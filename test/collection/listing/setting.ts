import type { DatasetOptions } from "../../../src/config/config.ts";
import type { WalkOrder } from "../../../src/collection/listing/walk-state.ts";
import { Walker } from "../../../src/collection/listing/walker.ts";
import type { WalkOddity } from "../../../src/collection/listing/walk-state.ts";
import type { Filters, Listing, Way } from "../../../src/datasets/listing.ts";
import { noUsage, RequestBudget } from "../../../src/kandji/budget.ts";
import { KandjiClient } from "../../../src/kandji/client.ts";
import type { Failure } from "../../../src/kandji/failure.ts";
import type { Ports } from "../../../src/ports.ts";
import { Secret } from "../../../src/secret.ts";
import { Spool } from "../../../src/spool/spool.ts";
import type { Stream } from "../../../src/spool/lanes.ts";
import { migrate } from "../../../src/tenant/migrations.ts";
import { NodeSql } from "../../tenant/node-sql.ts";
import { ScriptedKandji } from "./scripted-kandji.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const start = Date.parse("2026-05-01T08:00:00Z");

const way: Way = {
  permission: { label: "Things", method: "GET", path: "/api/v1/things" },
  paging: { by: "offset", limit: 3, total: ["count"] },
  ask: () => ({ path: "/api/v1/things", search: {} }),
  rows: [["results"]],
};

/** A dataset of state with pages of three. */
export const things: Listing = {
  name: "things",
  title: "Things",
  holds: "Things of the test",
  source: new URL("https://things.example/"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "1h", backfill: "0s" },
  ways: [way],
  identity: ["id"],
  names: ["name"],
  times: ["at"],
  volatile: { seen: "it moves" },
  sensitive: { secret: "nobody may read it" },
  about: {},
};

/** The same with its rows asked of each device. */
export const parts: Listing = {
  ...things,
  name: "parts",
  scope: "device",
  ways: [
    {
      ...way,
      permission: { ...way.permission, path: "/api/v1/devices/{device_id}/parts" },
      paging: { by: "nothing" },
      ask: ({ device = "" }) => ({ path: `/api/v1/devices/${device}/parts`, search: {} }),
    },
  ],
};

export const paged = (dataset: Listing, paging: Way["paging"]): Listing => ({
  ...dataset,
  ways: [{ ...dataset.ways[0], paging }],
});

export const deviceRow = (id: string, fields: object = {}): string =>
  JSON.stringify({
    device_id: id,
    device_name: `name of ${id}`,
    serial_number: `serial of ${id}`,
    platform: "Mac",
    blueprint_id: "b1",
    tags: [],
    last_check_in: "2026-04-30T00:00:00Z",
    ...fields,
  });

export interface Walked {
  readonly steps: number;
  readonly failures: readonly Failure[];
  readonly oddities: readonly WalkOddity[];
}

interface Note {
  readonly change: string;
  readonly changed?: readonly string[];
  readonly seenAt: string;
  readonly device?: object;
}

export type Sent = Record<string, unknown> & { readonly _forwarder: Note };

const defaults: DatasetOptions = {
  everyMs: hour,
  backfillMs: 365 * day,
  overlapMs: 0,
  sweepMs: 0,
  sweepEveryMs: 0,
  snapshotEveryMs: Infinity,
  sensitive: [],
  enrich: [],
};

export type Options = Partial<DatasetOptions> & { readonly filters?: Filters };

/** A walker with all that it needs around it, on a clock, a network and a disk that the test owns. */
export class Setting {
  readonly clock = { at: start };
  readonly sql = new NodeSql();
  readonly kandji: ScriptedKandji;
  readonly #dataset: Listing;
  readonly #options: Options;
  readonly #budget: RequestBudget;
  spool: Spool;
  walker: Walker;
  readonly #told = new Map<Stream, number>();

  constructor(dataset: Listing, options: Options = {}) {
    this.#dataset = dataset;
    this.#options = options;
    this.kandji = new ScriptedKandji(dataset);
    migrate(this.sql);
    this.#budget = new RequestBudget(this.ports, { perHour: 1e9, forLive: 60 }, noUsage);
    this.spool = this.#openSpool();
    this.walker = this.#openWalker();
  }

  get ports(): Ports {
    const { clock, sql } = this;
    const sleep = async (ms: number): Promise<void> => void (clock.at += ms);
    return { now: () => clock.at, random: () => 0.5, sleep, http: this.kandji.http, sql };
  }

  get blockedUntil(): number {
    return this.#budget.blockedUntil;
  }

  /** The process is gone, and another one finds what is stored. */
  kill(): void {
    this.spool = this.#openSpool();
    this.walker = this.#openWalker();
  }

  #openSpool(): Spool {
    const spool = new Spool(this.sql, () => ({ id: "", time: null }), 1e9);
    for (const stream of ["live", "history"] as const) spool.join("siem", { dataset: this.#dataset.name, stream });
    return spool;
  }

  #openWalker(): Walker {
    const { filters = {}, ...options } = this.#options;
    const client = new KandjiClient(this.ports, "https://acme.api.kandji.io", new Secret("token"), this.#budget);
    return new Walker({
      ports: this.ports,
      spool: this.spool,
      client,
      dataset: this.#dataset,
      options: { ...defaults, ...options },
      filters,
      usage: (reserved) => this.#budget.usage(reserved),
    });
  }

  /** A walk to its end an hour later, with a pause after each failure; `between` is called after each step that was not the last. */
  async walk(order: Partial<WalkOrder> = {}, between: (steps: number) => void = () => {}): Promise<Walked> {
    const failures: Failure[] = [];
    const oddities: WalkOddity[] = [];
    this.clock.at += hour;
    for (let steps = 1; steps <= 2_000; steps += 1) {
      if (this.walker.walk === null) {
        this.walker.begin({ slot: null, isSnapshot: false, ranges: [], ...order });
        this.walker.reserve(1);
      }
      const step = await this.walker.step();
      if (step.kind === "failed") {
        failures.push(step.failure);
        if (failures.length >= 10) return { steps, failures, oddities };
        this.clock.at += Math.max(minute, step.failure.retryAfterMs ?? 0);
      } else {
        oddities.push(...step.oddities);
        if (step.isLast) return { steps, failures, oddities };
      }
      between(steps);
    }
    throw new Error("A walk without an end");
  }

  /** The records of a stream that were not told before, as text. */
  texts(stream: Stream = "live"): string[] {
    this.walker.flush();
    const lines = this.spool.segments
      .in({ dataset: this.#dataset.name, stream })
      .flatMap((segment) => this.spool.segments.lines(segment));
    const told = this.#told.get(stream) ?? 0;
    this.#told.set(stream, lines.length);
    return lines.slice(told);
  }

  sent(stream: Stream = "live"): Sent[] {
    return this.texts(stream).map((text) => JSON.parse(text) as Sent);
  }

  /** `created 1`, `updated 2 name`. */
  changes(stream: Stream = "live"): string[] {
    return this.sent(stream).map(({ id, _forwarder: { change, changed = [] } }) => [change, id, ...changed].join(" "));
  }
}
