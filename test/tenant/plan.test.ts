import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decide,
  nextAlarm,
  startsPoll,
  type CourierView,
  type RangeView,
  type SourceView,
  type View,
} from "../../src/tenant/plan.ts";

const now = Date.parse("2026-05-01T08:00:00Z");
const minute = 60_000;

const source = (change: Partial<SourceView> = {}): SourceView => ({
  dataset: "audit-events",
  isDue: true,
  isPaused: false,
  retryAt: 0,
  roomAt: 0,
  isBackedUp: false,
  ...change,
});
const range = (change: Partial<RangeView> = {}): RangeView => ({
  id: 7,
  dataset: "audit-events",
  isPaused: false,
  retryAt: 0,
  isBackedUp: false,
  ...change,
});
const courier = (change: Partial<CourierView> = {}): CourierView => ({
  id: "siem",
  isBusy: false,
  isPaused: false,
  wakeAt: now,
  ...change,
});
const view = (change: Partial<View> = {}): View => ({
  isCollecting: false,
  sources: [],
  ranges: [],
  walks: [],
  lastRangeAt: 0,
  couriers: [],
  walkAt: now,
  ...change,
});

describe("a poll that waits until the hour has room for all of it", () => {
  const waiting = source({ roomAt: now + minute });

  test("is made then, and history takes nothing of what becomes free until it is", () => {
    expect(decide(view({ sources: [waiting], ranges: [range()] }), now)).toMatchObject({
      collect: null,
      wakeAt: now + minute,
    });
    expect(decide(view({ sources: [waiting], ranges: [range()] }), now + minute)).toMatchObject({
      collect: { kind: "live" },
    });
  });

  test("holds nothing up while nobody may make it", () => {
    for (const change of [{ isDue: false }, { isPaused: true }, { isBackedUp: true }]) {
      const sources = [{ ...waiting, ...change }];
      expect(decide(view({ sources, ranges: [range()] }), now)).toMatchObject({ collect: { kind: "history" } });
    }
  });
});

describe("what a tenant does next", () => {
  const live = { kind: "live", dataset: "audit-events" };
  const history = { kind: "history", range: 7 };

  test.each<[string, Partial<View>, object | null, number | null]>([
    ["nothing, when nothing is due", { sources: [source({ isDue: false })] }, null, null],
    ["a poll that is due", { sources: [source()] }, live, now],
    ["live before history", { sources: [source()], ranges: [range()] }, live, now],
    ["history when no poll is due", { sources: [source({ isDue: false })], ranges: [range()] }, history, now],
    ["history while the poll backs off", { sources: [source({ retryAt: now + 5 })], ranges: [range()] }, history, now],
    [
      "nothing while it is paused",
      { sources: [source({ isPaused: true })], ranges: [range({ isPaused: true })] },
      null,
      null,
    ],
    [
      "nothing while all are far behind",
      { sources: [source({ isBackedUp: true })], ranges: [range({ isBackedUp: true })] },
      null,
      null,
    ],
    ["a poll after its back-off", { sources: [source({ retryAt: now + 5 })] }, null, now + 5],
    ["history when its share allows", { ranges: [range({ retryAt: now + 9 })] }, null, now + 9],
    [
      "live while history has used up its share",
      { sources: [source()], ranges: [range({ retryAt: now + 9 })] },
      live,
      now,
    ],
    ["at once what was due long ago", { sources: [source({ retryAt: now - minute })] }, live, now],
  ])("%s", (_, change, collect, wakeAt) => {
    expect(decide(view(change), now)).toEqual({ collect, deliver: [], wakeAt });
  });

  test("each destination for itself: those that are due, and not those that are paused or have nothing", () => {
    const couriers = [
      courier({ id: "due" }),
      courier({ id: "paused", isPaused: true }),
      courier({ id: "idle", wakeAt: null }),
      courier({ id: "later", wakeAt: now + 5 }),
      courier({ id: "overdue", wakeAt: now - 5 }),
    ];
    expect(decide(view({ couriers }), now)).toEqual({ collect: null, deliver: ["due", "overdue"], wakeAt: now });
    expect(decide(view({ couriers: couriers.slice(1, 4) }), now)).toMatchObject({ deliver: [], wakeAt: now + 5 });
    const hanging = courier({ id: "hanging", isBusy: true, wakeAt: now });
    expect(decide(view({ couriers: [hanging, ...couriers.slice(1, 4)] }), now)).toMatchObject({ wakeAt: now + 5 });
  });

  test("the first of several ranges that may be read", () => {
    const ranges = [
      range({ id: 1, retryAt: now + 5 }),
      range({ id: 2, isBackedUp: true }),
      range({ id: 3 }),
      range({ id: 4 }),
    ];
    expect(decide(view({ ranges }), now).collect).toEqual({ kind: "history", range: 3 });
  });
});

describe("when the alarm rings", () => {
  test.each<[string, number | null, number | null, number | null]>([
    ["there is none, and something is due", null, now + 5, now + 5],
    ["something is due earlier", now + 9, now + 5, now + 5],
    ["it is set to that already", now + 6 * minute, now + 6 * minute, null],
    ["something is due later", now + 6 * minute, now + 9 * minute, null],
    ["it has rung, and something is due", now - 1, now + 5, now + 5],
    ["there is none, and nothing is due", null, null, now + 20 * minute],
    ["nothing is due, and much of the dead man's time is left", now + 5 * minute, null, null],
    ["nothing is due, and little of it is left", now + 5 * minute - 1, null, now + 20 * minute],
    ["it has rung, and nothing is due", now - 1, null, now + 20 * minute],
    ["it rings soon for nothing, and something is due later", now + 1, now + 9 * minute, now + 9 * minute],
  ])("%s", (_, current, wakeAt, next) => {
    expect(nextAlarm(current, wakeAt, now)).toBe(next);
  });

  test("there is always one, never later than what is due nor than the dead man's twenty minutes", () => {
    const time = fc.option(fc.integer({ min: now - 5 * minute, max: now + 300 * minute }));
    const due = fc.option(fc.integer({ min: now, max: now + 300 * minute }));
    fc.assert(
      fc.property(time, due, (current, wakeAt) => {
        // An alarm that is set was never set further away than that.
        const before = current === null ? null : Math.min(current, now + 20 * minute);
        const rings = nextAlarm(before, wakeAt, now) ?? before;
        expect(rings).not.toBeNull();
        expect(rings ?? Infinity).toBeLessThanOrEqual(Math.min(wakeAt ?? Infinity, now + 20 * minute));
        expect(rings ?? 0).toBeGreaterThanOrEqual(now);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("whether a firing of the cron starts a poll", () => {
  test.each([
    ["the first always does", now, null, minute, true, true],
    ["at the interval it does", now + minute, now, minute, true, true],
    ["before it, it does not", now + minute, now, 2 * minute, true, false],
    ["not a millisecond before", now + 5 * minute - 1, now, 5 * minute, true, false],
    ["long after it, it does", now + 60 * minute, now, 5 * minute, true, true],
    ["the same slot a second time does not", now, now, minute, true, false],
    ["an earlier slot does not", now - minute, now, minute, true, false],
    ["every second, at each firing", now + 1_000, now, 1_000, true, true],
  ])("%s", (_, slot, lastSlot, everyMs, isExact, starts) => {
    expect(startsPoll(slot, lastSlot, everyMs, isExact)).toBe(starts);
  });

  test.each([
    [5, 5],
    [10, 5],
    [15, 5],
    [1, 1],
    [2, 1],
  ])("asleep since: minute %i of a poll every %i starts one, as if it had been polled in between", (after, every) => {
    expect(startsPoll(now + after * minute, now, every * minute, false)).toBe(true);
  });

  test.each([4, 6, 9, 11])("asleep since: minute %i of a poll every five does not", (after) => {
    expect(startsPoll(now + after * minute, now, 5 * minute, false)).toBe(false);
  });

  test("whenever it sleeps, the firings that start polls are the same", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }).map((tens) => tens * 10_000),
        fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }),
        (everyMs, sleeps) => {
          let awake: number | null = null;
          let known: { slot: number | null; isExact: boolean } = { slot: null, isExact: false };
          let written: number | null = null;
          const polls = { always: [] as number[], asleep: [] as number[] };
          for (const [index, sleepsNow] of sleeps.entries()) {
            const slot = now + index * minute;
            if (startsPoll(slot, awake, everyMs, true)) polls.always.push((awake = slot));
            if (startsPoll(slot, known.slot, everyMs, known.isExact)) {
              polls.asleep.push(slot);
              known = { slot, isExact: true };
            }
            // The slot is written with the heartbeat, every ten minutes.
            if (index % 10 === 0) written = known.slot;
            if (sleepsNow && written !== null) known = { slot: written, isExact: false };
          }
          expect(polls.asleep).toEqual(polls.always);
        },
      ),
      { numRuns: 200 },
    );
  });
});
