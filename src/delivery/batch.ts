import type { DestinationConfig } from "../config/config.ts";
import type { BatchContext, Frame } from "../destinations/destination.ts";
import { eventTimeOf } from "../formats/event-time.ts";
import { jsonOf } from "../json.ts";
import { hoursOf, momentsOf, type EventHour } from "../spool/hours.ts";
import type { Lane } from "../spool/lanes.ts";
import type { Segment } from "../spool/segments.ts";

/** The records of one request: a run of one lane's positions, and the body they make. */
export interface Batch {
  readonly id: string;
  readonly lane: Lane;
  readonly context: BatchContext;
  /** Positions of the records in the body, ascending. */
  readonly positions: readonly number[];
  /** The records as they stand in the body, one for each position. */
  readonly texts: readonly string[];
  /** The run ends before this position. */
  readonly end: number;
  /** In which hour each record of the run happened; null where they do not count by hour. */
  readonly hours: readonly EventHour[] | null;
  /** When each live event of the run happened, in milliseconds since 1970; null for those of which that is not kept. */
  readonly moments: readonly (number | null)[];
  /** Records of the run that a rule leaves out because the intake would drop them unseen. */
  readonly skipped: number;
  /** Empty when every record of the run is left out: nothing to send. */
  readonly body: string;
}

/** A record that no request can carry: longer than the destination's limit. */
export interface Oversize {
  readonly at: number;
  readonly bytes: number;
  readonly limit: number;
}

export interface BatchSource {
  readonly tenant: string;
  /** Differs for each life of a tenant's state: positions begin again after it was forgotten. */
  readonly generation: string;
  readonly config: DestinationConfig;
  readonly now: number;
}

/** Records this near to the intake's limits are beyond them already: sending takes time, and so do retries. */
const marginMs = 60_000;

type Treatment = "send" | "skip" | "restamp";

function treatmentOf(raw: string, dataset: string, { config, now }: BatchSource): Treatment {
  if (config.datasets?.includes(dataset) === false) return "skip";
  const { maxAgeMs = Infinity, maxAheadMs = Infinity } = config.destination.limits;
  if (config.oldRecords === "send" || (maxAgeMs === Infinity && maxAheadMs === Infinity)) return "send";
  const time = eventTimeOf(jsonOf(raw));
  // A record without a time is neither old nor early.
  if (time === undefined) return "send";
  const ageMs = now - time.milliseconds;
  if (ageMs < -maxAheadMs + marginMs) return "restamp";
  return ageMs < maxAgeMs - marginMs ? "send" : config.oldRecords;
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
  const draft = new Draft(source, segment);
  const start = Math.max(from, segment.first);
  const end = Math.min(to, segment.first + segment.records);
  let at = start;
  while (at < end && draft.add(at, lines[at - segment.first] ?? "")) at += 1;
  return at === start && start < end ? { at, ...draft.excess } : draft.finish(start, at);
}

/** A batch while records are added to it. */
class Draft {
  /** What the record that did not fit would have taken, and what there is. */
  excess = { bytes: 0, limit: 0 };
  readonly #source: BatchSource;
  readonly #segment: Segment;
  readonly #context: BatchContext;
  readonly #frame: Frame;
  readonly #restampedAt: number;
  readonly #positions: number[] = [];
  readonly #encoded: string[] = [];
  #bytes: number;
  #skipped = 0;
  #restamped = 0;

  constructor(source: BatchSource, segment: Segment) {
    this.#source = source;
    this.#segment = segment;
    this.#context = { tenant: source.tenant, dataset: segment.lane.dataset, collectedAt: segment.collectedAt };
    this.#frame = source.config.destination.frame(this.#context);
    this.#restampedAt = stampFor(source, segment);
    this.#bytes = Buffer.byteLength(this.#frame.open) + Buffer.byteLength(this.#frame.close);
  }

  /** False when the batch is full; a first record that does not fit fits no batch. */
  add(at: number, raw: string): boolean {
    const { config } = this.#source;
    const { destination } = config;
    const treatment = treatmentOf(raw, this.#context.dataset, this.#source);
    if (treatment === "skip") {
      this.#skipped += 1;
      return true;
    }
    if (this.#positions.length >= config.maxBatchRecords) return false;
    const record = treatment === "restamp" ? { raw, restampedAt: this.#restampedAt } : { raw };
    const text = destination.encode(record, this.#context);
    if (!this.#fits(Buffer.byteLength(text))) return false;
    this.#encoded.push(text);
    this.#positions.push(at);
    if (treatment === "restamp") this.#restamped += 1;
    return true;
  }

  #fits(size: number): boolean {
    const { config } = this.#source;
    const { recordBytes = Infinity } = config.destination.limits;
    const separator = this.#encoded.length === 0 ? 0 : Buffer.byteLength(this.#frame.separator);
    const bytes = this.#bytes + separator + size;
    if (size > recordBytes) this.excess = { bytes: size, limit: recordBytes };
    else if (bytes > config.maxBatchBytes) this.excess = { bytes, limit: config.maxBatchBytes };
    else {
      this.#bytes = bytes;
      return true;
    }
    return false;
  }

  finish(start: number, end: number): Batch {
    const { open, separator, close } = this.#frame;
    const { hours: runs, first } = this.#segment;
    const rules = [this.#skipped, this.#restamped, this.#restamped > 0 ? this.#restampedAt : 0];
    return {
      id: batchId(this.#source, this.#segment.lane, start, end, rules),
      lane: this.#segment.lane,
      context: this.#context,
      positions: this.#positions,
      texts: this.#encoded,
      end,
      hours: runs === null ? null : hoursOf(runs, start - first, end - first),
      moments: momentsOf(runs ?? [], start - first, end - first),
      skipped: this.#skipped,
      body: this.#encoded.length === 0 ? "" : open + this.#encoded.join(separator) + close,
    };
  }
}

/** Standard Webhooks allow no dot in an id. What the operator changes, a new encoding, or a rule that now treats more records as old makes another batch. */
function batchId(source: BatchSource, lane: Lane, from: number, end: number, rules: readonly number[]): string {
  const { config, tenant, generation } = source;
  const form = `${config.fingerprint.slice(0, 8)}-${config.destination.encodingVersion(lane.dataset)}`;
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
