import type { Sql } from "../ports.ts";
import type { Lane, LaneLength, Stream } from "./lanes.ts";

/** A record that was refused alone and has not been settled: it waits until the destination has accepted another one. */
export interface Suspect {
  /** Position in the lane. */
  readonly at: number;
  readonly status: number;
  readonly reason: string;
  /** What the destination had accepted in all its lanes when it refused this one. */
  readonly acceptedThen: number;
}

/** Where a destination stands in a lane, and its counts there. All records before `position` are settled but the suspects. */
export interface Offset {
  readonly destination: string;
  readonly lane: Lane;
  readonly position: number;
  readonly delivered: number;
  readonly skipped: number;
  readonly dead: number;
  /** The lane's length when the destination joined it: what came before was not queued for it. */
  readonly joinedAt: LaneLength;
  /** Records that were queued for this destination alone, and corrections of what was owed. */
  readonly addressed: number;
  /** Ends of the batches that splitting has laid down, ascending: a retry has the same records, also after a crash. */
  readonly ends: readonly number[];
  readonly suspects: readonly Suspect[];
  readonly lastDeliveredAt: number | null;
  /** Requests made for this lane, as far as they were written down. */
  readonly requests: number;
}

type State = Omit<Offset, "destination" | "lane" | "position">;
interface OffsetRow extends Record<string, string | number> {
  destination: string;
  dataset: string;
  stream: Stream;
  position: number;
  state: string;
}

const fromRow = ({ destination, dataset, stream, position, state }: OffsetRow): Offset => ({
  destination,
  lane: { dataset, stream },
  position,
  ...(JSON.parse(state) as State),
});

export const newOffset = (destination: string, lane: Lane, joinedAt: LaneLength): Offset => ({
  destination,
  lane,
  position: joinedAt.appended,
  delivered: 0,
  skipped: 0,
  dead: 0,
  joinedAt,
  addressed: 0,
  ends: [],
  suspects: [],
  lastDeliveredAt: null,
  requests: 0,
});

/** The first record that this destination still needs. */
export const needs = (offset: Offset): number => Math.min(offset.position, ...offset.suspects.map(({ at }) => at));

export class Offsets {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all(): Offset[] {
    return this.#sql.exec<OffsetRow>("SELECT * FROM offsets").map(fromRow);
  }

  of(destination: string): Offset[] {
    return this.#sql.exec<OffsetRow>("SELECT * FROM offsets WHERE destination = ?", destination).map(fromRow);
  }

  in(lane: Lane): Offset[] {
    return this.#sql
      .exec<OffsetRow>("SELECT * FROM offsets WHERE dataset = ? AND stream = ?", lane.dataset, lane.stream)
      .map(fromRow);
  }

  get(destination: string, lane: Lane): Offset | undefined {
    const [row] = this.#sql.exec<OffsetRow>(
      "SELECT * FROM offsets WHERE destination = ? AND dataset = ? AND stream = ?",
      destination,
      lane.dataset,
      lane.stream,
    );
    return row && fromRow(row);
  }

  write({ destination, lane, position, ...state }: Offset): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO offsets (destination, dataset, stream, position, state) VALUES (?, ?, ?, ?, ?)",
      destination,
      lane.dataset,
      lane.stream,
      position,
      JSON.stringify(state satisfies State),
    );
  }

  deleteOf(destination: string): void {
    this.#sql.exec("DELETE FROM offsets WHERE destination = ?", destination);
  }
}
