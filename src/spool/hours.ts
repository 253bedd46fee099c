import type { Micros } from "../datasets/dataset.ts";

/** Which hours of event time records belong to, and what became of them in each: numbers without a record in them. As values. */

const hourMs = 3_600_000;
const hourMicros: Micros = hourMs * 1000;

/** Hours since 1970. */
export const hourOf = (time: Micros): number => Math.floor(time / hourMicros);
export const beginOf = (hour: number): Micros => hour * hourMicros;

/** The hour in which an event happened; null where it is not counted: it has no time of its own. */
export type EventHour = number | null;

/** When an event happened; null where it is not counted by hour. */
export type EventTime = Micros | null;

/** When records happened, one for each, where their delivery is counted by hour. */
export interface Happened {
  readonly times: readonly EventTime[];
  /** Of those from this time on it is kept to the millisecond, so that it can be told how late they were delivered; of none where it is absent. */
  readonly exactFrom?: Micros;
}

/** Records of the same hour that follow one another, and where that is kept the millisecond of it at which each happened. */
export type HourRun = readonly [records: number, hour: EventHour, at?: readonly number[]];

/** What a destination has had of an hour. One lane alone may have less than none: a dead letter may leave another lane than it came to. */
export type HourCount = readonly [hour: number, delivered: number, skipped: number, dead: number];

/** What becomes of a record; `pending` is not counted. */
export type Fate = "delivered" | "skipped" | "dead" | "pending";

const places = { delivered: 1, skipped: 2, dead: 3 } as const;

/** What is kept to the millisecond takes some eight bytes a record. */
export function runsOf({ times, exactFrom = Infinity }: Happened): HourRun[] {
  const runs: [records: number, hour: EventHour, at?: number[]][] = [];
  for (const time of times) {
    const hour = time === null ? null : hourOf(time);
    const ms = time === null || time < exactFrom ? null : Math.floor((time - beginOf(hourOf(time))) / 1000);
    const last = runs.at(-1);
    if (last === undefined || last[1] !== hour || (last[2] === undefined) !== (ms === null)) {
      runs.push(ms === null ? [1, hour] : [1, hour, [ms]]);
    } else {
      last[0] += 1;
      if (ms !== null) last[2]?.push(ms);
    }
  }
  return runs;
}

/** The hours of records `from` to before `to`. */
export const hoursOf = (runs: readonly HourRun[], from = 0, to = Infinity): EventHour[] =>
  runs.flatMap(([records, hour]) => Array<EventHour>(records).fill(hour)).slice(from, to);

/** When records `from` to before `to` happened, in milliseconds since 1970; null where only the hour is kept, or nothing. */
export const momentsOf = (runs: readonly HourRun[], from = 0, to = Infinity): (number | null)[] =>
  runs
    .flatMap(([records, hour, at]) =>
      hour === null || at === undefined ? Array<null>(records).fill(null) : at.map((ms) => hour * hourMs + ms),
    )
    .slice(from, to);

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
