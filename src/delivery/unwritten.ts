import type { Verdict } from "../destinations/destination.ts";
import { noFigures, noted, noTimeline, type Outcome, type Timeline } from "../spool/timeline.ts";

/** Requests that no offset has written down yet, and what became of those that were not accepted. */
export interface Unwritten {
  readonly requests: number;
  readonly timeline: Timeline;
}

export const nothingUnwritten: Unwritten = { requests: 0, timeline: noTimeline };

export const withAnswer = (before: Unwritten, outcome: Outcome, answer: string, now: number): Unwritten => ({
  ...before,
  timeline: noted(before.timeline, now, { ...noFigures, answers: [[outcome, answer, 1]] }),
});

const outcomes: Readonly<Record<Verdict["kind"], Outcome | null>> = {
  accepted: null,
  "accepted-except": "refused",
  "accepted-some": "refused",
  "too-big": "refused",
  refused: "refused",
  "try-later": "retried",
  "locked-out": "retried",
};

/** What a verdict counts as; null for an acceptance. One that took only some of the records refused the others. */
export const outcomeOf = (verdict: Verdict): Outcome | null =>
  verdict.kind === "accepted-except" && verdict.refused.size === 0 ? null : outcomes[verdict.kind];
