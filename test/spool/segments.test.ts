import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxRowBytes } from "../../src/spool/overflow.ts";
import { linesIn, live, record, records, spoolOf } from "./setting.ts";

const rowBytes = (sql: ReturnType<typeof spoolOf>["sql"]): number[] =>
  sql
    .exec<{ bytes: number }>(
      "SELECT LENGTH(CAST(body AS BLOB)) AS bytes FROM segments UNION ALL SELECT LENGTH(CAST(body AS BLOB)) FROM overflow",
    )
    .map(({ bytes }) => bytes);

describe("segments", () => {
  test("hold the records of one appending in one row, to the character", () => {
    const { sql, spool, again } = spoolOf(undefined, "siem");
    const raws = [String.raw`{"n":12345678901234567890.10,"s":"\u00e9\/ \\"}`, '{"é":"漢😀"}', "7", '"text"', "null"];
    spool.append(live, null, raws, 5, null);
    expect(sql.exec("SELECT * FROM segments")).toHaveLength(1);
    expect(linesIn(spool, live)).toEqual(raws);
    expect(linesIn(again(), live)).toEqual(raws);
    expect(spool.segments.all()[0]).toMatchObject({ first: 0, records: 5, collectedAt: 5, destination: null });
  });

  test.each([
    ["of one byte a character", "x"],
    ["of two", "é"],
    ["of three", "漢"],
    ["of four", "😀"],
  ])("a row takes 1.8 MB and not a byte more, counted in bytes of UTF-8: text %s", (_, filler) => {
    // Each record is counted with its line break.
    const half = (bytes: number): string => record(0, bytes - 1, filler);
    const fits = spoolOf(undefined, "siem");
    fits.spool.append(live, null, [half(1_000_000), half(maxRowBytes - 1_000_000)], 0, null);
    expect(fits.spool.segments.all().map(({ records: count, bytes }) => [count, bytes])).toEqual([[2, maxRowBytes]]);
    const over = spoolOf(undefined, "siem");
    over.spool.append(live, null, [half(1_000_000), half(maxRowBytes - 1_000_000 + 1)], 0, null);
    expect(over.spool.segments.all().map(({ records: count, first }) => [count, first])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    for (const { sql } of [fits, over]) expect(Math.max(...rowBytes(sql))).toBeLessThanOrEqual(maxRowBytes);
  });

  test.each([maxRowBytes - 1, maxRowBytes, maxRowBytes + 1, 3 * maxRowBytes + 7])(
    "a record of %i bytes is kept in rows of 1.8 MB at the most, and comes back whole",
    (bytes) => {
      const { sql, spool, again } = spoolOf(undefined, "siem");
      const raw = record(1, bytes);
      expect(Buffer.byteLength(raw)).toBe(bytes);
      spool.append(live, null, [record(0), raw, record(2)], 0, null);
      expect(Math.max(...rowBytes(sql))).toBeLessThanOrEqual(maxRowBytes);
      expect(linesIn(again(), live)[1] === raw).toBe(true);
      for (const segment of spool.segments.all()) spool.segments.delete(segment);
      expect(rowBytes(sql)).toEqual([]);
      expect(spool.segments.bytes).toBe(0);
    },
  );

  test("no pair of surrogates is cut where a row ends", () => {
    // Parts are cut at 600,000 UTF-16 units: the pairs lie across that border in one of the two.
    for (const shift of ["", "x"]) {
      const { sql, spool, again } = spoolOf(undefined, "siem");
      const raw = `"${shift}${"😀".repeat(800_000)}"`;
      spool.append(live, null, [raw], 0, null);
      expect(rowBytes(sql).length).toBeGreaterThan(2);
      expect(linesIn(again(), live)[0] === raw).toBe(true);
      spool.deadLetters.add(
        { dataset: "audit-events", destination: "siem", recordId: null, status: 400, reason: "bad", at: 0 },
        raw,
      );
      const [letter] = again().deadLetters.all();
      expect(again().deadLetters.raw(letter?.id ?? 0) === raw).toBe(true);
    }
  });

  test("positions go on from appending to appending, also after reading anew", () => {
    const { spool, again } = spoolOf(undefined, "siem");
    spool.append(live, null, records(0, 3), 0, { at: 1 });
    const anew = again();
    anew.append(live, null, records(3, 2), 0, { at: 2 });
    expect(anew.segments.all().map(({ first, records: count }) => [first, count])).toEqual([
      [0, 3],
      [3, 2],
    ]);
    expect(anew.lanes.length(live)).toMatchObject({ appended: 5, shared: 5 });
    expect(again().lanes.state(live)).toEqual({ at: 2 });
  });

  test("an appending without records keeps the state and writes no segment", () => {
    const { spool } = spoolOf(undefined, "siem");
    spool.append(live, null, [], 0, { at: 1 });
    expect(spool.segments.all()).toEqual([]);
    expect(spool.lanes.state(live)).toEqual({ at: 1 });
  });

  test("what is read twice is read from memory, and what was deleted is not", () => {
    const { spool } = spoolOf(undefined, "siem");
    for (let n = 0; n < 7; n += 1) spool.append(live, null, [record(n)], 0, null);
    for (const segment of [...spool.segments.all(), ...spool.segments.all()]) {
      expect(spool.segments.lines(segment)).toEqual([record(segment.first)]);
    }
    const last = spool.segments.all().at(-1);
    if (last === undefined) throw new Error("Nothing was appended");
    spool.segments.delete(last);
    // SQLite gives its number to the next one.
    spool.append(live, null, [record(99)], 0, null);
    expect(linesIn(spool, live).at(-1)).toBe(record(99));
  });

  test("one that is deleted twice is taken off the bytes once", () => {
    const { spool, again } = spoolOf(undefined, "siem");
    spool.append(live, null, records(0, 3), 0, null);
    const [first] = spool.segments.all();
    if (first === undefined) throw new Error("Nothing was appended");
    spool.append(live, null, records(3, 4), 0, null);
    spool.segments.delete(first);
    spool.segments.delete(first);
    expect(spool.segments.bytes).toBeGreaterThan(0);
    expect(spool.segments.bytes).toBe(again().segments.bytes);
    expect(linesIn(spool, live)).toEqual(records(3, 4));
  });

  test("whatever is appended comes back in order, in rows that are small enough", () => {
    const raws = fc.array(
      fc.oneof(
        fc.json().map((text) => text.replaceAll(/[\r\n]/g, "")),
        fc
          .tuple(fc.constantFrom("x", "é", "😀"), fc.integer({ min: 0, max: 900_000 }))
          .map(([c, n]) => `"${c.repeat(n)}"`),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.array(raws, { maxLength: 3 }), (appendings) => {
        const { sql, spool, again } = spoolOf(undefined, "siem");
        for (const texts of appendings) spool.append(live, null, texts, 0, null);
        const all = appendings.flat();
        const found = linesIn(again(), live);
        expect(found.length).toBe(all.length);
        expect(found.every((line, index) => line === all[index])).toBe(true);
        expect(Math.max(0, ...rowBytes(sql))).toBeLessThanOrEqual(maxRowBytes);
        expect(again().segments.bytes).toBe(spool.segments.bytes);
      }),
      { numRuns: 25 },
    );
  });
});
