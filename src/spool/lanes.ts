import type { Sql } from "../ports.ts";

/** `live` is what polling finds, `history` what is read besides it (backfill, owed, replay), `redriven` what was dead. */
export type Stream = "live" | "history" | "redriven";

/** Records of one dataset and stream, in the order of collection. Positions count the records of a lane since it began. */
export interface Lane {
  readonly dataset: string;
  readonly stream: Stream;
}

export interface LaneLength {
  /** Records ever appended: the position of the next one. */
  readonly appended: number;
  /** Those of them that were for every destination. */
  readonly shared: number;
}

export const laneKey = (lane: Lane): string => `${lane.dataset}/${lane.stream}`;

interface LaneRow extends Record<string, string | number> {
  dataset: string;
  stream: Stream;
  appended: number;
  shared: number;
  state: string;
}

/** How far each lane has grown, and what collection keeps beside it: one row, so that both are written as one. */
export class Lanes {
  readonly #sql: Sql;
  readonly #known = new Map<string, LaneLength & { readonly lane: Lane }>();

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const { dataset, stream, appended, shared } of sql.exec<LaneRow>("SELECT * FROM lanes")) {
      const lane = { dataset, stream };
      this.#known.set(laneKey(lane), { lane, appended, shared });
    }
  }

  all(): Lane[] {
    return [...this.#known.values()].map(({ lane }) => lane);
  }

  length(lane: Lane): LaneLength {
    return this.#known.get(laneKey(lane)) ?? { appended: 0, shared: 0 };
  }

  /** What collection kept; `undefined` when it kept nothing yet. */
  state<T>(lane: Lane): T | undefined {
    const [row] = this.#sql.exec<LaneRow>(
      "SELECT * FROM lanes WHERE dataset = ? AND stream = ?",
      lane.dataset,
      lane.stream,
    );
    return row === undefined ? undefined : ((JSON.parse(row.state) as T | null) ?? undefined);
  }

  write(lane: Lane, { appended, shared }: LaneLength, state: unknown): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO lanes (dataset, stream, appended, shared, state) VALUES (?, ?, ?, ?, ?)",
      lane.dataset,
      lane.stream,
      appended,
      shared,
      JSON.stringify(state ?? null),
    );
    this.#known.set(laneKey(lane), { lane, appended, shared });
  }
}
