import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPage } from "../../src/collection/page.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { UnreadableAnswer } from "../../src/datasets/dataset.ts";
import { jsonText } from "./json-text.ts";

const since = Date.parse("2026-05-01T08:00:00Z") * 1000;
const read = (...records: readonly string[]) =>
  readPage(auditEvents, `{"results":[${records.join(",")}],"next":null}`, since).records;

describe("a page", () => {
  test("each record is its text as Kandji sent it, with its id and its time to the microsecond", () => {
    const raw = String.raw`{"occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10,"id":"01K8","s":"\u00e9\/"}`;
    expect(read(raw)).toEqual([{ raw, id: "01K8", time: since + 1_862_123_456, isDated: true, drift: false }]);
  });

  test("a record over several lines is the same record on one line", () => {
    const [record] = read('{\r\n  "id": "01K8",\n  "occurred_at": "2026-05-01T08:00:00.000001Z"\n}');
    expect(record).toMatchObject({
      raw: '{  "id": "01K8",  "occurred_at": "2026-05-01T08:00:00.000001Z"}',
      time: since + 1,
    });
  });

  test("a record without a time has that of the record before it, or of the place that was asked for", () => {
    const timed = '{"id":"b","occurred_at":"2026-05-01T08:00:05Z"}';
    const records = read('{"id":"a"}', timed, '{"id":"c","occurred_at":null}', '{"id":"d","occurred_at":"yesterday"}');
    expect(records.map(({ time }) => time - since)).toEqual([0, 5_000_000, 5_000_000, 5_000_000]);
    expect(records.map(({ drift }) => drift)).toEqual([true, false, true, true]);
    expect(records.map(({ isDated }) => isDated)).toEqual([false, true, false, false]);
  });

  test("a record without an id is known by its text", () => {
    const at = '"occurred_at":"2026-05-01T08:00:05Z"';
    const [one, same, other, number] = read(`{${at}}`, `{${at}}`, `{${at},"n":1}`, `{"id":7,${at}}`);
    expect(one?.id).toMatch(/^sha256:/);
    expect(same?.id).toBe(one?.id);
    expect(other?.id).not.toBe(one?.id);
    expect(number).toMatchObject({ drift: true });
    expect(one?.drift).toBe(true);
  });

  test("whatever stands in the list is a record", () => {
    fc.assert(
      fc.property(fc.array(jsonText, { maxLength: 5 }), (elements) => {
        const records = read(...elements);
        expect(records.map(({ raw }) => raw)).toEqual(elements.map((text) => text.replaceAll(/[\r\n]/g, "")));
        expect(records.every(({ id, time }) => id !== "" && Number.isFinite(time))).toBe(true);
      }),
    );
  });

  test.each([
    "",
    "<!doctype html>",
    "{",
    "null",
    "[]",
    '"text"',
    "{}",
    '{"results":{}}',
    '{"results":[],"results":1}',
    '{"results":[],"next":7}',
    '{"results":[],"next":{}}',
    '{"results":[],"next":false}',
  ])("%j is no page", (text) => {
    expect(() => readPage(auditEvents, text, since)).toThrow(UnreadableAnswer);
  });

  test.each([
    ['"https://x/?cursor=1"', "https://x/?cursor=1"],
    ['"token"', "token"],
    ['""', null],
    ["null", null],
  ])("next %s is read as %j", (written, next) => {
    expect(readPage(auditEvents, `{"results":[],"next":${written}}`, since).next).toBe(next);
  });

  test("an answer without next is the last page", () => {
    expect(readPage(auditEvents, '{"results":[]}', since).next).toBeNull();
  });
});
