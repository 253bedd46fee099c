import type { Courier } from "../delivery/courier.ts";
import type { Unwritten } from "../delivery/unwritten.ts";
import type { Spool } from "../spool/spool.ts";
import type { Documents } from "./documents.ts";
import { heartbeatName, type Heartbeat } from "./heartbeat.ts";

/**
 * Requests that settled nothing are in no offset until one does. While an intake is away that may be days: the heartbeat
 * carries them on, and a kill loses what came after it.
 */
export interface Carried extends Unwritten {
  /** What offsets had written down by then: once it is more, these are among them. */
  readonly settled: number;
}

/** Requests to a destination that its offsets have written down. */
export const settledRequests = (spool: Spool, id: string): number =>
  spool.offsets.of(id).reduce((sum, { requests }) => sum + requests, 0);

/** For the heartbeat: nothing where every request has settled something. */
export function carriedOn(state: {
  readonly couriers: ReadonlyMap<string, Courier>;
  readonly spool: Spool;
}): Pick<Heartbeat, "unwritten"> {
  const open = [...state.couriers.values()].filter(({ unwritten }) => unwritten.requests > 0);
  if (open.length === 0) return {};
  const carried = open.map(({ id, unwritten }) => [id, { ...unwritten, settled: settledRequests(state.spool, id) }]);
  return { unwritten: Object.fromEntries(carried) as Record<string, Carried> };
}

/** What the last heartbeat carries of a destination and no offset has written down since. */
export function takenUp(documents: Documents, spool: Spool, id: string): Unwritten | undefined {
  const carried = documents.read<Heartbeat>(heartbeatName)?.unwritten?.[id];
  if (carried === undefined || carried.settled !== settledRequests(spool, id)) return undefined;
  const { requests, timeline } = carried;
  return { requests, timeline };
}
