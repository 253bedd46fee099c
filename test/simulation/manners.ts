/** Promise 8, as far as a forwarder can know what it was asked: nothing goes to a host before the time that it named. */

/** How far two clocks of a history may disagree about a time that one of them named. */
const clockTolerance = 6_000;

interface Wish {
  readonly heardAt: number;
  readonly until: number;
}

/** A request that was under way when a transaction failed is over by then. */
const longestRequest = 65_000;

export const intakeOf = (url: string): string | undefined => /\/intake\/([^/?]+)/.exec(url)?.[1];

export class Manners {
  readonly #wishes = new Map<string, Wish>();
  /** When a transaction of somebody failed last. */
  readonly #failedAt = new Map<string, number>();
  readonly #now: () => number;
  readonly #note: (problem: string) => void;

  constructor(now: () => number, note: (problem: string) => void) {
    this.#now = now;
    this.#note = note;
  }

  sent(who: string, url: string): void {
    const until = this.#wishes.get(keyOf(who, url))?.until ?? 0;
    if (this.#now() < until - clockTolerance)
      this.#note(
        `promise 8: ${keyOf(who, url)} was asked ${Math.round((until - this.#now()) / 1000)} s before its Retry-After`,
      );
  }

  received(who: string, url: string, retryAfter: string | null): void {
    // What is bound to a program says no such thing.
    if (retryAfter === null || url.startsWith("r2:")) return;
    const now = this.#now();
    // Perhaps the answer to a request of before, to somebody who has begun anew since.
    if (this.hasJustFailed(who)) return;
    const until = /^\d+$/.test(retryAfter) ? now + Number(retryAfter) * 1000 : Date.parse(retryAfter);
    const before = this.#wishes.get(keyOf(who, url))?.until ?? 0;
    this.#wishes.set(keyOf(who, url), { heardAt: now, until: Math.max(before, until) });
  }

  hasJustFailed(who: string): boolean {
    return this.#now() - (this.#failedAt.get(who) ?? -Infinity) < longestRequest;
  }

  transactionFailed(who: string): void {
    this.#failedAt.set(who, this.#now());
    for (const [key, { heardAt }] of this.#wishes)
      if (heardAt === this.#now() && key.startsWith(`${who} at `)) this.#wishes.delete(key);
  }

  /** Whoever is killed at the instant of the answer has not written it down. */
  programsEnded(): void {
    for (const [key, { heardAt }] of this.#wishes) if (heardAt === this.#now()) this.#wishes.delete(key);
  }
}

/** Each tenant's object knows what it was told itself, and of each intake by itself. */
const keyOf = (who: string, url: string): string => `${who} at ${intakeOf(url) ?? new URL(url).host}`;
