import type { Problem } from "../tenant/report.ts";

/** When a problem counts as begun, worse or over, from one report to the next. Pure. */

type Severity = Problem["health"];

/** A problem of one subject as it was seen and told: what a row of `conditions` holds. */
export interface Condition {
  /** Empty: the forwarder itself. */
  readonly tenant: string;
  readonly subject: string;
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  /** When it began, as far as reports tell; milliseconds since 1970, as all times here. */
  readonly since: number;
  /** As the last report had it; null: it had it not. */
  readonly seen: Severity | null;
  readonly seenSince: number;
  /** As it was told last; null: not at all, or as over. */
  readonly told: Severity | null;
  readonly toldAt: number | null;
  /** How many changes were told, each soon after the one before. */
  readonly restlessness: number;
  /** Id of a notification → when it was reminded of this. */
  readonly reminders: Readonly<Record<string, number>>;
}

export interface Observation {
  /** Null: nothing is left to remember. The same object as before where nothing changed. */
  readonly condition: Condition | null;
  readonly change?: "degraded" | "restored";
}

/** A change counts when a report that much later still has it, and every report in between: of two firings, a minute apart, the second. */
export const holdsMs = 30_000;
/** So many changes in a row count that fast; then one counts when it has lasted an hour, so that what flaps fills neither chat nor journal. */
export const mostQuickChanges = 5;
export const restlessHoldsMs = 3_600_000;
/** Changes further apart than this are no flapping. */
export const calmAfterMs = 3 * 3_600_000;

const rank = { degraded: 1, failing: 2 } as const satisfies Record<Severity, number>;
const rankOf = (severity: Severity | null): number => (severity === null ? 0 : rank[severity]);

/** The problem was never seen, or long ago. */
export function begun(tenant: string, problem: Problem, now: number): Condition {
  const { subject, code, message, fix, health } = problem;
  const untold = { told: null, toldAt: null, restlessness: 0, reminders: {} };
  return { tenant, subject, code, message, fix, since: now, seen: health, seenSince: now, ...untold };
}

/** `problem`: as this report has it; `undefined` where it has it not. */
export function observed(before: Condition, problem: Problem | undefined, now: number): Observation {
  const seen = problem?.health ?? null;
  const condition = seen === before.seen ? before : noted(before, problem, now);
  if (seen === condition.told) return seen === null && isCalm(condition, now) ? { condition: null } : { condition };
  if (now - condition.seenSince < (isRestless(condition, now) ? restlessHoldsMs : holdsMs)) return { condition };
  return counted(condition, seen, now);
}

function noted(before: Condition, problem: Problem | undefined, now: number): Condition {
  if (problem === undefined) return { ...before, seen: null, seenSince: now };
  const { health, message, fix } = problem;
  const isNew = before.seen === null && before.told === null;
  // What grows worse before it was told is no less there.
  const goesOn = before.told === null && before.seen !== null;
  return {
    ...before,
    message,
    fix,
    seen: health,
    seenSince: goesOn ? before.seenSince : now,
    since: isNew ? now : before.since,
  };
}

function counted(before: Condition, seen: Severity | null, now: number): Observation {
  const condition = { ...before, told: seen };
  // Less bad is not good again: nobody is woken for it.
  if (seen !== null && rankOf(seen) < rankOf(before.told)) return { condition };
  const restlessness = isCalm(before, now) ? 1 : before.restlessness + 1;
  return {
    condition: { ...condition, toldAt: now, restlessness, reminders: {} },
    change: seen === null ? "restored" : "degraded",
  };
}

const isCalm = ({ toldAt }: Condition, now: number): boolean => toldAt === null || now - toldAt >= calmAfterMs;

const isRestless = (condition: Condition, now: number): boolean =>
  condition.restlessness >= mostQuickChanges && !isCalm(condition, now);

/** Whether a notification is to be reminded that it lasts. */
export function isReminderDue(
  { seen, told, toldAt, reminders }: Condition,
  notifier: string,
  everyMs: number,
  now: number,
): boolean {
  if (seen === null || told === null || toldAt === null) return false;
  return now - Math.max(toldAt, reminders[notifier] ?? 0) >= everyMs;
}
