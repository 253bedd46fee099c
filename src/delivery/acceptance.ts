import type { Frame } from "../destinations/destination.ts";
import { evidenceOf, type Acceptance } from "../spool/chain-entry.ts";
import type { Batch } from "./batch.ts";

/** What the chain keeps of an accepted batch: of those records that arrived, at least one. */
export function acceptanceOf(
  batch: Batch,
  frame: Frame,
  refused: readonly { readonly at: number }[],
  now: number,
): Acceptance {
  const { id, lane, positions, texts, body } = batch;
  const missing = new Set(refused.map(({ at }) => at));
  const evidence =
    missing.size > 0
      ? evidenceOf(texts.filter((_, index) => !missing.has(positions[index] ?? -1)))
      : evidenceOf(texts, isLines(frame) ? body : undefined);
  return { ...lane, id, at: new Date(now).toISOString(), ...evidence };
}

/** The body is then what the digest is made over: putting half a megabyte together once more would double the cost. */
const isLines = ({ open, separator, close }: Frame): boolean => open === "" && separator === "\n" && close === "\n";
