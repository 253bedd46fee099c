/** Numbers and times as a person reads them. English only, UTC only, the same on every machine. */

export function number(value: number): string {
  return value.toLocaleString("en-US");
}

export function percent(value: number): string {
  return `${Math.floor(Math.min(100, Math.max(0, value)))} %`;
}

export function bytes(value: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const scaled = value / 1000 ** step;
  return `${scaled < 10 && step > 0 ? scaled.toFixed(1) : number(Math.round(scaled))} ${units[step]}`;
}

/** "1 thing", "2 things". */
export function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

const spans = [
  [86_400_000, "day"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
] as const;

/** The largest unit that fits, rounded down: "3 h", "2 days". */
export function duration(ms: number): string {
  const [size, unit] = spans.find(([span]) => ms >= span) ?? spans[3];
  const amount = Math.floor(ms / size);
  return unit === "day" ? count(amount, unit) : `${number(amount)} ${unit}`;
}

/** How late something is: two digits or a few, since it is an estimate. "42 s", "18 min", "31 h", "4 days". */
export function lateness(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, "days"],
      [3_600, "h"],
      [60, "min"],
    ] as const
  ).find(([span]) => seconds >= 2 * span) ?? [1, "s"];
  return `${number(Math.round(seconds / size))} ${unit}`;
}

/** "5 min ago", "in 40 s". */
export function relative(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < 1000) {
    return "now";
  }
  return distance > 0 ? `in ${duration(distance)}` : `${duration(-distance)} ago`;
}

/** "in 12 min"; `undefined` for what is not known or is over. */
export function toCome(at: string | null, now: number): string | undefined {
  const ms = Date.parse(at ?? "");
  return Number.isNaN(ms) || ms - now < 1000 ? undefined : relative(ms, now);
}

/** "2026-05-01 08:30:00 UTC". */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A text that somebody else wrote, at most this long, so that no page grows beyond measure. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
