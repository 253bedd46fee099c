/** What the intakes' memory proves about repeats and about the books. */
import type { Batch } from "../simulator/intake-memory.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import type { DestinationStatus } from "./installation.ts";

/** A batch that was accepted once more. */
export interface Repeat {
  readonly first: Batch;
  readonly again: Batch;
}

export function repeatsAt(intake: SimulatedIntake): Repeat[] {
  const first = new Map<string, Batch>();
  const repeats: Repeat[] = [];
  for (const batch of intake.memory.batches) {
    if (!batch.accepted) continue;
    const before = first.get(batch.id);
    if (before === undefined) first.set(batch.id, batch);
    else repeats.push({ first: before, again: batch });
  }
  return repeats;
}

/** Arrivals of records beyond the first of each, however they came about. */
export const repeatedRecords = (intake: SimulatedIntake): number =>
  [...intake.memory.times.values()].reduce((sum, times) => sum + times - 1, 0);

/** By how much the five counts do not add up. */
export const imbalance = ({ collected, delivered, pending, skipped, dead }: DestinationStatus): number =>
  collected - (delivered + pending + skipped + dead);
