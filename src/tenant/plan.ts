/** Decides what a tenant does next: state and time in, steps out. Nothing here reads a clock, the network or a table. */

export interface SourceView {
  readonly dataset: string;
  /** A firing of the cron, or a person, asked for a poll that has not been made to its end. */
  readonly isDue: boolean;
  readonly isPaused: boolean;
  /** Not before: a failure's back-off or a hold, or when Kandji may be asked at all. */
  readonly retryAt: number;
  /** When the hour has room for all of a poll: one that is broken off each time would never reach what is new. */
  readonly roomAt: number;
  /** Every destination that takes it is far behind: Kandji keeps the records better than we do. */
  readonly isBackedUp: boolean;
}

export interface RangeView {
  readonly id: number;
  readonly dataset: string;
  readonly isPaused: boolean;
  readonly retryAt: number;
  readonly isBackedUp: boolean;
}

/** A dataset that is walked whole. */
export interface WalkView {
  readonly dataset: string;
  /** A walk is in progress or asked for. */
  readonly isDue: boolean;
  readonly isPaused: boolean;
  readonly isBackedUp: boolean;
  /** Not before: a failure's back-off, or the pace of a walk that is spread over its interval. */
  readonly at: number;
  /** Detections are walked before everything else. */
  readonly isUrgent: boolean;
  /** When it was last served: whoever has waited longest is next. */
  readonly lastStepAt: number;
}

export interface CourierView {
  readonly id: string;
  /** A request to it is under way: what it has to do is being done. */
  readonly isBusy: boolean;
  readonly isPaused: boolean;
  /** When it has something to do; null when nothing waits for it. */
  readonly wakeAt: number | null;
}

export interface View {
  /** A request to Kandji is under way. */
  readonly isCollecting: boolean;
  readonly sources: readonly SourceView[];
  readonly ranges: readonly RangeView[];
  readonly walks: readonly WalkView[];
  /** When a range was last read. */
  readonly lastRangeAt: number;
  readonly couriers: readonly CourierView[];
  /** When Kandji may be asked for a walk. */
  readonly walkAt: number;
}

export type CollectionStep =
  | { readonly kind: "live"; readonly dataset: string }
  | { readonly kind: "history"; readonly range: number }
  | { readonly kind: "walk"; readonly dataset: string };

export interface Plan {
  /** The one request to Kandji to make now; null when there is none. */
  readonly collect: CollectionStep | null;
  /** Destinations to send to now. */
  readonly deliver: readonly string[];
  /** When there is something to do next, `now` when at once; null when only a new firing of the cron brings work. */
  readonly wakeAt: number | null;
}

interface Candidate {
  readonly step: CollectionStep;
  readonly at: number;
}

/** Live before all else, then ranges and walks in turn; each destination for itself. */
export function decide(view: View, now: number): Plan {
  const due = view.sources.filter(({ isDue, isPaused, isBackedUp }) => isDue && !isPaused && !isBackedUp);
  const live = due.map((source): Candidate => ({
    step: { kind: "live", dataset: source.dataset },
    at: Math.max(source.retryAt, source.roomAt),
  }));
  // What becomes free of the hour is for the poll that waits for it.
  const isShareAwaited = due.some(({ roomAt }) => roomAt > now);
  const ranges = isShareAwaited ? [] : rangeCandidates(view);
  const walk = isShareAwaited ? undefined : nextWalk(view, now);
  const couriers = view.couriers.flatMap(({ id, isBusy, isPaused, wakeAt }) =>
    isBusy || isPaused || wakeAt === null ? [] : [{ id, at: wakeAt }],
  );
  const waiting = view.isCollecting ? [] : [...live, ...ranges];
  const isReady = ({ at }: Candidate): boolean => at <= now;
  const collect = view.isCollecting
    ? undefined
    : (live.find(isReady)?.step ?? inTurn(ranges.find(isReady)?.step, walk, view.lastRangeAt));
  // Walks are left to the next firing of the cron: an alarm for each would be a row each.
  const times = [...waiting, ...couriers].map(({ at }) => at).concat(collect === undefined ? [] : [now]);
  return {
    collect: collect ?? null,
    deliver: couriers.filter(({ at }) => at <= now).map(({ id }) => id),
    wakeAt: times.length === 0 ? null : Math.max(now, Math.min(...times)),
  };
}

const rangeCandidates = (view: View): Candidate[] =>
  view.ranges
    .filter(({ isPaused, isBackedUp }) => !isPaused && !isBackedUp)
    .map((range) => ({ step: { kind: "history", range: range.id }, at: range.retryAt }));

/** Of the walks that can go on now, the urgent ones first, then the one that has waited longest. */
function nextWalk(view: View, now: number): WalkView | undefined {
  if (view.walkAt > now) return undefined;
  return view.walks
    .filter(({ isDue, isPaused, isBackedUp, at }) => isDue && !isPaused && !isBackedUp && at <= now)
    .toSorted((a, b) => Number(b.isUrgent) - Number(a.isUrgent) || a.lastStepAt - b.lastStepAt)[0];
}

function inTurn(
  range: CollectionStep | undefined,
  walk: WalkView | undefined,
  lastRangeAt: number,
): CollectionStep | undefined {
  if (walk === undefined) return range;
  const isWalks = range === undefined || walk.isUrgent || walk.lastStepAt <= lastRangeAt;
  return isWalks ? { kind: "walk", dataset: walk.dataset } : range;
}

/** The longest time between two firings of the cron that is nothing to worry about. */
export const cronSilentAfterMs = 15 * 60_000;
const deadManMs = 20 * 60_000;
const deadManMarginMs = 5 * 60_000;

/**
 * When the object's one alarm should ring, given when it is set to ring; null to leave it. Setting it is a row written,
 * so the dead man's time is renewed only when little of it is left.
 */
export function nextAlarm(current: number | null, wakeAt: number | null, now: number): number | null {
  const wanted = Math.min(wakeAt ?? Infinity, now + deadManMs);
  if (current === null || current < now || wanted < current) return wanted;
  const isSoon = current < now + deadManMarginMs;
  return isSoon && current !== wanted ? wanted : null;
}

/**
 * Whether a firing scheduled at `slot` starts a poll, after the one at `lastSlot` started the last. `isExact` is false
 * when the object was asleep since and knows only the last slot it wrote down: firings a minute apart are then assumed.
 */
export function startsPoll(slot: number, lastSlot: number | null, everyMs: number, isExact: boolean): boolean {
  if (lastSlot === null) return true;
  if (isExact) return slot - lastSlot >= everyMs;
  const period = Math.ceil(everyMs / 60_000) * 60_000;
  const last = lastSlot + Math.floor((slot - 1 - lastSlot) / period) * period;
  return slot - Math.max(last, lastSlot) >= everyMs;
}
