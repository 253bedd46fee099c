import { nothingUnwritten, type Unwritten } from "../delivery/unwritten.ts";
import type { Spool } from "../spool/spool.ts";
import { heartbeatName, type Heartbeat } from "./heartbeat.ts";
import type { TenantState } from "./state.ts";

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

/** What the last heartbeat carries of a destination and no offset has written down since. */
export function takenUp({ documents, spool }: Pick<TenantState, "documents" | "spool">, id: string): Unwritten {
  const carried = documents.read<Heartbeat>(heartbeatName)?.unwritten?.[id];
  if (carried === undefined || carried.settled !== settledRequests(spool, id)) return nothingUnwritten;
  const { requests, timeline } = carried;
  return { requests, timeline };
}

/** What its courier knows; one whose secret is broken or absent has none, and loses nothing by it. */
export const unwrittenOf = (state: TenantState, id: string): Unwritten =>
  state.couriers.get(id)?.unwritten ?? takenUp(state, id);

/** For the heartbeat: nothing where every request has settled something. */
export function carriedOn(state: TenantState): Pick<Heartbeat, "unwritten"> {
  const open = state.members.flatMap(({ id }) => {
    const unwritten = unwrittenOf(state, id);
    return unwritten.requests === 0 ? [] : [[id, { ...unwritten, settled: settledRequests(state.spool, id) }] as const];
  });
  return open.length === 0 ? {} : { unwritten: Object.fromEntries<Carried>(open) };
}
