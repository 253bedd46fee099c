/** How a long walk is spread: pure. */

/** Of the interval between two walks, so much is used: a walk that met trouble still ends before the next begins. */
const used = 0.8;

export interface Pace {
  readonly startedAt: number;
  readonly requests: number;
  /** Requests that the whole walk is going to take. */
  readonly expected: number;
  readonly everyMs: number;
  /** Requests that are made in a row. */
  readonly burst: number;
}

/** When the next requests are due: in bursts, at equal times over the interval. Milliseconds since 1970. */
export function nextBurstAt({ startedAt, requests, expected, everyMs, burst }: Pace): number {
  if (expected <= burst) return startedAt;
  const bursts = Math.floor(requests / burst);
  return startedAt + Math.floor((bursts * burst * everyMs * used) / expected);
}
