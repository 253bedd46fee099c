import type { Ports } from "../ports.ts";
import type { Offset } from "../spool/offsets.ts";
import type { Segment } from "../spool/segments.ts";
import type { Spool } from "../spool/spool.ts";
import { formBatch, type Batch, type BatchSource } from "./batch.ts";
import type { Choice } from "./choice.ts";

/** What to send: a batch, or one record that nothing can carry. */
export type Load =
  | { readonly kind: "batch"; readonly batch: Batch; readonly segment: Segment; readonly choice: Choice }
  | {
      readonly kind: "oversize";
      readonly offset: Offset;
      readonly at: number;
      readonly bytes: number;
      readonly limit: number;
      readonly segment: Segment;
    };

interface From extends Omit<BatchSource, "now"> {
  readonly spool: Spool;
  readonly ports: Pick<Ports, "now">;
}

/** Forms what was chosen; null when no record waits there. */
export function loadOf({ spool, ports, config, tenant, generation }: From, choice: Choice): Load | null {
  const from = choice.kind === "retrial" ? choice.suspect.at : choice.offset.position;
  const segment = spool.segments.next(choice.offset.lane, config.id, from);
  if (segment === undefined) return null;
  const start = Math.max(from, segment.first);
  const to = choice.kind === "batch" ? (choice.offset.ends.find((end) => end > start) ?? Infinity) : start + 1;
  const source: BatchSource = { tenant, generation, config, now: ports.now() };
  const batch = formBatch(source, segment, spool.segments.lines(segment), start, to);
  return "body" in batch
    ? { kind: "batch", batch, segment, choice }
    : { kind: "oversize", offset: choice.offset, segment, ...batch };
}
