import * as z from "zod";
import { type BatchContext, shownDataset } from "./destination.ts";
import { checkedText, type Complaint, issueOf } from "./settings.ts";

/** The labels of a stream of Loki: few, and with few values. */

export type Labels = Readonly<Record<string, string>>;

const own: readonly string[] = ["service_name", "tenant", "dataset", "hour"];

// https://grafana.com/docs/loki/latest/configure/#limits_config: `max_label_names_per_series`, `max_label_name_length`,
// `max_label_value_length`.
const maxLabels = 15;
const maxNameLength = 1024;
const maxValueBytes = 2048;

const value = checkedText((text) =>
  text !== "" && Buffer.byteLength(text) <= maxValueBytes
    ? undefined
    : { what: "is no value of a label", fix: `Write 1 to ${maxValueBytes} bytes` },
);

/** Labels that an operator adds. */
export const labels = z.record(z.string(), value).superRefine((added, context) => {
  const names = Object.keys(added);
  const free = maxLabels - own.length;
  if (names.length > free)
    context.addIssue(issueOf({ what: "has too many labels", fix: `Keep ${free}: Loki takes ${maxLabels} in all` }));
  for (const name of names) {
    const complaint = checkName(name);
    if (complaint !== undefined) context.addIssue(issueOf(complaint, [name]));
  }
});

function checkName(name: string): Complaint | undefined {
  if (own.includes(name)) return { what: "is a label that the forwarder sets itself", fix: "Take another name" };
  // Names that begin with two underscores are Loki's own.
  if (/^(?!__)[a-z_]\w*$/iu.test(name) && name.length <= maxNameLength) return undefined;
  return { what: "is not the name of a label", fix: "Use letters, digits and _, and begin with a letter" };
}

interface Moment extends BatchContext {
  /** The time of the line, in milliseconds since 1970. */
  readonly at: number;
  readonly isRestamped: boolean;
}

const minute = 60_000;
/** Read later than this after its time, a record belongs to the past of its stream. */
const presentMs = 30 * minute;

/**
 * Loki refuses a line that is more than an hour (half of `max_chunk_age`) older than the newest of its stream:
 * https://grafana.com/docs/loki/latest/configure/#accept-out-of-order-writes. Backfill and live records come side by side, so
 * what was old when it was read has a stream for each hour.
 */
export function streamLabels(moment: Moment, added: Labels = {}): Labels {
  const { tenant, collectedAt, at, isRestamped } = moment;
  const isPast = isRestamped || collectedAt - at > presentMs;
  return {
    ...added,
    service_name: "kandji",
    tenant,
    dataset: shownDataset(moment),
    ...(isPast ? { hour: new Date(at).toISOString().slice(0, -11) } : {}),
  };
}
