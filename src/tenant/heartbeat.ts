import type { TenantConfig } from "../config/config.ts";
import type { Micros } from "../datasets/dataset.ts";
import { kandjiFeeds } from "../datasets/registry.ts";
import { noUsage, type RequestBudget, type Share, type Usage } from "../kandji/budget.ts";
import type { Lanes } from "../spool/lanes.ts";
import type { Documents } from "./documents.ts";
import type { Setback } from "./setback.ts";
import type { Source } from "./source.ts";
import type { Carried } from "./unwritten-requests.ts";
import type { Walks } from "./walks.ts";

/** What a tenant without news writes every ten minutes, and nothing else (contract §7.9). */
export interface Heartbeat {
  readonly at: number;
  readonly lastTickAt: number | null;
  /** Under which secret this was: another one lifts every setback at once. */
  readonly fingerprint: string;
  readonly sources: Readonly<Record<string, SourceBeat>>;
  readonly usage: Usage;
  /** Little is left of the hour: from here on each poll is charged before it is made, so nothing has to be guessed. */
  readonly reserves?: boolean;
  /** By destination, where requests were made that no offset has written down. */
  readonly unwritten?: Readonly<Record<string, Carried>>;
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
/**
 * A heartbeat waits for the end of a poll, so that it tells of one: an object that sleeps between firings knows only what
 * was written. It waits no longer than this, or the clock would seem to stand still; and thirteen minutes are no multiple of
 * any `every` in minutes, so that one which missed the polls does not miss them again for ever.
 */
const mostPatienceMs = 3 * 60_000;
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

/** Whoever ran later than this after a heartbeat has written another one. */
export const nextBeatMs = ({ everyMs }: Pick<Source, "everyMs">): number =>
  heartbeatMs + Math.max(60_000, Math.min(everyMs, mostPatienceMs));

/** The longest that any of them waits. */
const latestBeatMs = heartbeatMs + mostPatienceMs;

/** Whether a poll was made to its end since the last heartbeat, and none is in progress. */
export const hasPolledSince = (source: Source, heartbeat: Heartbeat | undefined): boolean =>
  !source.live.isPolling && (source.lastSuccessAt ?? 0) > (heartbeat?.sources[source.name]?.lastSuccessAt ?? 0);

/** Takes up a source where the last heartbeat left it. */
export function takeUp(source: Source, heartbeat: Heartbeat | undefined, now: number, tenant: TenantConfig): void {
  const kept = heartbeat?.sources[source.name];
  if (heartbeat === undefined || kept === undefined) return;
  source.live.resumeAt(kept.floor);
  source.lastSuccessAt = Math.max(source.lastSuccessAt ?? 0, kept.lastSuccessAt ?? 0) || null;
  // After a longer silence nobody has polled lately, whatever the slot says.
  source.lastSlot = now > heartbeat.at + nextBeatMs(source) + source.everyMs ? null : kept.slot;
  source.finishedSlot = source.lastSlot;
  source.isSlotExact = isSeldom(source);
  // A poll that failed is not a poll that was made.
  source.isAsked = kept.live !== null;
  if (heartbeat.fingerprint !== tenant.fingerprint) return;
  source.liveSetback = kept.live;
  source.historySetback = kept.history;
}

/** Requests to Kandji that a poll takes which finds nothing, at the most. */
export const pagesOf = ({ live, isOwn }: Source): number =>
  isOwn ? 0 : Math.min(maxIdlePages, Math.floor(live.seen.size / recordsPerPage) + 1);

/** Requests that idle polls of these sources may take until the next heartbeat. */
export const untilNextBeat = (sources: Iterable<Source>): number =>
  [...sources].reduce((sum, source) => sum + (Math.ceil(nextBeatMs(source) / source.everyMs) + 1) * pagesOf(source), 0);

/**
 * Requests that an earlier life may have made since they were last written down, at the worst case: each poll that was due, as
 * many pages as the open window holds, and one more. Requests that fail are written down at once, and so is whatever is more
 * than this.
 */
function guessSince(source: Source, heartbeat: Heartbeat, now: number): number {
  const until = Math.min(now, heartbeat.at + nextBeatMs(source));
  if (until < now - hourMs) return 0;
  const since = Math.max(heartbeat.usage.at, source.live.usage?.at ?? 0, source.history.usage?.at ?? 0);
  if (heartbeat.reserves === true && since === heartbeat.usage.at) return 0;
  const polls = heartbeat.reserves === true ? 1 : Math.max(0, Math.floor((until - since) / source.everyMs)) + 1;
  return polls * pagesOf(source);
}

/** Requests of short walks that an earlier life may have made since they were last written down. */
function guessOfWalks(walks: Walks, heartbeat: Heartbeat, now: number): number {
  const until = Math.min(now, heartbeat.at + latestBeatMs);
  return until < now - hourMs ? 0 : walks.guess(heartbeat.usage.at, until);
}

/** The guesses of all sources together; before the first heartbeat there is nothing to go by. */
export const guessOf = (
  sources: Iterable<Source>,
  walks: Walks,
  heartbeat: Heartbeat | undefined,
  now: number,
): number =>
  heartbeat === undefined
    ? Infinity
    : [...sources].reduce(
        (sum, source) => sum + guessSince(source, heartbeat, now),
        guessOfWalks(walks, heartbeat, now),
      );

/** The newest of what was written down of requests made; of the same millisecond, what counts more of them. */
export function lastUsage(documents: Documents, lanes: Lanes): Usage {
  const kept = lanes.all().map((lane) => lanes.state<{ usage?: Usage }>(lane)?.usage);
  return [documents.read<Heartbeat>(heartbeatName)?.usage, ...kept].reduce<Usage>(
    (newest, usage) => (usage !== undefined && isNewer(usage, newest) ? usage : newest),
    noUsage,
  );
}

const isNewer = (one: Usage, other: Usage): boolean =>
  one.at > other.at || (one.at === other.at && requestsIn(one) > requestsIn(other));

const requestsIn = ({ minutes }: Usage): number => {
  // The last of an entry that stands there twice is the one that holds.
  const counts = new Map(minutes.map(([minute, requests]) => [minute, requests]));
  return [...counts.values()].reduce((sum, requests) => sum + requests, 0);
};

/** Charges the guess, but never more than the share had room for. */
export function chargeSince(
  source: Source,
  heartbeat: Heartbeat | undefined,
  budget: RequestBudget,
  now: number,
): void {
  if (heartbeat === undefined) return;
  budget.charge(Math.min(guessSince(source, heartbeat, now), budget.left("live")));
}

export function chargeWalks(walks: Walks, heartbeat: Heartbeat | undefined, budget: RequestBudget, now: number): void {
  if (heartbeat === undefined) return;
  budget.charge(Math.min(guessOfWalks(walks, heartbeat, now), budget.left("walk")), "walk");
}

/** A poll of the live tail takes two requests at the most while little is open. */
const requestsPerPoll = 2;

/** The hour of a tenant, and what live polling is expected to take of it. */
export function shareOf(tenant: TenantConfig): Share {
  const polled = [...tenant.datasets].filter(([name]) => kandjiFeeds.has(name));
  const polls = polled.reduce((sum, [, { everyMs }]) => sum + hourMs / everyMs, 0);
  return { perHour: tenant.maxRequestsPerHour, forLive: polls * requestsPerPoll };
}
