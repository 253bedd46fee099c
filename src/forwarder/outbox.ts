import type { Notice } from "./notice.ts";

/** What waits for one notification, bounded: the oldest in full, the rest as counts. Pure; it is one row. */
export interface Outbox {
  readonly waiting: readonly Notice[];
  readonly more: Readonly<Record<Notice["event"], number>>;
  /** In a row, since when, when it is tried again, and why: all that is known of why it does not get through. */
  readonly failure: Failure | null;
}

export interface Failure {
  readonly count: number;
  readonly since: number;
  readonly retryAt: number;
  readonly why: string;
}

/** Messages that one firing sends to one notification; what is more is summed up in one. */
export const mostMessages = 20;

const none = { degraded: 0, restored: 0, reminder: 0 } as const;
export const emptyOutbox: Outbox = { waiting: [], more: none, failure: null };

export const moreIn = ({ more }: Outbox): number => more.degraded + more.restored + more.reminder;
export const isEmpty = (outbox: Outbox): boolean => outbox.waiting.length === 0 && moreIn(outbox) === 0;

export function added(outbox: Outbox, notice: Notice): Outbox {
  // What comes behind what was only counted is only counted, too: nothing is told before what happened before it.
  if (outbox.waiting.length < mostMessages && moreIn(outbox) === 0)
    return { ...outbox, waiting: [...outbox.waiting, notice] };
  return { ...outbox, more: { ...outbox.more, [notice.event]: outbox.more[notice.event] + 1 } };
}

/** The first one has arrived. */
export const withoutFirst = (outbox: Outbox): Outbox => ({
  ...outbox,
  waiting: outbox.waiting.slice(1),
  failure: null,
});

/** The sum has arrived, as it was then. */
export function withoutSum(outbox: Outbox, told: Outbox["more"]): Outbox {
  const left = (event: Notice["event"]): number => outbox.more[event] - told[event];
  const more = { degraded: left("degraded"), restored: left("restored"), reminder: left("reminder") };
  return { ...outbox, more, failure: null };
}

const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;

/** Tried again at a firing after one minute, then two, four … an hour, or when the other side wants it. */
export function failed(outbox: Outbox, why: string, retryAfterMs: number | null, now: number): Outbox {
  const { count = 0, since = now } = outbox.failure ?? {};
  // A firing may be a little early.
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(count, 10)) - firstWaitMs / 2;
  const wantedMs = Math.min(longestWaitMs, retryAfterMs ?? 0);
  return { ...outbox, failure: { count: count + 1, since, retryAt: now + Math.max(waitMs, wantedMs), why } };
}

export const isDue = (outbox: Outbox, now: number): boolean =>
  !isEmpty(outbox) && now >= (outbox.failure?.retryAt ?? 0);
