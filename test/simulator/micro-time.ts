/** Moments in whole microseconds since 1970: `Date` keeps three digits of a second, Kandji sends six. */

export type Micros = number;

const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?)?$/;

/** A date alone means its first instant; a time without zone is UTC. `undefined` when it is not a moment. */
export function parseMoment(text: string): Micros | undefined {
  const parts = MOMENT.exec(text);
  if (parts === null) return undefined;
  const [, date = "", time = "00:00:00", fraction = "", zone = "Z"] = parts;
  const seconds = Date.parse(`${date}T${time}${zone}`);
  if (Number.isNaN(seconds)) return undefined;
  return seconds * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

/** `2026-05-01T08:31:02.123456Z`, as events carry it. */
export function formatMoment(moment: Micros): string {
  const [date, micros] = split(moment);
  return `${date}.${micros}Z`;
}

/** `2026-05-01 08:31:02.123456+00:00`, as page cursors carry it. */
export function formatCursorMoment(moment: Micros): string {
  const [date, micros] = split(moment);
  return `${date.replace("T", " ")}.${micros}+00:00`;
}

function split(moment: Micros): [string, string] {
  const seconds = Math.floor(moment / 1_000_000);
  const micros = moment - seconds * 1_000_000;
  return [new Date(seconds * 1000).toISOString().slice(0, 19), String(micros).padStart(6, "0")];
}
