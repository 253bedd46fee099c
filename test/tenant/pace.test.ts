import { expect, test } from "vitest";
import { nextBurstAt } from "../../src/tenant/pace.ts";

const pace = { startedAt: 1_000, expected: 400, everyMs: 100_000, burst: 40 };

test.each([
  [0, 1_000],
  [39, 1_000],
  [40, 9_000],
  [41, 9_000],
  [79, 9_000],
  [80, 17_000],
  // The last burst is due when four fifths of the interval are over, less its own share.
  [399, 73_000],
  // A walk that takes more than the last one goes on at the same pace.
  [400, 81_000],
])("after %i requests the next are due at %i", (requests, at) => {
  expect(nextBurstAt({ ...pace, requests })).toBe(at);
});

test("a walk of one burst is not spread", () => {
  expect(nextBurstAt({ ...pace, requests: 40, expected: 40 })).toBe(1_000);
  expect(nextBurstAt({ ...pace, requests: 40, expected: 41 })).toBeGreaterThan(1_000);
});
