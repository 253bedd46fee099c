import { readStrictTime } from "../datasets/written-time.ts";
import { fieldsIn } from "../json.ts";

/** The time that a record itself tells, with every digit: intakes differ in how many of them they take. */

export interface EventTime {
  /** As it stands in the record: RFC 3339. */
  readonly text: string;
  /** Milliseconds since 1970; digits beyond the third are cut. */
  readonly milliseconds: number;
  /** What was cut, in nanoseconds: 0 to 999,999. */
  readonly nanoseconds: number;
}

/** The rows of a walk were all seen at the same time: it is read once. */
let latest: EventTime | undefined;

/**
 * A record of state tells when it was seen (`_forwarder.seenAt`), an audit event when it happened, and so does an entry of our journal. Undefined: no time that can be read.
 * `record` is parsed JSON.
 */
export function eventTimeOf(record: unknown): EventTime | undefined {
  const fields = fieldsIn(record);
  const text = fieldsIn(fields["_forwarder"])["seenAt"] ?? fields["occurred_at"] ?? fields["timestamp"];
  if (typeof text !== "string") return undefined;
  if (text !== latest?.text) latest = read(text);
  return latest;
}

function read(text: string): EventTime | undefined {
  const time = readStrictTime(text);
  if (time === undefined) return undefined;
  const { second, nanoseconds } = time;
  return {
    text,
    milliseconds: second + Math.floor(nanoseconds / 1_000_000),
    nanoseconds: nanoseconds % 1_000_000,
  };
}
