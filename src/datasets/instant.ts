import type { Micros } from "./dataset.ts";
import { readTime } from "./written-time.ts";

/** Kandji's times have microseconds and `Date` has milliseconds: these two keep all six digits. */

/** What a number holds to the microsecond, with room for the next one: years 1684 to 2255. A clock that is further off is off anyhow. */
const latest: Micros = Number.MAX_SAFE_INTEGER - 1;

/** Reads a time as `readTime` does; digits beyond the sixth are cut. */
export function parseInstant(text: string): Micros | undefined {
  const time = readTime(text);
  if (time === undefined) return undefined;
  const instant = time.second * 1000 + Math.floor(time.nanoseconds / 1000);
  return Math.min(latest, Math.max(-latest, instant));
}

/** Writes an instant the way Kandji does: `2026-05-01T08:30:00.000000Z`. */
export function formatInstant(instant: Micros): string {
  const micros = ((instant % 1000) + 1000) % 1000;
  const millis = new Date((instant - micros) / 1000).toISOString();
  return `${millis.slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}

export const microsOf = (milliseconds: number): Micros => milliseconds * 1000;
export const millisOf = (instant: Micros): number => Math.floor(instant / 1000);
