import { describe, expect, test } from "vitest";
import { retryAfterMs } from "../src/retry-after.ts";

const now = Date.parse("2026-05-01T08:00:00Z");

describe("Retry-After", () => {
  test.each([
    ["120", 120_000],
    [" 0 ", 0],
    ["1.5", 1_500],
    ["0.0001", 1],
    ["Fri, 01 May 2026 08:02:00 GMT", 120_000],
    ["Friday, 01-May-26 08:02:00 GMT", 120_000],
    ["Fri, 01 May 2026 07:59:59 GMT", 0],
    ["2026-05-01T08:02:00Z", 120_000],
  ])("%j is %i ms from now", (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  test.each([null, "", "soon", "12 s", "NaN", "Infinity"])("%j is none", (header) => {
    expect(retryAfterMs(header, now)).toBeNull();
  });

  test.each([
    ["millions of years", "99999999999999"],
    ["for ever", `1${"0".repeat(400)}`],
    ["the last date that there is", "Sat, 13 Sep 275760 00:00:00 GMT"],
  ])("of %s is a time that a date can still hold, and that a restart can read again", (_, header) => {
    const at = now + (retryAfterMs(header, now) ?? NaN);
    expect(() => new Date(at).toISOString()).not.toThrow();
    expect(JSON.parse(JSON.stringify(at))).toBe(at);
    expect(at).toBeGreaterThan(now + 24 * 3_600_000);
  });
});
