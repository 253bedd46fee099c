import { describe, expect, it } from "vitest";
import { momentAt } from "../../src/formats/meaning/fields.ts";

describe("a moment", () => {
  it.each([
    "2026-05-01T08:31:02.123456Z",
    "2026-05-01 08:31:02.123456+00:00",
    "2026-05-01 08:31:02",
    "2026-05-01T08:31:02.5",
    "2026-05-01T08:31:02.007Z",
    "2026-05-01T10:31:02.120+02:00",
    "2028-02-29T23:59:59.999999Z",
    "2026-05-01",
    "1969-12-31T23:59:59.900001Z",
  ])("of %s is written as `Date` writes it, to the millisecond", (text) => {
    const { milliseconds = NaN, text: written } = momentAt({ at: text }, "at") ?? {};
    expect(written).toBe(new Date(milliseconds).toISOString());
    const isBare = !/(?:Z|[+-]\d\d:\d\d)$/u.test(text);
    expect(milliseconds).toBe(
      Date.parse(isBare && text.length > 10 ? `${text.replace(" ", "T")}Z` : text.replace(" ", "T")),
    );
  });

  it.each(["", "yesterday", "2026-13-01T00:00:00Z", 5, null])("is none in %j", (text) => {
    expect(momentAt({ at: text }, "at")).toBeUndefined();
  });
});
