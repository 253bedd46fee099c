/**
 * What a simulated tenant has: events in time order, each hidden until it becomes visible. Sorted arrays and binary search,
 * so that a page of a million events costs no more than a page of a thousand.
 */
import type { Micros } from "./micro-time.ts";

export interface SimulatedEvent {
  /** Where it stands in `id` order; the record itself may lack it. */
  readonly id: string;
  /** Where it stands in `occurred_at` order; the record itself may lack it. */
  readonly at: Micros;
  /** Milliseconds since 1970 from which on the API returns it. */
  readonly visibleAt: number;
  /** The record, served to the character. */
  readonly raw: string;
  /** By what an intake recognises it: its id, or a digest of its text when it has none. */
  readonly key: string;
  /** In how many whole answers it was returned. */
  served: number;
}

export type Order = "occurred_at" | "id";
export type Position = Micros | string;

export interface PageQuery {
  readonly order: Order;
  readonly descending: boolean;
  readonly limit: number;
  /** Strictly beyond this position, in the direction of reading. There is no tie-break: what shares it is skipped. */
  readonly beyond?: Position | undefined;
  /** Towards the beginning of the order, as `previous` does. */
  readonly backwards?: boolean | undefined;
  readonly from?: Micros | undefined;
  /** Exclusive end; an inclusive `end_date` is this plus one microsecond. */
  readonly until?: Micros | undefined;
}

export interface Page {
  readonly events: readonly SimulatedEvent[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

type Compare = (a: SimulatedEvent, b: SimulatedEvent) => number;

const byTime: Compare = (a, b) => a.at - b.at || (a.id < b.id ? -1 : 1);
const byId: Compare = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const byVisibility: Compare = (a, b) => b.visibleAt - a.visibleAt;

const positionOf: Record<Order, (event: SimulatedEvent) => Position> = {
  occurred_at: (event) => event.at,
  id: (event) => event.id,
};

export class EventStore {
  readonly #now: () => number;
  #visible: SimulatedEvent[] = [];
  /** Made at the first question in `id` order: most runs never ask one. */
  #visibleById: SimulatedEvent[] | undefined;
  /** Still hidden, the next one to appear last. */
  #hidden: SimulatedEvent[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  add(events: readonly SimulatedEvent[]): void {
    const now = this.#now();
    this.#show(events.filter((event) => event.visibleAt <= now));
    const later = events.filter((event) => event.visibleAt > now);
    if (later.length > 0) this.#hidden = [...this.#hidden, ...later].toSorted(byVisibility);
  }

  get total(): number {
    return this.#visible.length + this.#hidden.length;
  }

  /** Every event that the API returns by now, in time order. */
  visible(): readonly SimulatedEvent[] {
    this.#reveal();
    return this.#visible;
  }

  page(query: PageQuery): Page {
    this.#reveal();
    if (query.order === "occurred_at") return pageOf(this.#visible, query);
    this.#visibleById ??= this.#visible.toSorted(byId);
    if (query.from === undefined && query.until === undefined) return pageOf(this.#visibleById, query);
    return pageOf(this.#rangeById(this.#visibleById, query), { ...query, from: undefined, until: undefined });
  }

  /** `id` order within a time range: no one index has both, so sort what is in the range, or sift all when that is most. */
  #rangeById(all: readonly SimulatedEvent[], { from = -Infinity, until = Infinity }: PageQuery): SimulatedEvent[] {
    const low = firstIndex(this.#visible, (event) => event.at >= from);
    const high = Math.max(
      low,
      firstIndex(this.#visible, (event) => event.at >= until),
    );
    if (high - low < all.length / 16) return this.#visible.slice(low, high).toSorted(byId);
    return all.filter((event) => event.at >= from && event.at < until);
  }

  #reveal(): void {
    const now = this.#now();
    let due = this.#hidden.length;
    while (due > 0 && (this.#hidden[due - 1]?.visibleAt ?? Infinity) <= now) due -= 1;
    if (due < this.#hidden.length) this.#show(this.#hidden.splice(due));
  }

  #show(events: readonly SimulatedEvent[]): void {
    if (events.length === 0) return;
    merge(this.#visible, events, byTime);
    if (this.#visibleById !== undefined) merge(this.#visibleById, events, byId);
  }
}

/** Puts `added` where they belong. Costs what stands behind the first of them, next to nothing for news. */
function merge(list: SimulatedEvent[], added: readonly SimulatedEvent[], compare: Compare): void {
  const sorted = added.toSorted(compare);
  const [first] = sorted;
  if (first === undefined) return;
  const tail = list.splice(firstIndex(list, (event) => compare(event, first) > 0));
  let i = 0;
  for (const event of sorted) {
    for (let old = tail[i]; old !== undefined && compare(old, event) <= 0; old = tail[i]) {
      list.push(old);
      i += 1;
    }
    list.push(event);
  }
  for (; i < tail.length; i += 1) list.push(tail[i] as SimulatedEvent);
}

/** The first index for which `holds`, in a list in which it holds for every later one too. */
function firstIndex(list: readonly SimulatedEvent[], holds: (event: SimulatedEvent) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(list[middle] as SimulatedEvent)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pageOf(list: readonly SimulatedEvent[], query: PageQuery): Page {
  const { from, until, beyond, limit } = query;
  const low = from === undefined ? 0 : firstIndex(list, (event) => event.at >= from);
  const high =
    until === undefined
      ? list.length
      : Math.max(
          low,
          firstIndex(list, (event) => event.at >= until),
        );
  const upwards = query.descending === (query.backwards === true);
  const position = positionOf[query.order];
  let start: number;
  let end: number;
  if (upwards) {
    start =
      beyond === undefined
        ? low
        : Math.max(
            low,
            firstIndex(list, (event) => position(event) > beyond),
          );
    end = Math.min(high, start + limit);
  } else {
    end =
      beyond === undefined
        ? high
        : Math.min(
            high,
            firstIndex(list, (event) => position(event) >= beyond),
          );
    start = Math.max(low, end - limit);
  }
  const events = list.slice(start, Math.max(start, end));
  if (query.descending) events.reverse();
  const [before, after] = [start > low, end < high];
  return query.descending
    ? { events, hasNext: before, hasPrevious: after }
    : { events, hasNext: after, hasPrevious: before };
}
