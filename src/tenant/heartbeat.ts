import type { TenantConfig } from "../config/config.ts";
import type { Micros } from "../datasets/dataset.ts";
import type { RequestBudget, Usage } from "../kandji/budget.ts";
import type { Source } from "./source.ts";

/** What a tenant without news writes every ten minutes, and nothing else (contract §7.9). */
export interface Heartbeat {
  readonly at: number;
  readonly lastTickAt: number | null;
  readonly sources: Readonly<
    Record<string, { readonly slot: number | null; readonly floor: Micros; readonly lastSuccessAt: number | null }>
  >;
  readonly usage: Usage;
}

export const heartbeatName = "heartbeat";
export const heartbeatMs = 10 * 60_000;

/** One record of each page comes again on the next. */
const recordsPerPage = 499;
const maxIdlePages = 10;

/**
 * Takes up where the last heartbeat left a source, and charges the requests it may have made since at the worst case:
 * each poll that was due, as many pages as the open window holds, and one more.
 */
export function chargeSince(
  source: Source,
  heartbeat: Heartbeat | undefined,
  budget: RequestBudget,
  now: number,
  tenant: TenantConfig,
): void {
  const kept = heartbeat?.sources[source.name];
  if (heartbeat === undefined || kept === undefined) return;
  source.lastSlot = kept.slot;
  source.lastSuccessAt = Math.max(source.lastSuccessAt ?? 0, kept.lastSuccessAt ?? 0) || null;
  source.live.resumeAt(kept.floor);
  const since = Math.max(heartbeat.usage.at, source.live.usage?.at ?? 0, source.history.usage?.at ?? 0);
  const polls = Math.floor((now - since) / source.everyMs) + 1;
  const pages = Math.min(maxIdlePages, Math.floor(source.live.seen.size / recordsPerPage) + 1);
  budget.charge(Math.min(polls * pages, tenant.maxRequestsPerHour));
}
