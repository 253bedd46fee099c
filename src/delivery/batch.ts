import type { DestinationConfig } from "../config/config.ts";
import type { BatchContext } from "../destinations/destination.ts";
import type { Lane } from "../spool/lanes.ts";
import type { Offset } from "../spool/offsets.ts";
import type { Segment } from "../spool/segments.ts";

/** The records of one request: a run of one lane's positions, and the body they make. */
export interface Batch {
  readonly id: string;
  readonly lane: Lane;
  readonly context: BatchContext;
  /** Positions of the records in the body, ascending. */
  readonly positions: readonly number[];
  /** The run ends before this position. */
  readonly end: number;
  /** Records of the run that a rule leaves out because the intake would drop them unseen. */
  readonly skipped: number;
  /** Empty when every record of the run is left out: nothing to send. */
  readonly body: string;
}

/** A record that no request can carry: longer than the destination's limit. */
export interface Oversize {
  readonly at: number;
  readonly bytes: number;
}

export interface BatchSource {
  readonly tenant: string;
  /** Differs for each life of a tenant's state: positions begin again after it was forgotten. */
  readonly generation: string;
  readonly config: DestinationConfig;
  /** The record's time in milliseconds, for the rule about old records. */
  readonly timeOf: (dataset: string, raw: string) => number;
  readonly now: number;
}

/** Records younger than the intake's limit by less than this are old already: sending takes time, and so do retries. */
const ageMarginMs = 60_000;

type Treatment = "send" | "skip" | "restamp";

function treatmentOf(raw: string, dataset: string, { config, timeOf, now }: BatchSource): Treatment {
  if (config.datasets?.includes(dataset) === false) return "skip";
  const { maxAgeMs } = config.destination.limits;
  if (maxAgeMs === undefined || config.oldRecords === "send") return "send";
  return timeOf(dataset, raw) > now - maxAgeMs + ageMarginMs ? "send" : config.oldRecords;
}

/**
 * Forms the batch that begins at `from` and ends before `to`, or earlier: at the end of the segment or at a limit of the
 * destination. It depends on nothing that a crash could change, so a retry has the same records, bytes and id.
 */
export function formBatch(
  source: BatchSource,
  segment: Segment,
  lines: readonly string[],
  from: number,
  to: number,
): Batch | Oversize {
  const { config } = source;
  const { destination } = config;
  const { frame } = destination;
  const context = { tenant: source.tenant, dataset: segment.lane.dataset };
  const separatorBytes = Buffer.byteLength(frame.separator);
  const restampedAt = stampFor(source, segment);
  const positions: number[] = [];
  const encoded: string[] = [];
  let bytes = Buffer.byteLength(frame.open) + Buffer.byteLength(frame.close);
  let at = Math.max(from, segment.first);
  const end = Math.min(to, segment.first + segment.records);
  let skipped = 0;
  let restamped = 0;
  for (; at < end && positions.length < config.maxBatchRecords; at += 1) {
    const raw = lines[at - segment.first] ?? "";
    const treatment = treatmentOf(raw, context.dataset, source);
    if (treatment === "skip") {
      skipped += 1;
      continue;
    }
    const text = destination.encode(treatment === "restamp" ? { raw, restampedAt } : { raw }, context);
    const size = Buffer.byteLength(text) + (encoded.length === 0 ? 0 : separatorBytes);
    if (bytes + size > config.maxBatchBytes) {
      if (encoded.length === 0 && skipped === 0) return { at, bytes: bytes + size };
      break;
    }
    bytes += size;
    if (treatment === "restamp") restamped += 1;
    encoded.push(text);
    positions.push(at);
  }
  return {
    id: batchId(source, segment.lane, Math.max(from, segment.first), at, [skipped, restamped, restamped && restampedAt]),
    lane: segment.lane,
    context,
    positions,
    end: at,
    skipped,
    body: encoded.length === 0 ? "" : frame.open + encoded.join(frame.separator) + frame.close,
  };
}

/** Standard Webhooks allow no dot in an id. What the operator changes, a new encoding, or a rule that now treats more records as old makes another batch. */
function batchId(source: BatchSource, lane: Lane, from: number, end: number, rules: readonly number[]): string {
  const { config, tenant, generation } = source;
  const form = `${config.fingerprint.slice(0, 8)}-${config.destination.encodingVersion}`;
  const treated = rules.some((number) => number > 0) ? [rules.map((number) => number.toString(36)).join("-")] : [];
  return [tenant, generation, lane.dataset, lane.stream, from, end - from, form, ...treated].join("_");
}

/** The time that old records are given: the same at each retry, and always one that the intake takes. */
function stampFor({ config, now }: BatchSource, segment: Segment): number {
  const { maxAgeMs } = config.destination.limits;
  if (maxAgeMs === undefined || segment.collectedAt > now - maxAgeMs / 2) return segment.collectedAt;
  const hour = 3_600_000;
  return Math.floor(now / hour) * hour;
}
