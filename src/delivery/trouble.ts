import type { Verdict } from "../destinations/destination.ts";

/** Holds are probed again so often (contract §3, Changes). */
export const holdMs = 60_000;

/** What stands between a destination and its records. */
export interface Trouble {
  readonly kind: "unavailable" | "locked-out" | "refuses-everything";
  readonly why: string;
  readonly fix: string;
  /** No request before: milliseconds since 1970. */
  readonly retryAt: number;
  /** The intake named that time itself: it must outlive a restart. */
  readonly isAsked: boolean;
  /** Failures in a row. */
  readonly attempts: number;
  readonly since: number;
}

/** Records were refused alone and nothing was accepted since: they are held, and tried again every so often. */
export const holding = (before: Trouble | null, why: string, now: number): Trouble => ({
  kind: "refuses-everything",
  why,
  fix: "Look at what the intake says of the record; it is tried again every minute and with each new record, and nothing is given up before another record was accepted",
  retryAt: now + holdMs,
  isAsked: false,
  attempts: 1,
  since: before?.since ?? now,
});

/** The trouble after one more failure; `pause` says how long to wait after so many in a row, in milliseconds; `isAsked`, that the intake named it. */
export function troubleAfter(
  before: Trouble | null,
  verdict: Extract<Verdict, { kind: "try-later" | "locked-out" }>,
  now: number,
  { pause, isAsked }: { readonly pause: (attempts: number) => number; readonly isAsked: boolean },
): Trouble {
  const kind = verdict.kind === "locked-out" ? "locked-out" : "unavailable";
  const attempts = before?.kind === kind ? before.attempts + 1 : 1;
  return {
    kind,
    attempts,
    isAsked,
    why: verdict.why,
    fix:
      verdict.kind === "locked-out"
        ? verdict.fix
        : "Nothing to do unless it lasts: it is tried again by itself and its records wait",
    retryAt: now + pause(attempts),
    since: before?.since ?? now,
  };
}
