/** What a destination took and did not take, hour by hour and day by day, in a size that does not grow. Numbers only; as values. */

/** What became of a request that was not accepted: `refused` is parted or given up, `retried` is sent again as it is. */
export type Outcome = "refused" | "retried";

/** Of an hour, of a day, or of all time. */
export interface Figures {
  /** Records that were accepted, of all streams. */
  readonly records: number;
  /** Live events by how late they were accepted, ascending; see `bucketOf`. */
  readonly delays: readonly (readonly [bucket: number, events: number])[];
  /** The sum of these delays. */
  readonly delayMs: number;
  /** Requests that were not accepted, by status of the answer (`503`), or by why there was none (`timed-out`). */
  readonly answers: readonly (readonly [outcome: Outcome, answer: string, requests: number])[];
}

/** `at`: hours or days since 1970, in UTC. */
export type Slot = readonly [at: number, figures: Figures];

export interface Timeline {
  /** Ascending, those in which there was something: the current one and 23 before it. */
  readonly hours: readonly Slot[];
  /** The current one and 29 before it. */
  readonly days: readonly Slot[];
  /** Since the destination joined, or since there are timelines. */
  readonly ever: Figures;
}

export const keptHours = 24;
export const keptDays = 30;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Other answers are counted together: an intake decides what it answers, and must not decide how long a row gets. */
export const maxAnswers = 12;
export const otherAnswers = "other";

/** 2^22 s are 48 days: longer than any of the days that are kept, and than most intakes take events. */
export const lastBucket = 2 * 22 + 1;

export const noFigures: Figures = { records: 0, delays: [], delayMs: 0, answers: [] };
export const noTimeline: Timeline = { hours: [], days: [], ever: noFigures };

/**
 * The bucket of a delay: 0 up to a second, `n` up to √2^n seconds, the last beyond 48 days. Each is as wide as four tenths of
 * where it begins, from a poll a second to an intake that was away for a month: 46 of them, whatever happens. Buckets of
 * several hours, lanes or destinations are added up, which medians cannot be.
 */
export function bucketOf(delayMs: number): number {
  const seconds = delayMs / 1000;
  return seconds <= 1 ? 0 : Math.min(lastBucket, Math.ceil(2 * Math.log2(seconds)));
}

/** The longest delay in a bucket, in seconds. */
export const boundOf = (bucket: number): number => (bucket === lastBucket ? Infinity : 2 ** (bucket / 2));

/** What is told of a bucket: its geometric middle, in seconds. The ends have none: up to a second is 1, beyond 48 days is 48 days. */
function middleOf(bucket: number): number {
  const middle = bucket === 0 ? 1 : bucket === lastBucket ? boundOf(lastBucket - 1) : 2 ** ((bucket - 0.5) / 2);
  return Number(middle.toPrecision(3));
}

/**
 * The delay that `share` of the events did not exceed, in seconds; null where there are none. It is off by 20 % at the most,
 * either way: half a bucket is the fourth root of two, and the third digit is rounded. Up to a second it is told as one.
 */
export function quantileOf({ delays }: Pick<Figures, "delays">, share: number): number | null {
  const rank = Math.ceil(share * delays.reduce((sum, [, events]) => sum + events, 0));
  let before = 0;
  for (const [bucket, events] of delays) {
    before += events;
    if (before >= rank) return middleOf(bucket);
  }
  return null;
}

export function delaysOf(delaysMs: readonly number[]): Pick<Figures, "delays" | "delayMs"> {
  const events = Array<number>(lastBucket + 1).fill(0);
  let delayMs = 0;
  for (const ms of delaysMs) {
    // What is dated in the future did not arrive before it happened.
    const late = Math.max(0, ms);
    const bucket = bucketOf(late);
    events[bucket] = (events[bucket] ?? 0) + 1;
    delayMs += late;
  }
  return { delays: [...events.entries()].filter(([, some]) => some > 0), delayMs };
}

/** Both together. */
export const plus = (one: Figures, other: Figures): Figures => ({
  records: one.records + other.records,
  delays: addDelays(one.delays, other.delays),
  delayMs: one.delayMs + other.delayMs,
  answers: addAnswers(one.answers, other.answers),
});

function addDelays(one: Figures["delays"], other: Figures["delays"]): Figures["delays"] {
  const sums = new Map(one);
  for (const [bucket, events] of other) sums.set(bucket, (sums.get(bucket) ?? 0) + events);
  return [...sums].toSorted(([a], [b]) => a - b);
}

function addAnswers(one: Figures["answers"], other: Figures["answers"]): Figures["answers"] {
  const sums = one.map((count) => [...count] as [Outcome, string, number]);
  for (const [outcome, answer, requests] of other) {
    const find = (name: string) => sums.find((count) => count[0] === outcome && count[1] === name);
    const named = sums.filter(([, name]) => name !== otherAnswers).length;
    const name = find(answer) !== undefined || named < maxAnswers ? answer : otherAnswers;
    const known = find(name);
    if (known === undefined) sums.push([outcome, name, requests]);
    else known[2] += requests;
  }
  return sums;
}

/** Adds what happened just now. */
export const noted = (timeline: Timeline, now: number, figures: Figures): Timeline =>
  together(
    timeline,
    { hours: [[Math.floor(now / hourMs), figures]], days: [[Math.floor(now / dayMs), figures]], ever: figures },
    now,
  );

/** Two timelines as one, without what is too old by now. */
export const together = (one: Timeline, other: Timeline, now: number): Timeline => ({
  hours: slots(one.hours, other.hours, Math.floor(now / hourMs), keptHours),
  days: slots(one.days, other.days, Math.floor(now / dayMs), keptDays),
  ever: plus(one.ever, other.ever),
});

/** A clock that was ahead leaves nothing behind either, or there would be more of them than are kept. */
function slots(one: readonly Slot[], other: readonly Slot[], current: number, kept: number): Slot[] {
  const all = new Map(one);
  for (const [at, figures] of other) all.set(at, plus(all.get(at) ?? noFigures, figures));
  return [...all].filter(([at]) => at > current - kept && at <= current).toSorted(([a], [b]) => a - b);
}

/** The slots of a period, oldest first, those without anything too. */
export function filled(known: readonly Slot[], current: number, kept: number): Slot[] {
  const all = new Map(known);
  return Array.from({ length: kept }, (_, index) => {
    const at = current - kept + 1 + index;
    return [at, all.get(at) ?? noFigures] as const;
  });
}
