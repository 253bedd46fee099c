import type { Tally } from "../collection/tally.ts";
import type { Problem } from "./report.ts";
import type { Source } from "./source.ts";

/** Whether a log is silent for longer than this tenant's usually is: a log that goes quiet looks like one in which nothing happens. */

const hourMs = 3_600_000;
/** The day that ended with the last record, as far as a tally keeps it. */
const keptHours = 24;
/** In fewer hours of that day a rhythm cannot be seen: a tenant that is new, or always quiet. */
export const fewestHours = 6;
const leastSilenceMs = 6 * hourMs;
/** Who is silent for so long within a day has nights, and so has weekends. */
const nightHours = 6;
const longWeekendMs = 4 * 24 * hourMs;

export interface Silence {
  /** End of the last hour that had records; milliseconds since 1970. */
  readonly since: number;
  /** After how long it is more than usual; milliseconds. */
  readonly usualMs: number;
}

/** `undefined` while there is no rhythm, or it is kept. `hours`: as a tally has them. */
export function unusualSilence(hours: Tally["hours"], now: number): Silence | undefined {
  const busy = hours.map(([hour]) => hour).toSorted((one, other) => one - other);
  const last = busy.at(-1);
  if (last === undefined || busy.length < fewestHours) return undefined;
  // What came before is not kept: silence since the beginning of that day.
  const starts = [last - keptHours, ...busy];
  const longest = Math.max(...busy.map((hour, index) => hour - (starts[index] ?? hour)));
  const usualMs = longest > nightHours ? longWeekendMs : Math.max(leastSilenceMs, 4 * longest * hourMs);
  const since = (last + 1) * hourMs;
  return now - since >= usualMs ? { since, usualMs } : undefined;
}

/** Only where reading itself works: otherwise it is known why nothing comes. What happens to the forwarder itself has no rhythm. */
export function rhythmProblems(subject: string, source: Source, isPaused: boolean, now: number): Problem[] {
  const isReading =
    !source.isOwn &&
    !isPaused &&
    source.liveSetback === null &&
    now - (source.lastSuccessAt ?? 0) < readLatelyMs(source);
  const silence = isReading ? unusualSilence(source.live.tally.hours, now) : undefined;
  if (silence === undefined) return [];
  const { since, usualMs } = silence;
  return [
    {
      code: "quieter-than-usual",
      subject,
      message: `No record since ${new Date(since).toISOString()}; by the rhythm of the day before, ${usualMs / hourMs} hours without one are unusual`,
      fix: "Compare it with the activity page of the console; if nothing happened there either, nothing is to be done",
      health: "degraded",
    },
  ];
}

const readLatelyMs = ({ everyMs }: Source): number => Math.max(hourMs, 2 * everyMs);
