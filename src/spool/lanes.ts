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
  appended: number;
  shared: number;
  state: string;
}

/** How far each lane has grown, and what collection keeps beside it: one row, so that both are written as one. */
export class Lanes {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all(): Lane[] {
    return this.#sql.exec<{ dataset: string; stream: Stream }>("SELECT dataset, stream FROM lanes");
  }

  length(lane: Lane): LaneLength {
    const { appended = 0, shared = 0 } = this.#row(lane) ?? {};
    return { appended, shared };
  }

  state<T>(lane: Lane): T | undefined {
    const text = this.#row(lane)?.state;
    return text === undefined || text === "null" ? undefined : (JSON.parse(text) as T);
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
  }

  #row(lane: Lane): LaneRow | undefined {
    const [row] = this.#sql.exec<LaneRow>(
      "SELECT appended, shared, state FROM lanes WHERE dataset = ? AND stream = ?",
      lane.dataset,
      lane.stream,
    );
    return row;
  }
}
