import { fieldOf } from "./json.ts";

/** The time that a record itself tells, with every digit: intakes differ in how many of them they take. */

export interface EventTime {
  /** As it stands in the record: RFC 3339. */
  readonly text: string;
  /** Milliseconds since 1970; digits beyond the third are cut. */
  readonly milliseconds: number;
  /** What was cut, in nanoseconds: 0 to 999,999. */
  readonly nanoseconds: number;
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.(\d{1,9}))?(?:Z|[+-]\d{2}:\d{2})$/u;

/**
 * A record of state tells when it was seen (`_forwarder.seenAt`), an audit event when it happened. Undefined: no time that can be read.
 * `record` is parsed JSON.
 */
export function eventTimeOf(record: unknown): EventTime | undefined {
  const text = fieldOf(fieldOf(record, "_forwarder"), "seenAt") ?? fieldOf(record, "occurred_at");
  const match = typeof text === "string" ? rfc3339.exec(text) : null;
  if (match === null) return undefined;
  const [whole, fraction = ""] = match;
  const milliseconds = Date.parse(whole);
  if (Number.isNaN(milliseconds)) return undefined;
  return { text: whole, milliseconds, nanoseconds: Number(fraction.padEnd(9, "0").slice(3)) };
}
