import { hourOf } from "../spool/hours.ts";
import type { Swept } from "../spool/ranges.ts";
import { eventTime, type CollectedRecord } from "./page.ts";

/** A sweep reads closed moments again and compares ids: what became visible later than the overlap is found by it. As values. */

export const nothingSwept: Swept = { hours: [], oldestFound: null };

/** `read` are events that the sweep meets for the first time, `found` those of them that had not been collected. */
export function sweep(before: Swept, read: readonly CollectedRecord[], found: readonly CollectedRecord[]): Swept {
  const hours = new Map(before.hours.map(([hour, ...counts]) => [hour, counts] as const));
  const add = (index: 0 | 1, record: CollectedRecord): void => {
    const time = eventTime(record);
    if (time === null) return;
    const hour = hourOf(time);
    const counts: [number, number] = [...(hours.get(hour) ?? ([0, 0] as const))];
    counts[index] += 1;
    hours.set(hour, counts);
  };
  for (const record of read) add(0, record);
  for (const record of found) add(1, record);
  const oldest = found.reduce((earliest, { time }) => Math.min(earliest, time), before.oldestFound ?? Infinity);
  return {
    hours: [...hours].map(([hour, counts]) => [hour, ...counts] as const).toSorted(([a], [b]) => a - b),
    oldestFound: Number.isFinite(oldest) ? oldest : null,
  };
}
