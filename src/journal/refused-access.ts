import { entryOf, type Actor, type JournalEntry } from "./entry.ts";

/**
 * Access that was refused, as counts: strangers may knock a million times, and what is written of it is an entry an hour.
 * A request without any credentials is what a browser sends before it asks for them: such are told of, but alone they are
 * not worth an entry.
 */
export const refusalReasons = ["noCredentials", "wrongToken", "wrongAccessToken", "throttled", "crossSite"] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export interface RefusedAccess {
  /** First and last of them, in milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  readonly counts: Readonly<Record<RefusalReason, number>>;
  /** Some of the addresses from which they came. */
  readonly addresses: readonly string[];
}

const mostAddresses = 10;
const tellEveryMs = 10 * 60_000;

const nothingRefused: RefusedAccess["counts"] = {
  noCredentials: 0,
  wrongToken: 0,
  wrongAccessToken: 0,
  throttled: 0,
  crossSite: 0,
};

export function merged(one: RefusedAccess, other: RefusedAccess): RefusedAccess {
  const counts = Object.fromEntries(
    refusalReasons.map((reason) => [reason, one.counts[reason] + other.counts[reason]]),
  );
  return {
    since: Math.min(one.since, other.since),
    until: Math.max(one.until, other.until),
    counts: counts as RefusedAccess["counts"],
    addresses: [...new Set([...one.addresses, ...other.addresses])].slice(0, mostAddresses),
  };
}

/** Counts in one isolate what it refused. An isolate that ends takes with it what it has not told. */
export class RefusalCounter {
  #refused: RefusedAccess | undefined;
  #toldAt = -Infinity;

  add(reason: RefusalReason, address: string | undefined, now: number): void {
    const one: RefusedAccess = {
      since: now,
      until: now,
      counts: { ...nothingRefused, [reason]: 1 },
      addresses: address === undefined || reason === "noCredentials" ? [] : [address],
    };
    this.#refused = this.#refused === undefined ? one : merged(this.#refused, one);
  }

  /** What is to be told now: nothing more often than every ten minutes, and nothing of mere requests without credentials. */
  take(now: number): RefusedAccess | undefined {
    const refused = this.#refused;
    if (refused === undefined || now - this.#toldAt < tellEveryMs) return undefined;
    if (refusalReasons.every((reason) => reason === "noCredentials" || refused.counts[reason] === 0)) return undefined;
    this.#toldAt = now;
    this.#refused = undefined;
    return refused;
  }
}

const nobody: Actor = { id: "unknown", type: "TOKEN", name: "nobody who was let in" };

export function refusedEntry({ since, until, counts, addresses }: RefusedAccess, at: number): JournalEntry {
  const details = {
    ...counts,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    addresses,
  };
  return entryOf({ action: "ACCESS_REFUSED", result: "FAILED", actor: nobody, details }, at);
}
