import type { Micros } from "./dataset.ts";

/** Kandji's times have microseconds and `Date` has milliseconds: these two keep all six digits. */

const instantPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** What a number holds to the microsecond, with room for the next one: years 1684 to 2255. A clock that is further off is off anyhow. */
const latest: Micros = Number.MAX_SAFE_INTEGER - 1;

/** Reads an RFC 3339 time (also with a blank for `T`, or without a zone, which means UTC); `undefined` when it is none. Digits beyond the sixth are cut. */
export function parseInstant(text: string): Micros | undefined {
  const match = instantPattern.exec(text);
  if (match === null) return undefined;
  const [, date, time = "00:00:00", fraction = "", zone = "Z"] = match;
  const withSeconds = time.length === 5 ? `${time}:00` : time;
  const offset = /^z$/i.test(zone) ? "Z" : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const seconds = Date.parse(`${date}T${withSeconds}${offset}`);
  if (Number.isNaN(seconds)) return undefined;
  const instant = seconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
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
