import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstant, microsOf, millisOf, parseInstant } from "../../src/datasets/instant.ts";
import { readTime } from "../../src/datasets/written-time.ts";

const base = Date.parse("2026-05-01T08:31:02Z") * 1000;

describe("an instant", () => {
  test.each([
    ["with microseconds and Z", "2026-05-01T08:31:02.123456Z", base + 123_456],
    ["with an offset of nothing", "2026-05-01T08:31:02.123456+00:00", base + 123_456],
    ["with a blank and an offset", "2026-05-01 08:31:02.123456+00:00", base + 123_456],
    ["without a zone, which means UTC", "2026-05-01T08:31:02.123456", base + 123_456],
    ["with a blank and without a zone", "2026-05-01 08:31:02", base],
    ["east of Greenwich", "2026-05-01T10:31:02.000001+02:00", base + 1],
    ["west of Greenwich, without a colon", "2026-05-01T01:01:02-0730", base],
    ["in small letters", "2026-05-01t08:31:02z", base],
    ["with tenths", "2026-05-01T08:31:02.5Z", base + 500_000],
    ["with a comma", "2026-05-01T08:31:02,25Z", base + 250_000],
    ["with nanoseconds, which are cut", "2026-05-01T08:31:02.123456999Z", base + 123_456],
    ["without seconds", "2026-05-01T08:31Z", base - 2_000_000],
    ["of a whole day", "2026-05-01", Date.parse("2026-05-01T00:00:00Z") * 1000],
  ])("is read %s", (_, text, micros) => {
    expect(parseInstant(text)).toBe(micros);
  });

  test.each([
    "",
    "yesterday",
    "1777624262",
    "2026-13-01T00:00:00Z",
    "2026-05-32",
    "2026-05-01T25:00:00Z",
    "2026-05-01T08:61:00Z",
    "2026-05-01T08:31:02.Z",
    "2026-05-01T08:31:02.1234567890Z",
    "2026-05-01T08:31:02+25:00",
    "26-05-01",
    "2026-05-01T08:31:02Z and more",
    "+012026-05-01T08:31:02Z",
  ])("is none in %j", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  // Place them beyond and the next page cannot be asked for: `at + 1` is `at`, and the year has five digits.
  test.each(["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-12:00", "2300-01-01T00:00:00.1Z", "0001-01-01"])(
    "too far away to be held to the microsecond is moved to where it can be: %s",
    (text) => {
      const instant = parseInstant(text) ?? NaN;
      expect(Number.isSafeInteger(instant) && Number.isSafeInteger(instant + 1)).toBe(true);
      expect(formatInstant(instant)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    },
  );

  test("comes back from its text to the microsecond, between 1970 and 2255", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8_990_000_000_000_000 }), (instant) => {
        const text = formatInstant(instant);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
        expect(parseInstant(text)).toBe(instant);
      }),
      { numRuns: 1_000 },
    );
  });

  // A small `z` is no usual form: such a time is read by the calendar of `Date`, and the others digit by digit.
  test("in Kandji's usual forms is the same instant as in any other", () => {
    const digits = (most: number, length: number) =>
      fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(length, "0"));
    const fraction = fc
      .integer({ min: 0, max: 9 })
      .chain((length) => (length === 0 ? fc.constant("") : digits(10 ** length - 1, length).map((text) => `.${text}`)));
    const parts = fc.tuple(
      digits(9999, 4),
      digits(13, 2),
      digits(32, 2),
      digits(25, 2),
      digits(61, 2),
      digits(61, 2),
      fraction,
    );
    fc.assert(
      fc.property(parts, ([year, month, day, hour, minute, second, rest]) => {
        const time = `${year}-${month}-${day}T${hour}:${minute}:${second}${rest}`;
        const { second: at, nanoseconds } = readTime(`${time}z`) ?? {};
        for (const usual of [`${time}Z`, `${time}+00:00`, time, `${time.replace("T", " ")}+00:00`]) {
          const read = readTime(usual);
          expect([read?.second, read?.nanoseconds]).toEqual([at, nanoseconds]);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ["2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", 1_000],
    ["2028-02-28T23:59:59Z", "2028-02-29T00:00:00Z", 1_000],
    ["2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", 1_000],
    ["2026-04-30T23:59:59Z", "2026-05-01T00:00:00Z", 1_000],
  ])("knows how long a month is: %s comes right before %s", (last, next, milliseconds) => {
    expect((readTime(next)?.second ?? 0) - (readTime(last)?.second ?? 0)).toBe(milliseconds);
  });

  test("before 1970 comes back as well", () => {
    expect(formatInstant(-1)).toBe("1969-12-31T23:59:59.999999Z");
    expect(parseInstant("1969-12-31T23:59:59.999999Z")).toBe(-1);
  });

  test("one microsecond apart is written apart", () => {
    expect(formatInstant(base + 999)).toBe("2026-05-01T08:31:02.000999Z");
    expect(formatInstant(base + 1_000)).toBe("2026-05-01T08:31:02.001000Z");
  });

  test("is cut to milliseconds towards the past", () => {
    expect(millisOf(1_999)).toBe(1);
    expect(millisOf(-1)).toBe(-1);
    expect(millisOf(microsOf(base))).toBe(base);
  });
});
