import { Walker, type ListingCollection, type WalkStep } from "../collection/listing/walker.ts";
import type { WalkOddity } from "../collection/listing/walk-state.ts";
import { nextBurstAt } from "./pace.ts";
import { setbackAfter, type Setback } from "./setback.ts";

const oddityShownMs = 24 * 3_600_000;
/** Requests that are made in a row; what a walk takes beyond is spread over its interval. Less than a run may make. */
const burst = 40;
/** So few requests are not written down before they are made: a walk that finds nothing would write more than it reads. */
const fewRequests = 2;

/** One dataset of a tenant that is walked whole: when, how fast, and what went wrong. */
export class WalkSource {
  readonly name: string;
  readonly walker: Walker;
  readonly everyMs: number;
  readonly #collection: ListingCollection;
  /** Slot of the firing that asked for the last walk. */
  lastSlot: number | null;
  isSlotExact = true;
  isAsked = false;
  setback: Setback | null = null;
  /** When its last request was made: whoever has waited longest is next. */
  lastStepAt = 0;
  readonly #oddities = new Map<WalkOddity, number>();

  constructor(collection: ListingCollection) {
    this.#collection = collection;
    this.name = collection.dataset.name;
    this.everyMs = collection.options.everyMs;
    this.walker = new Walker(collection);
    this.lastSlot = this.walker.walk?.slot ?? this.walker.last?.slot ?? null;
  }

  /** Requests that a walk is going to take, as the last one did, or as there are devices; null before anybody knows. */
  get expected(): number | null {
    const { walk, last, devices } = this.walker;
    if (this.walker.isPerDevice && walk?.stage === "rows") return Math.max(1, devices.all.length);
    return last === null ? null : Math.max(1, last.requests);
  }

  /** So short that its requests are not written down before they are made. */
  get isShort(): boolean {
    return (this.expected ?? Infinity) <= fewRequests;
  }

  get lastSuccessAt(): number | null {
    return this.walker.last?.endedAt ?? null;
  }

  /** Detections come before inventory. */
  get isUrgent(): boolean {
    return this.#collection.dataset.sends === "changes";
  }

  /** Requests of a walk that passes no device over; null before anybody knows. */
  get expectedWhole(): number | null {
    const { expected } = this;
    if (expected === null) return null;
    return this.walker.isPerDevice ? Math.max(expected, this.walker.devices.all.length) : expected;
  }

  /** Every row that there is, and not only those that happened in some range. */
  get sendsState(): boolean {
    return this.#collection.dataset.sends === "state";
  }

  /** When the next request may be made: a long walk is spread over its interval, the first one is not. */
  paceAt(): number {
    const { walk } = this.walker;
    if (walk === null || walk.isFirst || walk.stage === "reckoning") return 0;
    return nextBurstAt({ ...walk, expected: this.expected ?? 0, everyMs: this.everyMs, burst });
  }

  isSnapshotDue(now: number): boolean {
    const { lastSnapshotAt } = this.walker;
    return lastSnapshotAt !== null && now - lastSnapshotAt >= this.#collection.options.snapshotEveryMs;
  }

  /** One request, or what needs none. `left` is what the hour has room for. */
  async step(ranges: readonly number[], left: number): Promise<WalkStep> {
    const { walker } = this;
    const { ports } = this.#collection;
    this.lastStepAt = ports.now();
    if (walker.walk === null) this.#begin(ranges);
    const isReading = walker.walk?.stage !== "reckoning";
    if (walker.reserved === 0 && !this.isShort && isReading) walker.reserve(Math.max(1, Math.min(burst, left)));
    const step = await walker.step();
    this.setback = step.kind === "failed" ? setbackAfter(this.setback, step.failure, ports) : null;
    if (step.kind === "page") for (const oddity of step.oddities) this.#oddities.set(oddity, ports.now());
    return step;
  }

  #begin(ranges: readonly number[]): void {
    const { spool, ports } = this.#collection;
    const { walker } = this;
    // What is owed from now on is another walk's.
    for (const id of ranges) spool.ranges.beingRead.add(id);
    const slot = this.isAsked ? this.lastSlot : (walker.last?.slot ?? this.lastSlot);
    this.isAsked = false;
    walker.begin({ slot, isSnapshot: this.isSnapshotDue(ports.now()), ranges });
  }

  /** What was odd within the last day. */
  oddities(): WalkOddity[] {
    const now = this.#collection.ports.now();
    return [...this.#oddities].filter(([, at]) => now - at < oddityShownMs).map(([oddity]) => oddity);
  }
}
