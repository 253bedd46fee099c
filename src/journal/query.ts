import type { ActionResult, JournalEntry } from "./entry.ts";

/** What is asked of the journal. Absent: whatever it is. */
export interface JournalQuery {
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Id or name of the actor, in any case. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly tenant?: string | undefined;
  readonly result?: ActionResult | undefined;
  readonly limit: number;
  /** Where the page before it ended. */
  readonly before?: number | undefined;
}

export interface JournalPage {
  /** Newest first. */
  readonly entries: readonly JournalEntry[];
  /** Where the next page begins; null at the end. A page may be short, or empty, and not the last. */
  readonly next: number | null;
}

/** The cursor as askers see it: opaque, so that what is behind it may change. */
export const cursorOf = (before: number): string => btoa(`journal:${before}`).replaceAll("=", "");

/** The place that a cursor names; `undefined` for a text that is none. */
export function placeIn(cursor: string): number | undefined {
  if (!/^[A-Za-z0-9+/]{12,40}$/.test(cursor)) return undefined;
  try {
    const [, digits] = /^journal:(\d{1,15})$/.exec(atob(cursor)) ?? [];
    return digits === undefined ? undefined : Number(digits);
  } catch {
    return undefined;
  }
}
