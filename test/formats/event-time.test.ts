import { describe, expect, it } from "vitest";
import { eventTimeOf } from "../../src/formats/event-time.ts";
import { jsonOf } from "../../src/json.ts";

const at = (text: string) => eventTimeOf({ occurred_at: text });

describe("eventTimeOf", () => {
  it.each([
    ["2026-05-01T08:31:02.123456Z", 1_777_624_262_123, 456_000],
    ["2026-05-01T08:31:02Z", 1_777_624_262_000, 0],
    ["2026-05-01T08:31:02.5Z", 1_777_624_262_500, 0],
    ["2026-05-01T10:31:02.123456789+02:00", 1_777_624_262_123, 456_789],
    ["1969-12-31T23:59:59.900001Z", -100, 1000],
  ])("reads %s to the last digit", (text, milliseconds, nanoseconds) => {
    expect(at(text)).toEqual({ text, milliseconds, nanoseconds });
  });

  it.each([
    "",
    "yesterday",
    "2026-05-01",
    "2026-05-01T08:31:02",
    "2026-13-01T08:31:02Z",
    "2026-05-01T08:31:02.1234567890Z",
    " 2026-05-01T08:31:02Z",
  ])("takes %j for no time", (text) => {
    expect(at(text)).toBeUndefined();
  });

  it("takes of a record of state when it was seen", () => {
    const raw = '{"occurred_at":"2020-01-01T00:00:00Z","_forwarder":{"seenAt":"2026-05-01T08:31:02.500Z"}}';
    expect(eventTimeOf(jsonOf(raw))?.text).toBe("2026-05-01T08:31:02.500Z");
  });

  it.each(["", "[]", "null", "{", '{"occurred_at":5}', '{"_forwarder":null}', '{"new_state":{"occurred_at":"x"}}'])(
    "finds none in %s",
    (raw) => {
      expect(eventTimeOf(jsonOf(raw))).toBeUndefined();
    },
  );
});
