import type { Micros } from "../datasets/dataset.ts";

/** What was collected of a dataset in one stream, kept beside its position. */
export interface Tally {
  readonly collected: number;
  /** Records that came again and were recognised. */
  readonly duplicates: number;
  /** Records that became visible behind one that had been collected. */
  readonly late: number;
  /** Records without an id or a time. */
  readonly drift: number;
  /** The latest time of a record that is not in the future; null before the first. */
  readonly newest: Micros | null;
  readonly lastSuccessAt: number | null;
  /** Records collected by hour: hours since 1970 → number, the last 24 that had any. */
  readonly hours: readonly (readonly [hour: number, records: number])[];
}

const hourMs = 3_600_000;
const keptHours = 24;

export const emptyTally: Tally = {
  collected: 0,
  duplicates: 0,
  late: 0,
  drift: 0,
  newest: null,
  lastSuccessAt: null,
  hours: [],
};

export interface Counted {
  readonly fresh: readonly { readonly time: Micros; readonly drift: boolean }[];
  readonly duplicates: number;
  readonly late: number;
}

export function count(tally: Tally, { fresh, duplicates, late }: Counted, now: number): Tally {
  const newest = fresh.reduce(
    (latest, { time }) => (time <= now * 1000 ? Math.max(latest, time) : latest),
    tally.newest ?? -Infinity,
  );
  return {
    collected: tally.collected + fresh.length,
    duplicates: tally.duplicates + duplicates,
    late: tally.late + late,
    drift: tally.drift + fresh.filter(({ drift }) => drift).length,
    newest: newest === -Infinity ? null : newest,
    lastSuccessAt: now,
    hours: fresh.length === 0 ? tally.hours : addHour(tally.hours, Math.floor(now / hourMs), fresh.length),
  };
}

function addHour(hours: Tally["hours"], hour: number, records: number): Tally["hours"] {
  const sum = records + (hours.find(([at]) => at === hour)?.[1] ?? 0);
  return [...hours.filter(([at]) => at !== hour && at > hour - keptHours), [hour, sum]];
}

/** The last 24 hours of several streams together, oldest first. */
export function lastDay(tallies: readonly Tally[], now: number): number[] {
  const current = Math.floor(now / hourMs);
  return Array.from({ length: keptHours }, (_, index) => {
    const hour = current - keptHours + 1 + index;
    return tallies.reduce((sum, { hours }) => sum + (hours.find(([at]) => at === hour)?.[1] ?? 0), 0);
  });
}
