import { describe, expect, it } from "vitest";
import { duration, parseDuration } from "../../src/config/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["0s", 0],
    ["1s", 1000],
    ["90s", 90_000],
    ["5m", 300_000],
    ["12h", 43_200_000],
    ["365d", 31_536_000_000],
    ["007s", 7000],
  ])("reads %s", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    "",
    "s",
    "5",
    "5 m",
    " 5m",
    "5m ",
    "1.5h",
    "-1s",
    "+1s",
    "1e3s",
    "1h30m",
    "5M",
    "1w",
    "never",
    "٣s",
    "9999999999s",
  ])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("duration", () => {
  const bounded = duration({ atLeast: "5s", atMost: "1m", insteadOfNever: "Write 5s" });

  it.each([
    ["4s", "is too short"],
    ["61s", "is too long"],
    ["never", 'cannot be "never"'],
    ["soon", "is not a duration"],
  ])("says what is wrong with %s", (text, message) => {
    expect(bounded.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });

  it("takes both bounds", () => {
    expect([bounded.parse("5s"), bounded.parse("60s"), bounded.parse("1m")]).toEqual([5000, 60_000, 60_000]);
  });

  it('reads "never" as no end where that makes sense', () => {
    expect(duration({ atLeast: "1s", atMost: "1d" }).parse("never")).toBe(Number.POSITIVE_INFINITY);
  });
});
