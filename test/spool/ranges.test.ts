/** Ranges of the past whose ids are longer than a row: they carry them through the table of what overflows. */
import { expect, test } from "vitest";
import { maxRowBytes } from "../../src/spool/overflow.ts";
import { isWanted } from "../../src/spool/ranges.ts";
import { spoolOf } from "./setting.ts";

const idLength = 900;
const owed = (count: number, from = 0, filler = "é") =>
  Array.from({ length: count }, (_, index) => ({
    id: `${from + index} ${filler.repeat(idLength)}`,
    time: from + index,
  }));

const longestRow = (sql: ReturnType<typeof spoolOf>["sql"]): number | undefined =>
  sql.exec<{ bytes: number }>(
    `SELECT MAX(LENGTH(CAST(text AS BLOB))) AS bytes
     FROM (SELECT state AS text FROM ranges UNION ALL SELECT body FROM overflow)`,
  )[0]?.bytes;

const overflow = (sql: ReturnType<typeof spoolOf>["sql"]): number => sql.exec("SELECT * FROM overflow").length;

test("long ids come back to the character, in rows that are small enough", () => {
  const { sql, spool, again } = spoolOf(undefined, "siem");
  spool.ranges.owe("audit-events", "siem", owed(2_000));
  expect(overflow(sql)).toBeGreaterThan(0);
  expect(longestRow(sql)).toBeLessThanOrEqual(maxRowBytes);
  expect(again().ranges.all()).toEqual(spool.ranges.all());
  expect(again().ranges.all()[0]?.ids).toEqual(owed(2_000).map(({ id }) => id));
});

test("a range that grows beyond a row, and becomes short again, leaves nothing behind", () => {
  const { sql, spool, again } = spoolOf(undefined, "siem");
  spool.ranges.owe("audit-events", "siem", owed(10));
  expect(overflow(sql)).toBe(0);
  for (const from of [10, 1_010, 2_010]) spool.ranges.owe("audit-events", "siem", owed(1_000, from));
  const [range] = spool.ranges.all();
  if (range === undefined) throw new Error("Nothing is owed");
  expect(overflow(sql)).toBeGreaterThan(0);
  expect(longestRow(sql)).toBeLessThanOrEqual(maxRowBytes);
  expect(again().ranges.all()).toEqual([range]);
  spool.ranges.write({ ...range, ids: range.ids.slice(0, 3) });
  expect(overflow(sql)).toBe(0);
  expect(again().ranges.get(range.id)?.ids).toEqual(range.ids.slice(0, 3));
});

test("one that is deleted takes all of it along, and only its own", () => {
  const { sql, spool, again } = spoolOf(undefined, "siem", "archive");
  for (const destination of ["siem", "archive"]) spool.ranges.owe("audit-events", destination, owed(1_500));
  const [first, second] = spool.ranges.all();
  if (first === undefined || second === undefined) throw new Error("Two ranges are owed");
  spool.ranges.delete(first.id);
  expect(again().ranges.all()).toEqual([second]);
  spool.ranges.delete(second.id);
  expect(overflow(sql)).toBe(0);
});

test("what is wanted of a range is what lies in it; from a moment on only what is named", () => {
  const { spool } = spoolOf(undefined, "siem");
  spool.ranges.owe("audit-events", "siem", owed(3, 10, ""));
  const [range] = spool.ranges.all();
  if (range === undefined) throw new Error("Nothing is owed");
  const wanted = (id: string, time: number, onlyFrom: number | null): boolean =>
    isWanted({ ...range, onlyFrom }, { id, time });
  expect([wanted("10 ", 10, 10), wanted("10 ", 9, 10), wanted("12 ", 13, 10)]).toEqual([true, false, false]);
  expect([wanted("other", 11, 10), wanted("other", 11, 12), wanted("other", 11, null)]).toEqual([false, true, true]);
});
