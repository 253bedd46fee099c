import type { Ports } from "../ports.ts";
import { isFor } from "../spool/spool.ts";
import { pagesOf } from "./heartbeat.ts";
import type { Source } from "./source.ts";
import type { TenantState } from "./state.ts";
import type { RangeView, SourceView, View, WalkView } from "./plan.ts";
import type { WalkSource } from "./walk-source.ts";

/** History is read only this far ahead of the destination that takes it fastest, or a quarter of the spool where that is less. */
const historyAheadBytes = 4_000_000;

/** Stands for the request to Kandji among the names of what is under way; no destination can be called so. */
export const collecting = "(collection)";

/** Looks at a tenant with the eyes of the plan. `busy` names the destinations to which a request is under way, and `collecting`. */
export function viewOf(state: TenantState, ports: Pick<Ports, "now">, busy: ReadonlySet<string> = new Set()): View {
  const waiting = waitingBytes(state);
  return {
    isCollecting: busy.has(collecting),
    sources: [...state.sources.values()].map((source) => viewSource(state, source, waiting)),
    ranges: viewRanges(state, waiting, ports.now()),
    walks: state.walks.all.map((source) => viewWalk(state, source, waiting, ports.now())),
    lastRangeAt: state.lastRangeAt,
    couriers: [...state.couriers.values()].map((courier) => ({
      id: courier.id,
      isBusy: busy.has(courier.id),
      isPaused: state.isPaused({ destination: courier.id }),
      wakeAt: courier.wakeAt(),
    })),
    walkAt: state.budget.availableAt("walk"),
  };
}

function viewSource(state: TenantState, source: Source, waiting: ReadonlyMap<string, number>): SourceView {
  return {
    dataset: source.name,
    isDue: source.isDue,
    isPaused: state.isPaused({ dataset: source.name }) || !state.hasTaker(source.name),
    retryAt: Math.max(source.liveSetback?.retryAt ?? 0, source.isOwn ? 0 : state.budget.availableAt("live")),
    roomAt: roomAt(state, source),
    isBackedUp: fastest(state, source.name, waiting) > state.spool.maxBytes / 2,
  };
}

const roomAt = (state: TenantState, source: Source): number =>
  source.live.isPolling || source.isOwn ? 0 : state.budget.availableAt("live", pagesOf(source));

function viewRanges(state: TenantState, waiting: ReadonlyMap<string, number>, now: number): RangeView[] {
  return state.spool.ranges.all().flatMap(({ id, dataset, destination }) => {
    const source = state.sources.get(dataset);
    if (source === undefined) return [];
    const ahead = destination === null ? fastest(state, dataset, waiting) : (waiting.get(destination) ?? 0);
    const isFarAhead = ahead > Math.min(historyAheadBytes, state.spool.maxBytes / 4);
    return [
      {
        id,
        dataset,
        isPaused: isRangePaused(state, source, destination),
        retryAt: Math.max(source.historySetback?.retryAt ?? 0, source.isOwn ? 0 : state.budget.availableAt("history")),
        isBackedUp: isFarAhead || (destination !== null && !takesNow(state, destination, ahead, now)),
      },
    ];
  });
}

function viewWalk(state: TenantState, source: WalkSource, waiting: ReadonlyMap<string, number>, now: number): WalkView {
  const { name, walker, setback } = source;
  const isDue = walker.walk !== null || source.isAsked || rangesFor(state, name, now, waiting).length > 0;
  const { isUrgent, lastStepAt } = source;
  // Of most of them nothing is wanted most of the time.
  if (!isDue) return { dataset: name, isDue, isPaused: false, isBackedUp: false, at: 0, isUrgent, lastStepAt };
  return {
    dataset: name,
    isDue,
    // Where a poll can tell whether this is still the same account, a walk waits for it.
    isPaused: state.isPaused({ dataset: name }) || !state.hasTaker(name) || (state.isHostNew && state.readsKandjiLog),
    isBackedUp: fastest(state, name, waiting) > Math.min(historyAheadBytes, state.spool.maxBytes / 4),
    at: Math.max(setback?.retryAt ?? 0, source.paceAt()),
    isUrgent,
    lastStepAt,
  };
}

/**
 * Ranges that a walk begun now answers: of destinations that take what they are sent, and of those that have just joined: what
 * is found from then on is sent to them besides.
 */
export function rangesFor(
  state: TenantState,
  dataset: string,
  now: number,
  waiting: ReadonlyMap<string, number> = waitingBytes(state),
): number[] {
  return state.spool.ranges.all().flatMap(({ id, destination, reason, ...range }) => {
    if (range.dataset !== dataset || destination === null) return [];
    if (reason === "backfill") return [id];
    if (state.isPaused({ dataset, destination })) return [];
    return takesNow(state, destination, waiting.get(destination) ?? 0, now) ? [id] : [];
  });
}

const isRangePaused = (state: TenantState, { name: dataset, isOwn }: Source, destination: string | null): boolean =>
  state.isPaused(destination === null ? { dataset } : { dataset, destination }) ||
  !state.hasTaker(dataset) ||
  (state.isHostNew && !isOwn);

/** What is read for one destination alone waits until that destination takes what it has, or has nothing to try with. */
function takesNow(state: TenantState, destination: string, ahead: number, now: number): boolean {
  const courier = state.couriers.get(destination);
  if (courier === undefined) return false;
  return courier.trouble === null || (ahead === 0 && courier.trouble.retryAt <= now);
}

/** Bytes of records that wait for each destination. */
function waitingBytes(state: TenantState): Map<string, number> {
  const bytes = new Map(state.spool.offsets.all().map(({ destination }) => [destination, 0]));
  for (const segment of state.spool.segments.all()) {
    for (const offset of state.spool.offsets.in(segment.lane)) {
      const isAhead = isFor(segment, offset) && segment.first + segment.records > offset.position;
      if (isAhead) bytes.set(offset.destination, (bytes.get(offset.destination) ?? 0) + segment.bytes);
    }
  }
  return bytes;
}

/** What waits for the destination of a dataset that is furthest. */
function fastest(state: TenantState, dataset: string, waiting: ReadonlyMap<string, number>): number {
  const takers = state.spool.offsets.in({ dataset, stream: "live" }).map(({ destination }) => destination);
  return Math.min(...takers.map((id) => waiting.get(id) ?? 0));
}
