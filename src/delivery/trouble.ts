import type { Verdict } from "../destinations/destination.ts";

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
