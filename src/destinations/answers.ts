import type { Verdict } from "./destination.ts";

/**
 * What a status code means where the vendor says nothing else. Retried is what can pass by itself (408, 429, 5xx), split is
 * what is too big, and every other 4xx holds: a wrong address or key must never turn a year of records into dead letters.
 */

/** A type's own words for the codes it knows; what it leaves out is decided by the range. */
export interface Meanings {
  /** Who answered, as the operator calls it: `Datadog`. */
  readonly who: string;
  /** Codes that say that the records themselves are bad. */
  readonly refused: ReadonlySet<number>;
  /** What a code that holds means and what mends it. */
  readonly lockedOut: ReadonlyMap<number, { readonly means: string; readonly fix: string }>;
  /** The mend for every other answer that holds. */
  readonly otherwise: string;
}

const passing: ReadonlyMap<number, string> = new Map([
  [408, "it timed out"],
  [429, "too many requests"],
]);

export function judgeStatus(status: number, meanings: Meanings): Verdict {
  const answered = `${meanings.who} answered ${status}`;
  if (status >= 200 && status <= 299) return { kind: "accepted" };
  if (status === 413) return { kind: "too-big", why: `${answered}: the request is too large` };
  if (meanings.refused.has(status)) return { kind: "refused", why: `${answered}: it refuses what the request holds` };
  const passes = passing.get(status);
  if (passes !== undefined) return { kind: "try-later", why: `${answered}: ${passes}` };
  if (status < 300 || status > 499) return { kind: "try-later", why: `${answered}: it cannot take records now` };
  return lockedOut(status, answered, meanings);
}

function lockedOut(status: number, answered: string, meanings: Meanings): Verdict {
  const known = meanings.lockedOut.get(status);
  if (known !== undefined) return { kind: "locked-out", why: `${answered}: ${known.means}`, fix: known.fix };
  return { kind: "locked-out", why: answered + meaningOf(status), fix: meanings.otherwise };
}

function meaningOf(status: number): string {
  if (status < 400) return ": it redirects, which is not followed";
  if (status === 405) return ": it takes no POST requests at this address";
  return ", which says neither to try again nor which record is bad";
}
