import type { Micros } from "../datasets/dataset.ts";

/**
 * The live tail of an append-only dataset, as values. A moment stays open until `overlap` after the first record at or
 * past it was seen; open moments are read at every poll, and once more at or after closing. So a record that becomes
 * visible late, but inside the overlap, is always met.
 */
export interface LiveState {
  /** Where the live tail began; what is older is history. */
  readonly start: Micros;
  /** When that was: events before it could not be read sooner. Absent in a state of a version that did not keep it. */
  readonly begunAt?: Micros;
  /** Everything before it is closed and was read after closing. */
  readonly floor: Micros;
  /** Ascending pairs: records at or past `time` were first seen at `seenAt` (milliseconds). */
  readonly frontier: readonly (readonly [time: Micros, seenAt: number])[];
  /** Where a reading of the whole window stands that did not reach the end, and when it began. */
  readonly unfinished: { readonly at: Micros; readonly startedAt: number } | null;
  /** How far the reading of open moments in turn has come, when they do not fit ten pages. */
  readonly turn: Micros;
}

/** One stretch that a poll reads: from `from`, up to `until` where it is set, at most `pages` pages. */
export interface Stretch {
  readonly kind: "whole" | "tail" | "closing" | "turn";
  readonly from: Micros;
  readonly until: Micros | null;
  readonly pages: number;
}

/** Requests of a poll that finds nothing, at the most (contract §7.8). */
const maxIdlePages = 10;
/** What fits those with one record of each page read again on the next. */
const maxOpenRecords = 4_500;
/** Seen times are kept in this many steps per overlap: a moment may close later by one step, never earlier. */
const steps = 32;

export const beginLive = (start: Micros, begunAt: Micros): LiveState => ({
  start,
  begunAt,
  floor: start,
  frontier: [],
  unfinished: null,
  turn: start,
});

export const headOf = (state: LiveState): Micros => state.frontier.at(-1)?.[0] ?? state.floor;

/** The last moment that is closed at `now`. */
export function closedAt(state: LiveState, now: number, overlapMs: number): Micros {
  return state.frontier.reduce(
    (closed, [time, seenAt]) => (seenAt + overlapMs <= now ? Math.max(closed, time) : closed),
    state.floor,
  );
}

/** Notes that records up to `newest` were seen. Records dated after `now` do not count: one wrong clock must not blind us. */
export function see(state: LiveState, newest: Micros, now: number, overlapMs: number): LiveState {
  if (newest <= headOf(state) || newest > now * 1000) return state;
  const stepOf = (at: number): number => Math.floor(at / Math.max(1, overlapMs / steps));
  const last = state.frontier.at(-1);
  const kept = last !== undefined && stepOf(last[1]) === stepOf(now) ? state.frontier.slice(0, -1) : state.frontier;
  return { ...state, frontier: [...kept, [newest, now]] };
}

/** Moves the floor up to a moment that was closed and has been read since. */
export function raiseFloor(state: LiveState, floor: Micros): LiveState {
  if (floor <= state.floor) return state;
  return {
    ...state,
    floor,
    frontier: state.frontier.filter(([time], index) => time > floor || index === state.frontier.length - 1),
    turn: Math.max(state.turn, floor),
  };
}

/** What a poll at `now` reads, in order. `openRecords` is how many are known at or after the floor. */
export function stretches(state: LiveState, openRecords: number, now: number, overlapMs: number): Stretch[] {
  if (openRecords <= maxOpenRecords || state.unfinished !== null) {
    const from = Math.max(state.floor, state.unfinished?.at ?? state.floor);
    return [{ kind: "whole", from, until: null, pages: Infinity }];
  }
  const head = headOf(state);
  const closed = closedAt(state, now, overlapMs);
  return [
    { kind: "tail", from: head, until: null, pages: Infinity },
    ...(closed > state.floor
      ? [{ kind: "closing", from: state.floor, until: closed, pages: maxIdlePages } as const]
      : []),
    { kind: "turn", from: Math.max(state.turn, closed), until: head, pages: maxIdlePages },
  ];
}

/** Pages that are left for reading again after `read` pages of this poll, `fresh` of which brought new records. */
export const pagesLeft = (read: number, fresh: number): number => Math.max(maxIdlePages - read, fresh * 2 - read, 0);
