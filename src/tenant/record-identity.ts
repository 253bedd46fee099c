import { idOf } from "../collection/page.ts";
import type { Micros } from "../datasets/dataset.ts";
import { millisOf, parseInstant } from "../datasets/instant.ts";
import { datasets } from "../datasets/registry.ts";

/** Reads a spooled record again: who it is and of when; null where it does not say. */
export function identify(name: string, raw: string): { id: string; time: Micros | null } {
  const dataset = datasets.get(name);
  if (dataset === undefined) throw new Error(`No dataset "${name}"`);
  const record: unknown = JSON.parse(raw);
  const written = dataset.timeOf(record);
  return { id: idOf(dataset, record, raw), time: (written === undefined ? undefined : parseInstant(written)) ?? null };
}

/** The record's time in milliseconds, for the rule about old records. */
export const timeOf = (dataset: string, raw: string): number => {
  const { time } = identify(dataset, raw);
  // A record without a time is not called old.
  return time === null ? Infinity : millisOf(time);
};

/** A longer id stands in the row of a dead letter beside the record itself, and both would not fit. */
const shownIdLength = 200;

/** The record's own id, as a person would look for it; null when it has none. */
export const recordIdOf = (dataset: string, raw: string): string | null =>
  datasets.get(dataset)?.idOf(JSON.parse(raw))?.slice(0, shownIdLength) ?? null;
