import {
  boundOf,
  dayMs,
  filled,
  hourMs,
  keptDays,
  keptHours,
  noFigures,
  noTimeline,
  plus,
  quantileOf,
  together,
  type Figures,
  type Outcome,
  type Slot,
} from "../spool/timeline.ts";
import type { DelayReport, DestinationReport, PeriodReport, SpanReport } from "./report.ts";
import type { TenantState } from "./state.ts";
import { takenUp, unwrittenOf } from "./unwritten-requests.ts";

/** What a tenant tells of a destination over time. */

/** Of the buckets, those that a metric has: finest from a poll to a quarter of an hour, where it tells whether all is well. */
const toldBuckets = [4, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40];

/** `isWhole`: with the hours and days one by one, which would be much for a report that is sent every minute. */
export function figuresOf(
  state: TenantState,
  id: string,
  now: number,
  isWhole: boolean,
): Pick<DestinationReport, "delay" | "unaccepted" | "lastDay" | "last30Days"> {
  const kept = state.spool.offsets
    .of(id)
    .reduce((sum, { timeline = noTimeline }) => together(sum, timeline, now), noTimeline);
  // What only memory knows would be taken back by a restart, and a counter must not be.
  const written = plus(kept.ever, takenUp(state, id).timeline.ever);
  const ever = {
    delay: delayOf(written),
    unaccepted: written.answers.map(([outcome, answer, requests]) => ({ outcome, answer, requests })),
  };
  if (!isWhole) return ever;
  const { hours, days } = together(kept, unwrittenOf(state, id).timeline, now);
  return {
    ...ever,
    lastDay: periodOf(filled(hours, Math.floor(now / hourMs), keptHours), hourMs),
    last30Days: periodOf(filled(days, Math.floor(now / dayMs), keptDays), dayMs),
  };
}

const delayOf = ({ delays, delayMs }: Figures): DelayReport => ({
  events: eventsIn(delays),
  seconds: delayMs / 1000,
  within: toldBuckets.map((last) => ({
    seconds: boundOf(last),
    events: eventsIn(delays.filter(([bucket]) => bucket <= last)),
  })),
});

const eventsIn = (delays: Figures["delays"]): number => delays.reduce((sum, [, events]) => sum + events, 0);

function periodOf(slots: readonly Slot[], slotMs: number): PeriodReport {
  const [first] = slots;
  const total = slots.reduce((sum, [, figures]) => plus(sum, figures), noFigures);
  return {
    total: spanOf((first?.[0] ?? 0) * slotMs, total),
    parts: slots.map(([at, figures]) => spanOf(at * slotMs, figures)),
  };
}

function spanOf(since: number, figures: Figures): SpanReport {
  const [median, p95] = [quantileOf(figures, 0.5), quantileOf(figures, 0.95)];
  const by = (outcome: Outcome): Record<string, number> =>
    Object.fromEntries(
      figures.answers.flatMap(([found, answer, requests]) => (found === outcome ? [[answer, requests]] : [])),
    );
  return {
    since: new Date(since).toISOString(),
    records: figures.records,
    delaySeconds: median === null || p95 === null ? null : { median, p95 },
    refused: by("refused"),
    retried: by("retried"),
  };
}
