import { laneKey } from "../spool/lanes.ts";
import type { Offset, Suspect } from "../spool/offsets.ts";

/** What a destination is asked to take next: pure. */
export type Choice =
  /** The next records of a lane. */
  | { readonly kind: "batch"; readonly offset: Offset }
  /** A record that was refused alone, once more. `isFinal`: the destination has accepted another one since, so a refusal now counts. */
  | { readonly kind: "retrial"; readonly offset: Offset; readonly suspect: Suspect; readonly isFinal: boolean }
  /** One record behind those that were refused, to learn whether anything is accepted at all. */
  | { readonly kind: "probe"; readonly offset: Offset };

/** A round of asking a destination that has refused alone records and accepted none since. */
export interface Round {
  /** Requests left in it. */
  readonly left: number;
  /** Lanes whose held record has been tried in it. */
  readonly tried: ReadonlySet<string>;
}

/** Requests of one round (contract §7.6). */
export const roundRequests = 20;
/** Beyond so many records that were refused alone, only the first of a lane is tried again: the list is kept in one row. */
const maxSuspects = 500;
export const newRound: Round = { left: roundRequests, tried: new Set() };

const streamOrder = ["live", "redriven", "history"];

export const byPriority = (one: Offset, other: Offset): number =>
  streamOrder.indexOf(one.lane.stream) - streamOrder.indexOf(other.lane.stream) ||
  (one.lane.dataset < other.lane.dataset ? -1 : Number(one.lane.dataset > other.lane.dataset));

/**
 * Chooses among the lanes of a destination. `accepted` is what it has accepted in all of them; `hasMore` tells whether
 * records wait behind an offset. Null: nothing to send, or the round is over.
 */
export function choose(
  offsets: readonly Offset[],
  accepted: number,
  round: Round,
  hasMore: (offset: Offset) => boolean,
): Choice | null {
  const lanes = offsets.toSorted(byPriority);
  for (const offset of lanes) {
    const suspect = offset.suspects.find(({ acceptedThen }) => acceptedThen < accepted);
    if (suspect !== undefined) return { kind: "retrial", offset, suspect, isFinal: true };
  }
  const clear = lanes.find((offset) => offset.suspects.length === 0 && hasMore(offset));
  const held = lanes.find((offset) => offset.suspects.length > 0);
  // Another lane of the destination settles the doubt as well as a probe does, and loses no order.
  if (clear !== undefined && (held === undefined || round.left > 0)) return { kind: "batch", offset: clear };
  if (held === undefined || round.left <= 0) return null;
  return inDoubt(lanes, round, hasMore);
}

function inDoubt(lanes: readonly Offset[], round: Round, hasMore: (offset: Offset) => boolean): Choice | null {
  for (const offset of lanes) {
    const [suspect] = offset.suspects;
    if (suspect === undefined) continue;
    if (!round.tried.has(laneKey(offset.lane))) return { kind: "retrial", offset, suspect, isFinal: false };
    if (hasMore(offset) && offset.suspects.length < maxSuspects) return { kind: "probe", offset };
  }
  return null;
}
