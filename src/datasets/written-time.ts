/** Times as Kandji writes them, to every digit. */

/** A time to the last digit that was written, at most nine. */
export interface WrittenTime {
  /** The whole second: milliseconds since 1970. */
  readonly second: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
  /** The first ten and the eight characters behind the next are day and time in UTC. */
  readonly isUtc: boolean;
}

const timePattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** Reads an RFC 3339 time, also with a blank for `T`, or without a zone, which means UTC; `undefined` when it is none. */
export const readTime = (text: string): WrittenTime | undefined => readUtc(text) ?? readAny(text);

const strict = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/u;

/** The same for what intakes take as a time: RFC 3339 to the letter. */
export function readStrictTime(text: string): WrittenTime | undefined {
  const isUsual = text[10] === "T" && text.endsWith("Z");
  return (isUsual ? readUtc(text) : undefined) ?? (strict.test(text) ? readAny(text) : undefined);
}

function readAny(text: string): WrittenTime | undefined {
  const match = timePattern.exec(text);
  if (match === null) return undefined;
  const [, date, time = "00:00:00", fraction = "", zone = "Z"] = match;
  const withSeconds = time.length === 5 ? `${time}:00` : time;
  const offset = /^z$/i.test(zone) ? "Z" : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const second = Date.parse(`${date}T${withSeconds}${offset}`);
  if (Number.isNaN(second)) return undefined;
  return { second, nanoseconds: Number(fraction.padEnd(9, "0")), isUtc: false };
}

const utc = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|\+00:00)?$/u;

/**
 * `2026-05-01T08:30:00.000000Z`, `2026-05-01 08:30:00`: as Kandji writes nearly all of its times, digit by digit at a third of what
 * `Date.parse` and groups of a pattern cost. Formats read several in each record (`npm run bench`). `undefined`: another form, or one
 * that asks for a calendar.
 */
function readUtc(text: string): WrittenTime | undefined {
  if (!utc.test(text)) return undefined;
  const year = digitsIn(text, 0, 4);
  const month = digitsIn(text, 5, 7);
  const day = digitsIn(text, 8, 10);
  const hour = digitsIn(text, 11, 13);
  const minute = digitsIn(text, 14, 16);
  const second = digitsIn(text, 17, 19);
  // Years below 100 are others to `Date.UTC`.
  if (year < 1000 || day < 1 || day > (daysOfMonth[month] ?? 0)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return {
    second: Date.UTC(year, month - 1, day, hour, minute, second),
    nanoseconds: text[19] === "." ? fractionIn(text) : 0,
    isUtc: true,
  };
}

/** January is 1. A 29th of February is left to the calendar. */
const daysOfMonth: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The number that the digits from `from` to before `to` write. */
function digitsIn(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

/** What stands behind the point of a second, in nanoseconds. */
function fractionIn(text: string): number {
  let [fraction, unit] = [0, 1_000_000_000];
  for (let at = 20; unit > 1; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    unit /= 10;
    fraction += digit * unit;
  }
  return fraction;
}
