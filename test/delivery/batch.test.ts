import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DestinationConfig } from "../../src/config/config.ts";
import { formBatch, type Batch, type BatchSource, type Oversize } from "../../src/delivery/batch.ts";
import type { Segment } from "../../src/spool/segments.ts";
import { live, records } from "../spool/setting.ts";
import { configOf, destinationOf, start } from "./setting.ts";

const hour = 3_600_000;
const segmentOf = (count: number, change: Partial<Segment> = {}): Segment => ({
  id: 1,
  lane: live,
  destination: null,
  first: 100,
  records: count,
  bytes: 0,
  collectedAt: start,
  hours: null,
  ...change,
});
const sourceOf = (config: Partial<DestinationConfig> = {}, change: Partial<BatchSource> = {}): BatchSource => ({
  tenant: "acme",
  generation: "g1",
  config: configOf(config),
  now: start,
  ...change,
});

function form(source: BatchSource, lines: readonly string[], from = 100, to = Infinity): Batch | Oversize {
  return formBatch(source, segmentOf(lines.length), lines, from, to);
}

function batch(source: BatchSource, lines: readonly string[], from = 100, to = Infinity): Batch {
  const formed = form(source, lines, from, to);
  if (!("body" in formed)) throw new Error(`Nothing fits: ${JSON.stringify(formed)}`);
  return formed;
}

describe("a batch", () => {
  test("of a part of a segment knows in which hour and at which moment each of its records happened", () => {
    const runs = [
      [2, 7],
      [2, 7, [5, 6]],
      [1, 8, [9]],
      [1, null],
    ] as const;
    const formed = formBatch(sourceOf(), segmentOf(6, { hours: runs }), records(1, 6), 101, 105);
    expect(formed).toMatchObject({ hours: [7, 7, 7, 8], moments: [null, 7 * hour + 5, 7 * hour + 6, 8 * hour + 9] });
    expect(batch(sourceOf(), records(1, 3))).toMatchObject({ hours: null, moments: [] });
  });

  test("is the records as they are, in order, in the frame of the destination", () => {
    const lines = records(1, 3);
    const frame = { open: "[", separator: ",", close: "]" };
    const formed = batch(sourceOf({ destination: destinationOf({ frame: () => frame }) }), lines);
    expect(formed).toMatchObject({ body: `[${lines.join(",")}]`, positions: [100, 101, 102], end: 103, skipped: 0 });
    expect(formed.context).toEqual({ tenant: "acme", dataset: "audit-events", collectedAt: start });
  });

  test("begins where it is told, and ends before where it is told", () => {
    expect(batch(sourceOf(), records(1, 9), 103, 106)).toMatchObject({ positions: [103, 104, 105], end: 106 });
    expect(batch(sourceOf(), records(1, 2), 50, 500)).toMatchObject({ positions: [100, 101], end: 102 });
  });

  test("has the number of records that the destination takes, and not one more", () => {
    const source = sourceOf({ maxBatchRecords: 4 });
    expect(batch(source, records(1, 4)).positions).toHaveLength(4);
    expect(batch(source, records(1, 5))).toMatchObject({ positions: [100, 101, 102, 103], end: 104 });
  });

  test.each([
    ["lines", { open: "", separator: "\n", close: "\n" }],
    ["an array", { open: "[", separator: ",", close: "]" }],
    ["a frame of several bytes a character", { open: "«é", separator: "漢", close: "😀" }],
  ])("has the bytes that the destination takes, and not one more: %s", (_, frame) => {
    const lines = ['"éé"', '"漢"', '"😀😀"'];
    const whole = Buffer.byteLength(frame.open + lines.join(frame.separator) + frame.close);
    const at = (maxBatchBytes: number): Batch =>
      batch(sourceOf({ maxBatchBytes, destination: destinationOf({ frame: () => frame }) }), lines);
    expect(at(whole).positions).toHaveLength(3);
    expect(Buffer.byteLength(at(whole).body)).toBe(whole);
    expect(at(whole - 1).positions).toHaveLength(2);
  });

  test("never exceeds its limits, whatever the records, and holds as many as fit", () => {
    const frame = { open: "<", separator: "||", close: ">" };
    const text = fc.string({ unit: "grapheme", maxLength: 20 }).map((s) => JSON.stringify(s));
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 4, max: 200 }),
        (lines, maxBatchRecords, maxBatchBytes) => {
          const source = sourceOf({
            maxBatchRecords,
            maxBatchBytes,
            destination: destinationOf({ frame: () => frame }),
          });
          const formed = form(source, lines);
          const sizeOf = (count: number): number => Buffer.byteLength(`<${lines.slice(0, count).join("||")}>`);
          if (!("body" in formed)) {
            expect(formed).toEqual({ at: 100, bytes: sizeOf(1), limit: maxBatchBytes });
            expect(sizeOf(1)).toBeGreaterThan(maxBatchBytes);
            return;
          }
          const count = formed.positions.length;
          expect(formed.body).toBe(`<${lines.slice(0, count).join("||")}>`);
          expect(sizeOf(count)).toBeLessThanOrEqual(maxBatchBytes);
          const isFull = count === maxBatchRecords || count === lines.length || sizeOf(count + 1) > maxBatchBytes;
          expect(isFull).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a record that no request can carry stands in front: it is told with its size and the limit", () => {
    const source = sourceOf({ maxBatchBytes: 20 });
    expect(form(source, ['"short"', `"${"x".repeat(18)}"`], 101)).toEqual({ at: 101, bytes: 21, limit: 20 });
    expect(batch(source, ['"short"', `"${"x".repeat(18)}"`]).positions).toEqual([100]);
  });

  test("a record over the intake's own limit for one is told, though a request could carry it", () => {
    const limits = { records: 10, bytes: 1_000, recordBytes: 10 };
    const source = sourceOf({ destination: destinationOf({ limits }) });
    expect(batch(source, ['"éééé"', '"1"']).positions).toEqual([100, 101]);
    expect(form(source, ['"ééééx"'])).toEqual({ at: 100, bytes: 11, limit: 10 });
    expect(batch(source, ['"1"', '"ééééx"']).positions).toEqual([100]);
  });
});

describe("records that are older than the intake takes", () => {
  const limits = { records: 1_000, bytes: 900_000, maxAgeMs: 18 * hour };
  const destination = destinationOf({ limits });
  const aged = (...ages: readonly number[]): string[] =>
    ages.map((age, n) => `{"id":"${n}","occurred_at":"${new Date(start - age).toISOString()}"}`);
  const limit = 18 * hour - 60_000;

  test.each(["send", "skip", "restamp"] as const)("young ones are sent as they are: %s", (oldRecords) => {
    const lines = aged(0, limit - 1, -hour);
    expect(batch(sourceOf({ destination, oldRecords }), lines)).toMatchObject({
      body: `${lines.join("\n")}\n`,
      skipped: 0,
    });
  });

  test("are sent all the same when told so", () => {
    const lines = aged(limit, 400 * 24 * hour);
    expect(batch(sourceOf({ destination, oldRecords: "send" }), lines).body).toBe(`${lines.join("\n")}\n`);
  });

  test("are left out and counted when told so, a minute before the intake drops them", () => {
    const lines = aged(limit - 1, limit, limit + 1, 0);
    expect(batch(sourceOf({ destination, oldRecords: "skip" }), lines)).toMatchObject({
      positions: [100, 103],
      end: 104,
      skipped: 2,
      body: `${lines[0]}\n${lines[3]}\n`,
    });
  });

  test("when all are left out there is nothing to send, and the run is passed", () => {
    expect(batch(sourceOf({ destination, oldRecords: "skip" }), aged(limit, limit))).toMatchObject({
      positions: [],
      end: 102,
      skipped: 2,
      body: "",
    });
  });

  test("get the time of collection when told so, the same at each retry", () => {
    const source = sourceOf({ destination, oldRecords: "restamp" });
    const lines = aged(limit, 0);
    const first = batch(source, lines);
    expect(first.body).toBe(`${start}:${lines[0]}\n${lines[1]}\n`);
    expect(batch({ ...source, now: start + 40_000 }, lines)).toEqual(first);
  });

  test("when they have waited for half of the age, they get the beginning of the hour", () => {
    const source = sourceOf({ destination, oldRecords: "restamp" }, { now: start + 9 * hour + 1 });
    expect(batch(source, aged(limit)).body).toMatch(new RegExp(`^${start + 9 * hour}:`));
    const later = batch({ ...source, now: start + 10 * hour }, aged(limit));
    expect(later.body).toMatch(new RegExp(`^${start + 10 * hour}:`));
    expect(later.id).not.toBe(batch(source, aged(limit)).id);
  });

  test("whose time nobody can read are neither old nor early", () => {
    const lines = ['{"id":"1"}', '{"id":"2","occurred_at":"yesterday"}', "7"];
    const early = { ...limits, maxAheadMs: hour };
    const source = sourceOf({ destination: destinationOf({ limits: early }), oldRecords: "skip" });
    expect(batch(source, lines).body).toBe(`${lines.join("\n")}\n`);
  });

  test.each(["skip", "restamp"] as const)(
    "and those too far in the future get the time of collection, a minute before the intake would drop them: %s",
    (oldRecords) => {
      const early = destinationOf({ limits: { ...limits, maxAheadMs: 2 * hour } });
      const lines = aged(-(2 * hour - 60_000), -(2 * hour - 60_001), -(2 * hour - 59_999));
      const formed = batch(sourceOf({ destination: early, oldRecords }), lines);
      expect(formed.body).toBe(`${lines[0]}\n${lines[1]}\n${start}:${lines[2]}\n`);
    },
  );

  test("one more that is old makes another batch under another id", () => {
    const source = sourceOf({ destination, oldRecords: "skip" });
    const lines = aged(limit, limit - 5_000);
    const before = batch(source, lines);
    const after = batch({ ...source, now: start + 5_000 }, lines);
    expect([before.skipped, after.skipped]).toEqual([1, 2]);
    expect(after.id).not.toBe(before.id);
  });
});

describe("what a destination does not take", () => {
  test("records of datasets that it does not list are left out and counted", () => {
    expect(batch(sourceOf({ datasets: ["other"] }), records(1, 3))).toMatchObject({ positions: [], skipped: 3 });
    expect(batch(sourceOf({ datasets: ["audit-events"] }), records(1, 3)).positions).toHaveLength(3);
  });
});

describe("the id of a batch", () => {
  const idOf = (config: Partial<DestinationConfig> = {}, change: Partial<BatchSource> = {}): string =>
    batch(sourceOf(config, change), records(1, 3)).id;

  test("is the same for the same, at any time", () => {
    expect(idOf({}, { now: start + 40 * hour })).toBe(idOf());
  });

  test("is another after anything that changes the bytes, and for another batch", () => {
    const ids = [
      idOf(),
      idOf({ fingerprint: "fedcba9876543210" }),
      idOf({ destination: destinationOf({ encodingVersion: () => "2" }) }),
      idOf({}, { generation: "g2" }),
      idOf({}, { tenant: "other" }),
      batch(sourceOf(), records(1, 2)).id,
      batch(sourceOf(), records(1, 3), 101).id,
      formBatchIn("history"),
      formBatchIn("redriven"),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("has no dot, as Standard Webhooks want it, and says nothing of the secret but its fingerprint's beginning", () => {
    expect(idOf()).not.toContain(".");
    expect(idOf()).not.toContain("0123456789");
  });
});

function formBatchIn(stream: "history" | "redriven"): string {
  const segment = segmentOf(3, { lane: { dataset: "audit-events", stream } });
  const formed = formBatch(sourceOf(), segment, records(1, 3), 100, Infinity);
  return "id" in formed ? formed.id : "";
}
