import type { Sql } from "../ports.ts";
import type { ChainEntry } from "./chain-entry.ts";
import type { HourCount } from "./hours.ts";
import { laneKey, type Lane, type LaneLength, type Stream } from "./lanes.ts";
import type { Timeline } from "./timeline.ts";

/** A record that was refused alone and has not been settled: it waits until the destination has accepted another one. */
export interface Suspect {
  /** Position in the lane. */
  readonly at: number;
  readonly status: number;
  readonly reason: string;
  /** What the destination had accepted in all its lanes when it refused this one. */
  readonly acceptedThen: number;
}

/** What was delivered of this lane and is in no row of the chain yet. */
export interface ChainTail {
  readonly generation: string;
  /** Ascending. What lies behind the stored end of the chain is left over. */
  readonly tail: readonly ChainEntry[];
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
  /** Absent while nothing of this lane was accepted. */
  readonly chain?: ChainTail;
  /** What was delivered, skipped and given up, by the hour in which it happened: those that a sweep may ask for. Absent while there are none. */
  readonly hours?: readonly HourCount[];
  /** Of a live lane: from this hour on all that happened is counted by hour. Absent where it was never begun. */
  readonly countedFrom?: number;
  /** What was accepted here when, how late, and what was not. Absent where nothing was written since there are timelines. */
  readonly timeline?: Timeline;
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

export const newOffset = (destination: string, lane: Lane, { appended, shared }: LaneLength): Offset => ({
  destination,
  lane,
  position: appended,
  delivered: 0,
  skipped: 0,
  dead: 0,
  joinedAt: { appended, shared },
  addressed: 0,
  ends: [],
  suspects: [],
  lastDeliveredAt: null,
  requests: 0,
});

/** The first record that this destination still needs. */
export const needs = (offset: Offset): number => Math.min(offset.position, ...offset.suspects.map(({ at }) => at));

/** All offsets of a tenant: few, so they are kept in memory and written through. */
export class Offsets {
  readonly #sql: Sql;
  /** By lane and destination: the plan asks for those of each lane before each request. */
  readonly #known = new Map<string, Map<string, Offset>>();

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const row of sql.exec<OffsetRow>("SELECT * FROM offsets")) this.#keep(fromRow(row));
  }

  all(): Offset[] {
    return [...this.#known.values()].flatMap((lane) => [...lane.values()]);
  }

  of(destination: string): Offset[] {
    return this.all().filter((offset) => offset.destination === destination);
  }

  in(lane: Lane): Offset[] {
    return [...(this.#known.get(laneKey(lane))?.values() ?? [])];
  }

  get(destination: string, lane: Lane): Offset | undefined {
    return this.#known.get(laneKey(lane))?.get(destination);
  }

  write(offset: Offset): void {
    const { destination, lane, position, ...state } = offset;
    this.#sql.exec(
      "INSERT OR REPLACE INTO offsets (destination, dataset, stream, position, state) VALUES (?, ?, ?, ?, ?)",
      destination,
      lane.dataset,
      lane.stream,
      position,
      JSON.stringify(state satisfies State),
    );
    this.#keep(offset);
  }

  deleteOf(destination: string): void {
    this.#sql.exec("DELETE FROM offsets WHERE destination = ?", destination);
    for (const lane of this.#known.values()) lane.delete(destination);
  }

  #keep(offset: Offset): void {
    const key = laneKey(offset.lane);
    const lane = this.#known.get(key) ?? new Map<string, Offset>();
    lane.set(offset.destination, offset);
    this.#known.set(key, lane);
  }
}
