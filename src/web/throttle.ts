/**
 * Slows down who guesses tokens: after 60 wrong ones within a minute an address is not listened to for the rest of that
 * minute, in this isolate. Others are not concerned, so that nobody can lock out who has the right token. A program with an
 * old token that asks every second stays below that, or it would lock out the office that it shares an address with.
 */

const windowMs = 60_000;
export const mostWrongTokens = 60;
/** An isolate remembers so many addresses; the oldest is forgotten for another one. */
export const mostAddresses = 1_000;

interface Failures {
  readonly since: number;
  readonly count: number;
}

export class Throttle {
  readonly #failures = new Map<string, Failures>();

  /** Seconds until this address is listened to again; 0 for now. Without an address there is nobody to slow down. */
  waitOf(address: string | undefined, now: number): number {
    const failures = address === undefined ? undefined : this.#failures.get(networkOf(address));
    if (failures === undefined || failures.count < mostWrongTokens) return 0;
    // A clock that went back must not lock anybody out for longer.
    const left = Math.min(windowMs, failures.since + windowMs - now);
    return Math.max(0, Math.ceil(left / 1000));
  }

  fail(address: string | undefined, now: number): void {
    if (address === undefined) return;
    const network = networkOf(address);
    const before = this.#failures.get(network);
    const isOver = before === undefined || now - before.since >= windowMs;
    if (isOver) this.#failures.delete(network);
    this.#failures.set(network, isOver ? { since: now, count: 1 } : { ...before, count: before.count + 1 });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > mostAddresses && oldest !== undefined) this.#failures.delete(oldest);
  }
}

/** Whoever has one address of IPv6 has the 2^64 of its network: they count as one. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
