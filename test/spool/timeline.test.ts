import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  boundOf,
  bucketOf,
  dayMs,
  delaysOf,
  filled,
  hourMs,
  keptDays,
  keptHours,
  lastBucket,
  maxAnswers,
  noFigures,
  noted,
  noTimeline,
  otherAnswers,
  plus,
  quantileOf,
  together,
  type Figures,
  type Timeline,
} from "../../src/spool/timeline.ts";

const now = Date.parse("2026-05-31T23:30:00Z");
const second = 1_000;
const arrived = (records: number): Figures => ({ ...noFigures, records });
const answered = (answer: string): Figures => ({ ...noFigures, answers: [["retried", answer, 1]] });

describe("how late events are", () => {
  test("each delay lies in the bucket whose bound is the first that it does not exceed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * dayMs }), (ms) => {
        const bucket = bucketOf(ms);
        expect(ms / second).toBeLessThanOrEqual(boundOf(bucket));
        if (bucket > 0) expect(ms / second).toBeGreaterThan(boundOf(bucket - 1));
      }),
    );
    expect([0, 1_000, 1_001, 2_000, 2_001].map(bucketOf)).toEqual([0, 0, 1, 2, 3]);
    expect([2 ** 22 * second, 2 ** 22 * second + 1, 1e15].map(bucketOf)).toEqual([
      lastBucket - 1,
      lastBucket,
      lastBucket,
    ]);
  });

  test("median and 95th percentile are off by 20 % at the most, or told as a second", () => {
    const delays = fc.array(fc.integer({ min: 0, max: 40 * dayMs }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(delays, fc.constantFrom(0.5, 0.95), (all, share) => {
        const truth = (all.toSorted((a, b) => a - b)[Math.ceil(share * all.length) - 1] ?? NaN) / second;
        const told = quantileOf(delaysOf(all), share) ?? NaN;
        // Up to a second is told as one.
        expect(told).toBeLessThanOrEqual(Math.max(1, truth * 1.2));
        expect(told).toBeGreaterThanOrEqual(truth / 1.2);
      }),
    );
  });

  test("of several hours they are what they are of all events together", () => {
    const one = { ...noFigures, ...delaysOf([5 * second, 90 * second]) };
    const other = { ...noFigures, ...delaysOf([7 * second, 300 * second, 301 * second]) };
    const all = delaysOf([5, 90, 7, 300, 301].map((seconds) => seconds * second));
    expect(plus(one, other)).toEqual({ ...noFigures, ...all });
  });

  test("none is told of nothing, and one from the future was not late", () => {
    expect(quantileOf(noFigures, 0.5)).toBeNull();
    expect(delaysOf([-hourMs])).toEqual({ delays: [[0, 1]], delayMs: 0 });
  });
});

describe("what is kept", () => {
  const hourly = (count: number): Timeline =>
    Array.from({ length: count }, (_, index) => now + index * hourMs).reduce(
      (timeline, at) => noted(timeline, at, arrived(1)),
      noTimeline,
    );

  test("24 hours, and of the 25th the first is gone; all of them count among what ever was", () => {
    expect(hourly(keptHours).hours).toHaveLength(24);
    const after = hourly(keptHours + 1);
    expect(after.hours.map(([at]) => at)).toEqual(
      Array.from({ length: 24 }, (_, index) => Math.floor(now / hourMs) + 1 + index),
    );
    expect(after.ever.records).toBe(25);
  });

  test("30 days, and of the 31st the first is gone", () => {
    expect(hourly(24 * (keptDays - 1) + 1).days).toHaveLength(30);
    const after = hourly(24 * keptDays + 1);
    expect(after.days).toHaveLength(30);
    expect(after.days[0]?.[0]).toBe(Math.floor(now / dayMs) + 1);
  });

  test("twelve kinds of answer by name, and the thirteenth with all others; those that are known go on", () => {
    const of = (count: number) =>
      Array.from({ length: count }, (_, index) => answered(String(500 + index))).reduce(plus, noFigures).answers;
    expect(of(maxAnswers).map(([, name]) => name)).toEqual(
      Array.from({ length: 12 }, (_, index) => String(500 + index)),
    );
    expect(of(maxAnswers + 1).at(-1)).toEqual(["retried", otherAnswers, 1]);
    expect(of(maxAnswers + 90)).toHaveLength(13);
    expect(of(maxAnswers + 90).at(-1)).toEqual(["retried", otherAnswers, 90]);
    const more = plus({ ...noFigures, answers: of(maxAnswers + 1) }, answered("500"));
    expect(more.answers[0]).toEqual(["retried", "500", 2]);
  });

  test("whatever happens for a year of hours, it is smaller than a fortieth of a row", () => {
    const everything: Figures = {
      records: 1e9,
      ...delaysOf(Array.from({ length: lastBucket + 1 }, (_, bucket) => 0.9 * Math.min(boundOf(bucket), 1e9) * second)),
      answers: Array.from({ length: 400 }, (_, index) => ["refused", String(200 + index), 1e6] as const),
    };
    let timeline = noTimeline;
    for (let hour = 0; hour < 365 * 24; hour += 7) timeline = noted(timeline, now + hour * hourMs, everything);
    for (let hour = 0; hour < 24; hour += 1) timeline = noted(timeline, now + 365 * dayMs + hour * hourMs, everything);
    expect([timeline.hours.length, timeline.days.length]).toEqual([24, 30]);
    expect(everything.delays).toHaveLength(46);
    expect(JSON.stringify(timeline).length).toBeLessThan(50_000);
  });

  test("a clock that was ahead leaves nothing behind", () => {
    const ahead = noted(noTimeline, now + 40 * dayMs, arrived(1));
    expect(noted(ahead, now, arrived(2))).toMatchObject({ hours: [[now / hourMs - 0.5, { records: 2 }]] });
    expect(noted(ahead, now, arrived(2)).days).toHaveLength(1);
  });
});

test("two timelines are added slot by slot", () => {
  const one = noted(noted(noTimeline, now - hourMs, arrived(1)), now, answered("503"));
  const other = noted(noTimeline, now - hourMs, arrived(4));
  const sum = together(one, other, now);
  expect(sum.hours.map(([, { records, answers }]) => [records, answers.length])).toEqual([
    [5, 0],
    [0, 1],
  ]);
  expect(sum.ever).toMatchObject({ records: 5, answers: [["retried", "503", 1]] });
  expect(together(sum, noTimeline, now)).toEqual(sum);
});

test("a period has all of its slots, oldest first", () => {
  expect(filled([[7, arrived(3)]], 9, 4).map(([at, { records }]) => [at, records])).toEqual([
    [6, 0],
    [7, 3],
    [8, 0],
    [9, 0],
  ]);
});
