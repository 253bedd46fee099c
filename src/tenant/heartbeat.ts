import type { TenantConfig } from "../config/config.ts";
import type { Micros } from "../datasets/dataset.ts";
import type { RequestBudget, Usage } from "../kandji/budget.ts";
import type { Setback, Source } from "./source.ts";

/** What a tenant without news writes every ten minutes, and nothing else (contract §7.9). */
export interface Heartbeat {
  readonly at: number;
  readonly lastTickAt: number | null;
  /** Under which secret this was: another one lifts every setback at once. */
  readonly fingerprint: string;
  readonly sources: Readonly<Record<string, SourceBeat>>;
  readonly usage: Usage;
}

interface SourceBeat {
  readonly slot: number | null;
  readonly floor: Micros;
  readonly lastSuccessAt: number | null;
  readonly live: Setback | null;
  readonly history: Setback | null;
}

export const heartbeatName = "heartbeat";
export const heartbeatMs = 10 * 60_000;
/** Whoever ran later than this after a heartbeat has written another one. */
const nextBeatMs = heartbeatMs + 60_000;
const hourMs = 3_600_000;

/** One record of each page comes again on the next. */
const recordsPerPage = 499;
const maxIdlePages = 10;

export const beatOf = (source: Source): SourceBeat => ({
  slot: source.finishedSlot,
  floor: source.live.state.floor,
  lastSuccessAt: source.lastSuccessAt,
  live: source.liveSetback,
  history: source.historySetback,
});

/** Polls that are so far apart are each written down: that is no more rows than the heartbeat. */
export const isSeldom = ({ everyMs }: Source): boolean => everyMs >= heartbeatMs;

/** Takes up a source where the last heartbeat left it. */
export function takeUp(source: Source, heartbeat: Heartbeat | undefined, now: number, tenant: TenantConfig): void {
  const kept = heartbeat?.sources[source.name];
  if (heartbeat === undefined || kept === undefined) return;
  source.live.resumeAt(kept.floor);
  source.lastSuccessAt = Math.max(source.lastSuccessAt ?? 0, kept.lastSuccessAt ?? 0) || null;
  // After a longer silence nobody has polled lately, whatever the slot says.
  source.lastSlot = now > heartbeat.at + nextBeatMs + source.everyMs ? null : kept.slot;
  source.finishedSlot = source.lastSlot;
  source.isSlotExact = isSeldom(source);
  // A poll that failed is not a poll that was made.
  source.isAsked = kept.live !== null;
  if (heartbeat.fingerprint !== tenant.fingerprint) return;
  source.liveSetback = kept.live;
  source.historySetback = kept.history;
}

/**
 * Charges the requests that may have been made since they were last written down, at the worst case: each poll that was due,
 * as many pages as the open window holds, and one more. Requests that fail are written down at once.
 */
export function chargeSince(
  source: Source,
  heartbeat: Heartbeat | undefined,
  budget: RequestBudget,
  now: number,
  tenant: TenantConfig,
): void {
  if (heartbeat === undefined) return;
  const until = Math.min(now, heartbeat.at + nextBeatMs);
  if (until < now - hourMs) return;
  const since = Math.max(heartbeat.usage.at, source.live.usage?.at ?? 0, source.history.usage?.at ?? 0);
  const polls = Math.max(0, Math.floor((until - since) / source.everyMs)) + 1;
  const pages = Math.min(maxIdlePages, Math.floor(source.live.seen.size / recordsPerPage) + 1);
  budget.charge(Math.min(polls * pages, tenant.maxRequestsPerHour));
}
