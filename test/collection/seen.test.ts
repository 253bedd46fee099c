import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeenIds } from "../../src/collection/seen.ts";
import type { Row, Sql } from "../../src/ports.ts";
import { migrate } from "../../src/tenant/migrations.ts";
import { NodeSql } from "../tenant/node-sql.ts";

class CountingSql implements Sql {
  readonly #sql = new NodeSql();
  readonly statements: string[] = [];

  constructor() {
    migrate(this.#sql);
  }

  exec<R extends Row = Row>(query: string, ...bindings: (string | number | null)[]): R[] {
    this.statements.push(query.split(" ")[0] ?? "");
    return this.#sql.exec<R>(query, ...bindings);
  }

  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work);
  }

  counted(work: () => void): { inserts: number; deletes: number } {
    this.statements.length = 0;
    work();
    const count = (word: string): number => this.statements.filter((statement) => statement === word).length;
    return { inserts: count("INSERT"), deletes: count("DELETE") };
  }
}

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${from + index}`, time: from + index }));

describe("ids that were seen", () => {
  test("are known at once and after reading the tables anew, and only in their dataset", () => {
    const sql = new CountingSql();
    const seen = new SeenIds(sql, "audit-events");
    expect(seen.has("id-0")).toBe(false);
    seen.remember(records(0, 3), 0);
    for (const known of [seen, new SeenIds(sql, "audit-events")]) {
      expect(known.has("id-2")).toBe(true);
      expect(known.has("id-3")).toBe(false);
      expect(known.size).toBe(3);
      expect(known.idsSince(1)).toEqual(["id-1", "id-2"]);
      expect(known.countSince(1)).toBe(2);
    }
    expect(new SeenIds(sql, "other").size).toBe(0);
  });

  test("of a thousand records fill a row, the next page begins another; a page is written into one row", () => {
    const sql = new CountingSql();
    const seen = new SeenIds(sql, "audit-events");
    expect(sql.counted(() => seen.remember(records(0, 500), 0))).toEqual({ inserts: 1, deletes: 0 });
    expect(sql.counted(() => seen.remember(records(500, 500), 0))).toEqual({ inserts: 1, deletes: 0 });
    expect(sql.exec("SELECT * FROM seen")).toHaveLength(1);
    expect(sql.counted(() => seen.remember(records(1_000, 999), 0))).toEqual({ inserts: 1, deletes: 0 });
    expect(sql.exec("SELECT * FROM seen")).toHaveLength(2);
    expect(sql.counted(() => seen.remember(records(1_999, 500), 0))).toEqual({ inserts: 1, deletes: 0 });
    expect(sql.exec("SELECT * FROM seen")).toHaveLength(2);
  });

  test("of more records than a page has are spread over rows of a thousand, none of them longer", () => {
    const sql = new CountingSql();
    const seen = new SeenIds(sql, "audit-events");
    expect(sql.counted(() => seen.remember(records(0, 2_500), 0))).toEqual({ inserts: 3, deletes: 0 });
    const rows = sql.exec<{ ids: string }>("SELECT ids FROM seen ORDER BY chunk");
    expect(rows.map(({ ids }) => (JSON.parse(ids) as unknown[]).length)).toEqual([1_000, 1_000, 500]);
    expect(new SeenIds(sql, "audit-events").idsSince(0)).toEqual(seen.idsSince(0));
  });

  test("a row is dropped when at most a tenth of it is needed, and that tenth is kept", () => {
    const sql = new CountingSql();
    const seen = new SeenIds(sql, "audit-events");
    seen.remember(records(0, 1_000), 0);
    seen.remember(records(1_000, 200), 0);
    expect(sql.counted(() => seen.remember([], 899)).deletes).toBe(0);
    expect(sql.counted(() => seen.remember([], 900))).toEqual({ inserts: 1, deletes: 1 });
    expect([seen.has("id-899"), seen.has("id-900"), seen.has("id-999")]).toEqual([false, true, true]);
  });

  test("of the past are known from the disk: in every row to both of its ends, also when many are asked in turn", () => {
    const sql = new CountingSql();
    const seen = new SeenIds(sql, "audit-events", { keepsPast: true });
    const rows = 20;
    for (let row = 0; row < rows; row += 1) seen.remember(records(row * 1_000, 1_000), row * 1_000);
    const again = new SeenIds(sql, "audit-events", { keepsPast: true, floor: 19_000 });
    for (const known of [seen, again]) {
      expect(known.size).toBe(1_000);
      const ends = Array.from({ length: rows }, (_, row) => [row * 1_000, row * 1_000 + 999]).flat();
      const isKnown = (id: number, time = id): boolean => known.knownAmong([{ id: `id-${id}`, time }]).size === 1;
      for (const id of [...ends, ...ends]) expect(isKnown(id)).toBe(true);
      expect(isKnown(rows * 1_000, 500)).toBe(false);
      expect(known.knownAmong([])).toEqual(new Set());
      const mixed = [...records(998, 4), { id: "late", time: 999 }];
      expect([...known.knownAmong(mixed)]).toEqual(["id-998", "id-999", "id-1000", "id-1001"]);
    }
    expect(new SeenIds(sql, "other", { keepsPast: true }).knownAmong(records(0, 3)).size).toBe(0);
  });

  test("of the past are forgotten by the row, once all of a row is older than asked", () => {
    const sql = new CountingSql();
    const seen = new SeenIds(sql, "audit-events", { keepsPast: true });
    for (let row = 0; row < 3; row += 1) seen.remember(records(row * 1_000, 1_000), row * 1_000);
    const known = (): number[] => [500, 1_500, 2_500].map((id) => seen.knownAmong(records(id, 1)).size);
    expect(known()).toEqual([1, 1, 1]);
    seen.forget(999);
    expect(known()).toEqual([1, 1, 1]);
    seen.forget(1_000);
    expect(known()).toEqual([0, 1, 1]);
    seen.forget(9_000);
    // What polling looks for stays, on the disk, too.
    expect(known()).toEqual([0, 0, 1]);
    expect(new SeenIds(sql, "audit-events", { keepsPast: true }).size).toBe(1_000);
  });

  test("nothing new and nothing to drop writes nothing", () => {
    const sql = new CountingSql();
    const seen = new SeenIds(sql, "audit-events");
    seen.remember(records(0, 10), 0);
    expect(sql.counted(() => seen.remember([], 5))).toEqual({ inserts: 0, deletes: 0 });
  });

  test("nothing at or after the floor is ever forgotten, few rows are written, and reading anew gives the same", () => {
    const step = fc.record({
      count: fc.integer({ min: 0, max: 700 }),
      // Late records lie before those that were seen.
      back: fc.integer({ min: 0, max: 300 }),
      rise: fc.integer({ min: 0, max: 900 }),
      isReloaded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const sql = new CountingSql();
        let seen = new SeenIds(sql, "audit-events");
        const model = new Map<string, number>();
        let floor = 0;
        let number = 0;
        for (const { count, back, rise, isReloaded } of steps) {
          const fresh = Array.from({ length: count }, (_, index) => ({
            id: `n${number + index}`,
            time: Math.max(floor, number + index - back),
          }));
          number += count;
          for (const { id, time } of fresh) model.set(id, time);
          floor = Math.min(number, floor + rise);
          const { inserts, deletes } = sql.counted(() => seen.remember(fresh, floor));
          expect(deletes).toBeLessThanOrEqual(1);
          expect(inserts).toBeLessThanOrEqual(1);
          if (isReloaded) seen = new SeenIds(sql, "audit-events");
          const needed = [...model].filter(([, time]) => time >= floor).map(([id]) => id);
          expect(seen.idsSince(floor).toSorted()).toEqual(needed.toSorted());
          expect(seen.countSince(floor)).toBe(needed.length);
          expect(needed.every((id) => seen.has(id))).toBe(true);
        }
        expect(new SeenIds(sql, "audit-events").idsSince(0).toSorted()).toEqual(seen.idsSince(0).toSorted());
      }),
      { numRuns: 60 },
    );
  });
});
