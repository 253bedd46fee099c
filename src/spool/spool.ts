import type { Micros } from "../datasets/dataset.ts";
import type { Sql } from "../ports.ts";
import { Chains } from "./chain.ts";
import { DeadLetters } from "./dead-letters.ts";
import type { Happened } from "./hours.ts";
import { laneKey, Lanes, type Lane } from "./lanes.ts";
import { needs, newOffset, Offsets, type Offset } from "./offsets.ts";
import { maxRowBytes } from "./overflow.ts";
import { Ranges } from "./ranges.ts";
import { Segments, type Segment } from "./segments.ts";

/** Bytes of records that a tenant may keep waiting before the slowest destination's are let go and owed. */
const defaultMaxSpoolBytes = 64_000_000;

/** Who a record is, and of when; null where it does not say. */
interface Identity {
  readonly id: string;
  readonly time: Micros | null;
}

/** Reads the identity of a spooled record again, for what is owed. */
export type Identify = (dataset: string, raw: string) => Identity;

/**
 * What is collected and not yet delivered everywhere: a log of segments in lanes, one offset per destination and lane.
 * Collection appends, delivery reads and settles; nothing else connects the two. No method opens a transaction of its
 * own: the caller writes what belongs together as one.
 */
export class Spool {
  readonly lanes: Lanes;
  readonly offsets: Offsets;
  readonly segments: Segments;
  readonly ranges: Ranges;
  readonly deadLetters: DeadLetters;
  readonly chains: Chains;
  readonly maxBytes: number;
  /** Segments whose records are on their way, to how many destinations. */
  readonly #onTheWay = new Map<number, number>();
  readonly #identify: Identify;

  constructor(sql: Sql, identify: Identify, maxBytes = defaultMaxSpoolBytes) {
    this.lanes = new Lanes(sql);
    this.offsets = new Offsets(sql);
    this.segments = new Segments(sql);
    this.ranges = new Ranges(sql);
    this.deadLetters = new DeadLetters(sql);
    this.chains = new Chains(sql, this.offsets);
    this.maxBytes = maxBytes;
    this.#identify = identify;
  }

  /**
   * Appends records to a lane, for all of its destinations or for one, and keeps `state` with the lane. `happened` says
   * when, where their delivery is counted by hour.
   */
  append(
    lane: Lane,
    destination: string | null,
    raws: readonly string[],
    collectedAt: number,
    state: unknown,
    happened: Happened | null = null,
  ): void {
    const { appended, shared } = this.lanes.length(lane);
    let first = appended;
    const runs = packed(raws);
    const isWanted = destination === null ? this.offsets.in(lane).length > 0 : true;
    this.makeRoom(runs.reduce((sum, run) => sum + run.bytes, 0));
    for (const run of runs) {
      const start = first - appended;
      const own = happened && { ...happened, times: happened.times.slice(start, start + run.raws.length) };
      if (isWanted) this.segments.insert({ lane, destination, first, collectedAt, happened: own }, run.raws, run.bytes);
      first += run.raws.length;
    }
    this.lanes.write(lane, { appended: first, shared: destination === null ? shared + raws.length : shared }, state);
  }

  /** Keeps a segment from being let go while `work` is under way with its records. */
  async whileOnTheWay<T>(segment: Segment, work: () => Promise<T>): Promise<T> {
    this.#onTheWay.set(segment.id, (this.#onTheWay.get(segment.id) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const others = (this.#onTheWay.get(segment.id) ?? 1) - 1;
      if (others === 0) this.#onTheWay.delete(segment.id);
      else this.#onTheWay.set(segment.id, others);
    }
  }

  /** Stores how far a destination has come and drops what nobody needs any more. */
  settle(offset: Offset): void {
    this.offsets.write(offset);
    this.dropPassed(offset.lane);
  }

  /** Drops the segments that every destination they are for has passed. */
  dropPassed(lane: Lane): void {
    const offsets = this.offsets.in(lane);
    for (const segment of this.segments.in(lane)) {
      const isNeeded = offsets.some(
        (offset) => isFor(segment, offset) && needs(offset) < segment.first + segment.records,
      );
      if (!isNeeded) this.segments.delete(segment);
    }
  }

  /** Lets a destination take part in a lane from now on. */
  join(destination: string, lane: Lane): void {
    if (this.offsets.get(destination, lane) !== undefined) return;
    this.offsets.write(newOffset(destination, lane, this.lanes.length(lane)));
  }

  /** Forgets a destination: what waited for it alone goes, and the chain of what it accepted. */
  leave(destination: string): void {
    this.offsets.deleteOf(destination);
    this.chains.deleteOf(destination);
    this.deadLetters.deleteOf(destination);
    for (const range of this.ranges.all()) if (range.destination === destination) this.ranges.delete(range.id);
    for (const lane of this.lanes.all()) this.dropPassed(lane);
  }

  /**
   * While the spool and `bytes` more are over the bound, the oldest segments are let go: those who still needed them are
   * owed their records. A lane is left alone from the segment on whose records are on their way: an offset cannot pass them
   * before the answer. The newest segment stays, however small the bound. Call it inside a transaction.
   */
  makeRoom(bytes = 0): void {
    if (this.segments.bytes + bytes <= this.maxBytes) return;
    const waiting = new Set<string>();
    const segments = this.segments.all();
    for (const segment of bytes > 0 ? segments : segments.slice(0, -1)) {
      if (this.segments.bytes + bytes <= this.maxBytes) return;
      const lane = laneKey(segment.lane);
      if (segment.lane.stream === "redriven" || this.#onTheWay.has(segment.id)) waiting.add(lane);
      if (!waiting.has(lane)) this.#letGo(segment);
    }
  }

  #letGo(segment: Segment): void {
    const end = segment.first + segment.records;
    const lines = this.segments.lines(segment);
    for (const offset of this.offsets.in(segment.lane)) {
      if (!isFor(segment, offset) || needs(offset) >= end) continue;
      const suspects = offset.suspects.filter(({ at }) => at >= segment.first && at < end);
      const missed = lines.filter((_, index) => {
        const at = segment.first + index;
        return at >= offset.position || suspects.some((suspect) => suspect.at === at);
      });
      this.ranges.owe(
        segment.lane.dataset,
        offset.destination,
        dated(missed.map((raw) => this.#identify(segment.lane.dataset, raw))),
        segment.hours !== null,
      );
      this.offsets.write({
        ...offset,
        position: Math.max(offset.position, end),
        ends: offset.ends.filter((at) => at > end),
        suspects: offset.suspects.filter((suspect) => !suspects.includes(suspect)),
      });
    }
    this.segments.delete(segment);
  }
}

/** A record without a time is looked for where its neighbours are. */
function dated(records: readonly Identity[]): { readonly id: string; readonly time: Micros }[] {
  let near = records.find(({ time }) => time !== null)?.time ?? 0;
  return records.map(({ id, time }) => {
    near = time ?? near;
    return { id, time: near };
  });
}

export const isFor = (segment: Segment, offset: Offset): boolean =>
  (segment.destination === null && segment.first >= offset.joinedAt.appended) ||
  segment.destination === offset.destination;

/** Runs of records that fit a row each; a record longer than a row is a run of its own. */
function packed(raws: readonly string[]): { raws: string[]; bytes: number }[] {
  const runs: { raws: string[]; bytes: number }[] = [];
  for (const raw of raws) {
    const size = Buffer.byteLength(raw) + 1;
    const last = runs.at(-1);
    if (last !== undefined && last.bytes + size <= maxRowBytes) {
      last.raws.push(raw);
      last.bytes += size;
    } else {
      runs.push({ raws: [raw], bytes: size });
    }
  }
  return runs;
}
