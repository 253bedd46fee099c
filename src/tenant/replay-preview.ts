import { formatInstant, microsOf } from "../datasets/instant.ts";
import type { Micros } from "../datasets/dataset.ts";
import { hourOf } from "../spool/hours.ts";
import { waitingByHour } from "../spool/ledger.ts";
import { countedFromOf } from "./completeness.ts";
import { endOf, takersOf } from "./replay.ts";
import {
  iso,
  type Figure,
  type HoursKnown,
  type ReplayOrder,
  type ReplayPreview,
  type ReplayTarget,
} from "./report.ts";
import type { Member } from "./roster.ts";
import type { Source } from "./source.ts";
import type { TenantState } from "./state.ts";
import type { WalkSource } from "./walk-source.ts";

/** What a replay would come to. Only what is known already is told, and Kandji is asked nothing for it. */

/** Fewer hours than a day say nothing of those that nobody counted: nights are not like days. */
const enoughHours = 24;
const hourMicros: Micros = 3_600_000_000;

export function previewReplay(state: TenantState, order: ReplayOrder): ReplayPreview {
  const source = state.sources.get(order.dataset);
  const until = source === undefined ? null : (order.until ?? endOf(state, order.dataset));
  const { records, hours, requests } =
    source === undefined || until === null
      ? expectedOfWalk(state.walks.get(order.dataset))
      : expectedOfEvents(state, source, { from: order.since, to: until, isOpen: order.until === null });
  const { historyPerHour: perHour } = state.budget;
  const left = state.budget.left("history");
  const minutes = (needed: number): number => Math.ceil((60 * Math.max(0, needed - left)) / Math.max(1, perHour));
  return {
    dataset: order.dataset,
    destination: order.destination ?? null,
    since: formatInstant(order.since),
    until: until === null ? null : formatInstant(until),
    records,
    hours,
    // A walk is spread over its interval: how long that is, is its own matter.
    kandji: {
      requests,
      perHour,
      left,
      minutes: { ...each(requests, minutes), ...(until === null && { likely: null }) },
    },
    destinations: targetsOf(state, order, records),
  };
}

const each = ({ atLeast, likely }: Figure, change: (value: number) => number): Figure => ({
  atLeast: change(atLeast),
  likely: likely === null ? null : change(likely),
});

interface Expected {
  readonly records: Figure;
  readonly hours: HoursKnown | null;
  readonly requests: Figure;
}

interface Span {
  readonly from: Micros;
  readonly to: Micros;
  /** It ends now: all of its last hour is meant that there is. */
  readonly isOpen: boolean;
}

/** A walk shows every row as it is; of detections, those that lie in the range, and nobody has counted them by time. */
function expectedOfWalk(source: WalkSource | undefined): Expected {
  const last = source?.walker.last ?? null;
  const isByTime = source !== undefined && !source.sendsState;
  const likely = last === null || isByTime ? null : (source?.walker.size ?? null);
  return {
    records: { atLeast: 0, likely },
    hours: null,
    requests: { atLeast: 1, likely: source?.expectedWhole ?? null },
  };
}

function expectedOfEvents(state: TenantState, source: Source, span: Span): Expected {
  const known = knownHours(state, source.name);
  const records = recordsIn(span, known);
  const pages = (count: number): number => Math.max(1, Math.ceil(count / source.pageLimit));
  return { ...records, requests: source.isOwn ? { atLeast: 0, likely: 0 } : each(records.records, pages) };
}

/** What is known of each hour. */
export interface KnownHours {
  /** In Kandji, when a sweep read it. */
  readonly swept: ReadonlyMap<number, number>;
  /** From this hour to `now`, what was collected is counted, too: an hour that is not named had nothing. */
  readonly collectedFrom: number;
  readonly collected: ReadonlyMap<number, number>;
  readonly now: number;
}

function knownHours(state: TenantState, dataset: string): KnownHours {
  const offsets = state.spool.offsets.in({ dataset, stream: "live" });
  const collected = new Map<number, number>();
  const from = Math.min(...offsets.map(({ countedFrom = Infinity }) => countedFrom));
  for (const { destination } of offsets) {
    const sums = new Map(waitingByHour(state.spool, destination, dataset));
    for (const { lane, hours = [] } of state.spool.offsets.of(destination)) {
      if (lane.dataset !== dataset) continue;
      for (const [hour, ...fates] of hours)
        sums.set(
          hour,
          fates.reduce((sum, records) => sum + records, sums.get(hour) ?? 0),
        );
    }
    // Each destination was sent the same: the one that tells of most knows best.
    for (const [hour, records] of sums) collected.set(hour, Math.max(records, collected.get(hour) ?? 0));
  }
  return {
    swept: new Map(state.sweeps.noteOf(dataset)?.hours),
    collectedFrom: Math.max(from, countedFromOf(state, dataset)),
    collected,
    now: hourOf(microsOf(state.options.ports.now())),
  };
}

/** How many records a range holds, as far as its hours were counted. Pure. */
export function recordsIn(span: Span, known: KnownHours): { readonly records: Figure; readonly hours: HoursKnown } {
  const [first, last] = [hourOf(span.from), hourOf(span.to)];
  const isIn = ([hour]: readonly [number, number]): boolean => hour >= first && hour <= last;
  const swept = [...known.swept].filter(isIn);
  const collectedFrom = Math.max(first, known.collectedFrom);
  const counted = [...known.collected].filter(isIn).filter(([hour]) => hour >= collectedFrom && !known.swept.has(hour));
  const collectedHours =
    Math.max(0, Math.min(last, known.now) - collectedFrom + 1) -
    swept.filter(([hour]) => hour >= collectedFrom && hour <= known.now).length;
  const all = [...swept, ...counted];
  const atLeast = all.reduce((sum, [hour, records]) => sum + (partOf(hour, span) === 1 ? records : 0), 0);
  const expected = all.reduce((sum, [hour, records]) => sum + partOf(hour, span) * records, 0);
  // What is to come has no records yet.
  const inRange = Math.max(0, Math.min(last, Math.max(known.now, first)) - first + 1);
  const knownOnes = swept.length + collectedHours;
  const unknown = Math.max(0, inRange - knownOnes);
  const mean = all.reduce((sum, [, records]) => sum + records, 0) / Math.max(1, knownOnes);
  const isGuessable = unknown === 0 || (knownOnes >= enoughHours && knownOnes >= unknown);
  const likely = isGuessable ? Math.round(expected + unknown * mean) : null;
  return {
    records: { atLeast, likely },
    hours: { inRange, counted: swept.length, collected: collectedHours, unknown },
  };
}

/** How much of an hour lies in the range: records are taken to be spread evenly over an hour at its edge. */
function partOf(hour: number, { from, to, isOpen }: Span): number {
  const begins = hour * hourMicros;
  const ends = isOpen && hour === hourOf(to) ? begins + hourMicros : Math.min(begins + hourMicros, to + 1);
  return (ends - Math.max(begins, from)) / hourMicros;
}

function targetsOf(state: TenantState, order: ReplayOrder, { atLeast }: Figure): ReplayTarget[] {
  const named = new Set(takersOf(state, order));
  return state.members
    .filter(({ id, standing }) => (named.has(null) ? standing !== "absent" : named.has(id)))
    .map((member) => targetOf(state, order, member, atLeast));
}

function targetOf(state: TenantState, order: ReplayOrder, { id, config }: Member, records: number): ReplayTarget {
  const paused = state.isPaused({ dataset: order.dataset, destination: id });
  if (config === undefined) return { name: id, takes: true, paused, requestsAtLeast: null, skipsBefore: null };
  const takes = config.datasets?.includes(order.dataset) ?? true;
  const { maxAgeMs } = config.destination.limits;
  const oldest = config.oldRecords === "skip" && maxAgeMs !== undefined ? state.options.ports.now() - maxAgeMs : null;
  const isOld = takes && oldest !== null && microsOf(oldest) > order.since;
  // What is too old for an intake is not sent, and nobody knows how much of it that is.
  const requestsAtLeast = takes && !isOld ? Math.ceil(records / config.maxBatchRecords) : 0;
  return { name: id, takes, paused, requestsAtLeast, skipsBefore: isOld ? iso(oldest) : null };
}
