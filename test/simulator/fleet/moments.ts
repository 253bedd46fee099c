/** The ways in which the API writes a moment. All have six digits of a second; the last three are made from the others. */

function micros(at: number): string {
  return String(Math.abs(Math.trunc(at) * 7919) % 1000).padStart(3, "0");
}

/** Walk after walk writes the same enrolments and installations. */
const written = new Map<number, string>();
const MOST_WRITTEN = 100_000;

/** `2026-05-01T08:30:59.123456`: threats. */
export function zoneless(at: number): string {
  const known = written.get(at);
  if (known !== undefined) return known;
  const text = new Date(at).toISOString().slice(0, 23) + micros(at);
  if (written.size >= MOST_WRITTEN) written.clear();
  written.set(at, text);
  return text;
}

/** `2026-05-01T08:30:59.123456Z`: most of it. */
export function zulu(at: number): string {
  return `${zoneless(at)}Z`;
}

/** `2026-05-01T08:30:59.123456+00:00`: Prism and behavioural detections. */
export function withOffset(at: number): string {
  return `${zoneless(at)}+00:00`;
}

/** `2026-05-01 08:30:59.123456+00:00`: enrolments. */
export function withBlank(at: number): string {
  return `${zoneless(at).replace("T", " ")}+00:00`;
}

/** `2026-05-01T08:30:59`: dates of publication. */
export function wholeSeconds(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
