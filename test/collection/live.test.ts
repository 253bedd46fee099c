import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  beginLive,
  closedAt,
  headOf,
  pagesLeft,
  raiseFloor,
  see,
  stretches,
  type LiveState,
} from "../../src/collection/live.ts";

const overlapMs = 600_000;
const t0 = 1_777_000_000_000;
const micros = (ms: number): number => ms * 1000;
const begun = beginLive(micros(t0), micros(t0));
const seen = (...pairs: readonly (readonly [timeMs: number, seenAtMs: number])[]): LiveState =>
  pairs.reduce((state, [time, at]) => see(state, micros(t0 + time), t0 + at, overlapMs), begun);

describe("the frontier", () => {
  test("stands at the floor before anything was seen", () => {
    expect(headOf(begun)).toBe(micros(t0));
    expect(closedAt(begun, t0 + 10 * overlapMs, overlapMs)).toBe(micros(t0));
  });

  test("remembers when a later time was first seen", () => {
    const state = seen([1_000, 2_000], [30_000, 62_000]);
    expect(headOf(state)).toBe(micros(t0 + 30_000));
    expect(state.frontier).toEqual([
      [micros(t0 + 1_000), t0 + 2_000],
      [micros(t0 + 30_000), t0 + 62_000],
    ]);
  });

  test("a time that is not later than the latest changes nothing, nor does one in the future", () => {
    const state = seen([1_000, 2_000]);
    expect(see(state, micros(t0 + 1_000), t0 + 90_000, overlapMs)).toBe(state);
    expect(see(state, micros(t0 + 90_000) + 1, t0 + 90_000, overlapMs)).toBe(state);
    expect(see(state, micros(t0 + 90_000), t0 + 90_000, overlapMs)).not.toBe(state);
  });

  test("stays short: about one entry for each 32nd of the overlap", () => {
    const every = Array.from({ length: 600 }, (_, n) => [n * 1_000, n * 1_000 + 500] as const);
    expect(seen(...every).frontier.length).toBeLessThanOrEqual(34);
  });
});

describe("closing", () => {
  test("a moment is closed when the overlap has passed since it was seen, not a millisecond before", () => {
    const state = seen([1_000, 2_000], [30_000, 62_000]);
    expect(closedAt(state, t0 + 2_000 + overlapMs - 1, overlapMs)).toBe(micros(t0));
    expect(closedAt(state, t0 + 2_000 + overlapMs, overlapMs)).toBe(micros(t0 + 1_000));
    expect(closedAt(state, t0 + 62_000 + overlapMs, overlapMs)).toBe(micros(t0 + 30_000));
  });

  test("of moments that are kept as one the last counts: a moment may close later by a step, never earlier", () => {
    const state = seen([1_000, 2_000], [5_000, 9_000]);
    expect(state.frontier).toHaveLength(1);
    expect(closedAt(state, t0 + 9_000 + overlapMs - 1, overlapMs)).toBe(micros(t0));
    expect(closedAt(state, t0 + 9_000 + overlapMs, overlapMs)).toBe(micros(t0 + 5_000));
  });

  test("the floor rises to it and never falls; the head stays known", () => {
    const state = raiseFloor(seen([1_000, 2_000], [30_000, 62_000]), micros(t0 + 30_000));
    expect(state.floor).toBe(micros(t0 + 30_000));
    expect(state.turn).toBe(state.floor);
    expect(headOf(state)).toBe(micros(t0 + 30_000));
    expect(raiseFloor(state, micros(t0))).toBe(state);
  });

  test("no moment is below the floor before the overlap has passed since a record at or past it was first seen", () => {
    const poll = fc.record({
      after: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 400_000 })),
      // How far behind the clock the newest record of the poll is; none for a poll that finds nothing.
      lag: fc.option(fc.integer({ min: -50_000, max: 900_000 })),
    });
    fc.assert(
      fc.property(fc.array(poll, { maxLength: 60 }), (polls) => {
        let state = begun;
        let now = t0;
        const first: { time: number; at: number }[] = [];
        for (const { after, lag } of polls) {
          now += after;
          const time = lag === null ? null : micros(now - lag);
          if (time !== null && time <= micros(now)) first.push({ time, at: now });
          if (time !== null) state = see(state, time, now, overlapMs);
          state = raiseFloor(state, closedAt(state, now, overlapMs));
          const { floor } = state;
          // Any moment below the floor was passed by a record that was seen an overlap ago.
          if (floor > begun.floor)
            expect(first.some(({ time: t, at }) => t >= floor && at + overlapMs <= now)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("what a poll reads", () => {
  const state = raiseFloor(seen([1_000, 2_000], [60_000, 61_000], [120_000, 121_000]), micros(t0 + 1_000));

  test("everything from the floor while 4,500 records are open, not with 4,501", () => {
    expect(stretches(state, 4_500, t0 + 180_000, overlapMs)).toEqual([
      { kind: "whole", from: micros(t0 + 1_000), until: null, pages: Infinity },
    ]);
    expect(stretches(state, 4_501, t0 + 180_000, overlapMs).map(({ kind }) => kind)).toEqual(["tail", "turn"]);
  });

  test("first the tail, then what has closed, then open moments in turn", () => {
    const now = t0 + 61_000 + overlapMs;
    expect(stretches({ ...state, turn: micros(t0 + 90_000) }, 4_501, now, overlapMs)).toEqual([
      { kind: "tail", from: micros(t0 + 120_000), until: null, pages: Infinity },
      { kind: "closing", from: micros(t0 + 1_000), until: micros(t0 + 60_000), pages: 10 },
      { kind: "turn", from: micros(t0 + 90_000), until: micros(t0 + 120_000), pages: 10 },
    ]);
  });

  test("the turn never begins before what has closed", () => {
    const [, , turn] = stretches(state, 4_501, t0 + 61_000 + overlapMs, overlapMs);
    expect(turn?.from).toBe(micros(t0 + 60_000));
  });

  test("a reading that was not finished is gone on with, however many records are open", () => {
    const unfinished = { at: micros(t0 + 70_000), startedAt: t0 + 130_000 };
    expect(stretches({ ...state, unfinished }, 9_000, t0 + 180_000, overlapMs)).toEqual([
      { kind: "whole", from: unfinished.at, until: null, pages: Infinity },
    ]);
    const passed = raiseFloor({ ...state, unfinished }, micros(t0 + 100_000));
    expect(stretches(passed, 9_000, t0 + 180_000, overlapMs)[0]?.from).toBe(micros(t0 + 100_000));
  });

  test.each([
    [1, 0, 9],
    [10, 0, 0],
    [12, 0, 0],
    [12, 7, 2],
    [3, 3, 7],
  ])("after %i pages, %i of them with news, %i are left for reading again", (read, fresh, left) => {
    expect(pagesLeft(read, fresh)).toBe(left);
  });
});
