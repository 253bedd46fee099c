import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs, maxBackoffMs } from "../src/backoff.ts";

describe("back-off", () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 60_000],
    [1_000, 60_000],
  ])("after %i failures in a row it is at most %i ms", (failures, most) => {
    expect(backoffMs(failures, 0.999_999_9, null)).toBe(most);
    expect(backoffMs(failures, 0.5, null)).toBe(most / 2);
    expect(backoffMs(failures, 0, null)).toBe(0);
  });

  test("is never longer than a minute, but for Retry-After, and never shorter than that", () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1 }), chance, fc.option(fc.nat(10_000_000)), (failures, random, asked) => {
        const pause = backoffMs(failures, random, asked);
        expect(pause).toBeGreaterThanOrEqual(asked ?? 0);
        expect(pause).toBeLessThanOrEqual(Math.max(maxBackoffMs, asked ?? 0));
      }),
    );
  });
});
