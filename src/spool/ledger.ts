import { hoursOf } from "./hours.ts";
import type { Offset } from "./offsets.ts";
import type { Range } from "./ranges.ts";
import { isIn, type Segment } from "./segments.ts";
import { isFor, type Spool } from "./spool.ts";

/** The balance of a destination: `collected = delivered + pending + skipped + dead` at every moment. */
export interface Ledger {
  /** Counted where records are queued. */
  readonly collected: number;
  readonly delivered: number;
  /** Counted from what lies in the spool, so that the balance can fail. */
  readonly pending: number;
  readonly skipped: number;
  readonly dead: number;
  /** The part of `pending` that was let go and will be collected again. */
  readonly owed: number;
  /** When the oldest record that waits in the spool was collected; null when none waits. */
  readonly oldestPendingAt: number | null;
  readonly lastDeliveredAt: number | null;
}

/** What of a segment waits for a destination. */
function waiting(segment: Segment, offset: Offset): number {
  if (!isFor(segment, offset)) return 0;
  const end = segment.first + segment.records;
  const ahead = Math.max(0, end - Math.max(offset.position, segment.first));
  return ahead + offset.suspects.filter(({ at }) => at >= segment.first && at < end).length;
}

/** Reads the spool once; made anew for each report. */
export class Books {
  readonly #spool: Spool;
  readonly #segments: readonly Segment[];
  readonly #ranges: readonly Range[];

  constructor(spool: Spool) {
    this.#spool = spool;
    this.#segments = spool.segments.all();
    this.#ranges = spool.ranges.all();
  }

  of(destination: string): Ledger {
    const offsets = this.#spool.offsets.of(destination);
    const total = (count: (offset: Offset) => number): number =>
      offsets.reduce((sum, offset) => sum + count(offset), 0);
    const held = this.#segments.flatMap((segment) => {
      const records = offsets.reduce(
        (sum, offset) => sum + (isIn(segment, offset.lane) ? waiting(segment, offset) : 0),
        0,
      );
      return records === 0 ? [] : [{ records, collectedAt: segment.collectedAt }];
    });
    const owed = this.#ranges
      .filter((range) => range.destination === destination)
      .reduce((sum, range) => sum + range.expected, 0);
    const last = Math.max(0, ...offsets.map(({ lastDeliveredAt }) => lastDeliveredAt ?? 0));
    return {
      collected: total((offset) => this.#queued(offset)),
      delivered: total(({ delivered }) => delivered),
      skipped: total(({ skipped }) => skipped),
      dead: total(({ dead }) => dead),
      owed,
      pending: owed + held.reduce((sum, { records }) => sum + records, 0),
      oldestPendingAt: held.length === 0 ? null : Math.min(...held.map(({ collectedAt }) => collectedAt)),
      lastDeliveredAt: last === 0 ? null : last,
    };
  }

  #queued({ lane, joinedAt, addressed }: Offset): number {
    return this.#spool.lanes.length(lane).shared - joinedAt.shared + addressed;
  }
}

/** What of a dataset waits in the spool for a destination, by the hour in which it happened. */
export function waitingByHour(spool: Spool, destination: string, dataset: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const offset of spool.offsets.of(destination)) {
    if (offset.lane.dataset !== dataset) continue;
    for (const segment of spool.segments.in(offset.lane)) {
      if (segment.hours === null || waiting(segment, offset) === 0) continue;
      const suspects = new Set(offset.suspects.map(({ at }) => at));
      hoursOf(segment.hours).forEach((hour, index) => {
        const at = segment.first + index;
        if (hour !== null && (at >= offset.position || suspects.has(at))) found.set(hour, (found.get(hour) ?? 0) + 1);
      });
    }
  }
  return found;
}
