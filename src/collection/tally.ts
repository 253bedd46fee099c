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
  /** What that record is called; absent where no version has noted it. */
  readonly newestName?: string;
  readonly lastSuccessAt: number | null;
  /** Records collected by hour: hours since 1970 → number, the last 24 that had any. */
  readonly hours: readonly Slot[];
  /** The same by day, in UTC: the last 30. Absent in a state of a version that did not count them. */
  readonly days?: readonly Slot[];
}

/** `at`: hours or days since 1970. */
type Slot = readonly [at: number, records: number];

const hourMs = 3_600_000;
const keptHours = 24;
const dayMs = 24 * hourMs;
const keptDays = 30;

export const emptyTally: Tally = {
  collected: 0,
  duplicates: 0,
  late: 0,
  drift: 0,
  newest: null,
  lastSuccessAt: null,
  hours: [],
  days: [],
};

export interface Counted {
  readonly fresh: readonly { readonly time: Micros; readonly drift: boolean; readonly raw: string }[];
  readonly duplicates: number;
  readonly late: number;
}

/** `nameOf` is asked of the newest record alone. */
export function count(
  tally: Tally,
  { fresh, duplicates, late }: Counted,
  now: number,
  nameOf: (raw: string) => string,
): Tally {
  let newest = tally.newest ?? -Infinity;
  let newestRaw: string | undefined;
  for (const { time, raw } of fresh) if (time <= now * 1000 && time > newest) [newest, newestRaw] = [time, raw];
  const newestName = newestRaw === undefined ? tally.newestName : nameOf(newestRaw);
  return {
    collected: tally.collected + fresh.length,
    duplicates: tally.duplicates + duplicates,
    late: tally.late + late,
    drift: tally.drift + fresh.filter(({ drift }) => drift).length,
    newest: newest === -Infinity ? null : newest,
    ...(newestName === undefined ? {} : { newestName }),
    lastSuccessAt: now,
    hours: add(tally.hours, Math.floor(now / hourMs), fresh.length, keptHours),
    days: add(tally.days ?? [], Math.floor(now / dayMs), fresh.length, keptDays),
  };
}

function add(slots: readonly Slot[], current: number, records: number, kept: number): readonly Slot[] {
  if (records === 0) return slots;
  const sum = records + (slots.find(([at]) => at === current)?.[1] ?? 0);
  return [...slots.filter(([at]) => at !== current && at > current - kept), [current, sum]];
}

/** The last 24 hours of several streams together, oldest first. */
export const lastDay = (tallies: readonly Tally[], now: number): number[] =>
  filled(
    tallies.map(({ hours }) => hours),
    Math.floor(now / hourMs),
    keptHours,
  );

/** The last 30 days in UTC, likewise. */
export const last30Days = (tallies: readonly Tally[], now: number): number[] =>
  filled(
    tallies.map(({ days = [] }) => days),
    Math.floor(now / dayMs),
    keptDays,
  );

const filled = (all: readonly (readonly Slot[])[], current: number, kept: number): number[] =>
  Array.from({ length: kept }, (_, index) => {
    const slot = current - kept + 1 + index;
    return all.reduce((sum, slots) => sum + (slots.find(([at]) => at === slot)?.[1] ?? 0), 0);
  });
