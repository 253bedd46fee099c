import type { Micros } from "../datasets/dataset.ts";

/** Which hours of event time records belong to, and what became of them in each: numbers without a record in them. As values. */

const hourMicros: Micros = 3_600_000_000;

/** Hours since 1970. */
export const hourOf = (time: Micros): number => Math.floor(time / hourMicros);

/** The hour in which an event happened; null where it is not counted: it has no time of its own. */
export type EventHour = number | null;

/** Records of the same hour that follow one another. */
export type HourRun = readonly [records: number, hour: EventHour];

/** What a destination has had of an hour. One lane alone may have less than none: a dead letter may leave another lane than it came to. */
export type HourCount = readonly [hour: number, delivered: number, skipped: number, dead: number];

/** What becomes of a record; `pending` is not counted. */
export type Fate = "delivered" | "skipped" | "dead" | "pending";

const places = { delivered: 1, skipped: 2, dead: 3 } as const;

export function runsOf(hours: readonly EventHour[]): HourRun[] {
  const runs: [records: number, hour: EventHour][] = [];
  for (const hour of hours) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === hour) last[0] += 1;
    else runs.push([1, hour]);
  }
  return runs;
}

/** The hours of records `from` to before `to`. */
export const hoursOf = (runs: readonly HourRun[], from = 0, to = Infinity): EventHour[] =>
  runs.flatMap(([records, hour]) => Array<EventHour>(records).fill(hour)).slice(from, to);

/** Adds `by` records that have come to `fate`. */
export function counted(
  counts: readonly HourCount[],
  fates: Iterable<readonly [hour: EventHour, fate: Fate, by?: number]>,
): readonly HourCount[] {
  const known = new Map(counts.map((count) => [count[0], [...count] as [number, number, number, number]]));
  for (const [hour, fate, by = 1] of fates) {
    if (hour === null || fate === "pending") continue;
    const count = known.get(hour) ?? [hour, 0, 0, 0];
    count[places[fate]] += by;
    known.set(hour, count);
  }
  return [...known.values()].toSorted(([one], [other]) => one - other);
}

/** Those that a sweep may still ask for. */
export const countsFrom = (counts: readonly HourCount[], oldest: number): readonly HourCount[] =>
  counts.filter(([hour, ...figures]) => hour >= oldest && figures.some((figure) => figure !== 0));
