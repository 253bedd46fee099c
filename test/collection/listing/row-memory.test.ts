import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprintOf, Shapes, type Fingerprint } from "../../../src/collection/listing/fingerprint.ts";
import { packRows, unpackRows, type KnownRow } from "../../../src/collection/listing/row-block.ts";
import { RowMemory } from "../../../src/collection/listing/row-memory.ts";
import { migrate } from "../../../src/tenant/migrations.ts";
import { NodeSql } from "../../tenant/node-sql.ts";

const shapes = new Shapes();
const print = (row: object = { name: "n" }): Fingerprint => fingerprintOf(row, {}, shapes);

/** Hash by field, without those that it lacks. */
const hashesOf = ({ fields, hashes }: Fingerprint): [string, number][] =>
  fields.map((field, place): [string, number] => [field, hashes[place] ?? 0]).filter(([, hash]) => hash !== 0);

/** A memory on tables of its own; `again` reads them anew. */
function setting() {
  const sql = new NodeSql();
  migrate(sql);
  const again = (): RowMemory => new RowMemory(sql, "things");
  const flushed = (memory: RowMemory): number => {
    const before = sql.writes;
    memory.flush();
    return sql.writes - before;
  };
  return { sql, again, flushed };
}

const keyOf = (n: number): string => `["${String(n).padStart(6, "0")}"]`;

function filled(memory: RowMemory, count: number): RowMemory {
  for (let n = 0; n < count; n += 1) memory.put(keyOf(n), `{"id":${n}}`, print());
  memory.flush();
  return memory;
}

describe("a block of rows", () => {
  test("comes back as it was packed: fields that some lack, texts of any kind", () => {
    const field = fc.constantFrom("name", "", "__proto__", "constructor", "ü", "a\nb");
    const row = fc.tuple(fc.string({ unit: "grapheme" }), fc.string(), fc.nat(), fc.dictionary(field, fc.string()));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        const known = rows.map(([key, names, number, fields]): KnownRow => ({
          key,
          names,
          number,
          fingerprint: print(fields),
        }));
        const plain = (all: readonly KnownRow[]): unknown[] =>
          all.map(({ fingerprint, ...one }) => ({ ...one, hashes: new Map(hashesOf(fingerprint)) }));
        expect(plain(unpackRows(packRows(known)))).toEqual(plain(known));
      }),
    );
  });
});

describe("the memory of rows", () => {
  test("knows after a restart what it was told, each row under a number of its own", () => {
    const { again } = setting();
    filled(again(), 2_500);
    const memory = again();
    expect(memory.size).toBe(2_500);
    const numbers = Array.from({ length: 2_500 }, (_, n) => memory.find(keyOf(n))?.number);
    expect(new Set(numbers).size).toBe(2_500);
    expect(memory.find(keyOf(7))).toEqual({ key: keyOf(7), names: '{"id":7}', number: 7, fingerprint: print() });
    expect(memory.find('["no"]')).toBeUndefined();
    expect(memory.put(keyOf(2_500), "{}", print())).toBe(2_500);
    expect(memory.put(keyOf(7), "{}", print({ name: "other" }))).toBe(7);
    expect(memory.find(keyOf(7))?.fingerprint).toEqual(print({ name: "other" }));
  });

  test.each([
    [1_000, 1],
    [1_001, 2],
    [2_000, 2],
    [2_001, 3],
  ])("%i rows in the order of their keys fill %i blocks", (count, blocks) => {
    const { again } = setting();
    filled(again(), count);
    expect(again().blocks).toBe(blocks);
    expect(again().rowsOf(0)).toHaveLength(Math.min(count, 1_000));
  });

  test("a row in the midst of a full block halves it", () => {
    const { again } = setting();
    const memory = filled(again(), 1_000);
    memory.put(keyOf(500).replace('"]', 'a"]'), "{}", print());
    memory.flush();
    expect([again().rowsOf(0).length, again().rowsOf(1).length]).toEqual([500, 501]);
  });

  test("nothing new writes nothing, and one change writes its block alone", () => {
    const { again, flushed } = setting();
    const memory = filled(again(), 5_000);
    for (let n = 0; n < 5_000; n += 1) memory.find(keyOf(n));
    expect(flushed(memory)).toBe(0);
    memory.put(keyOf(2_345), "{}", print());
    expect(memory.isChanged).toBe(true);
    expect(flushed(memory)).toBe(1);
    expect(memory.isChanged).toBe(false);
    memory.delete("no such key");
    expect(flushed(memory)).toBe(0);
  });

  test("a block whose rows are all gone is gone", () => {
    const { sql, again } = setting();
    const memory = filled(again(), 2_500);
    for (let n = 0; n < 1_000; n += 1) memory.delete(keyOf(n));
    memory.flush();
    expect(sql.exec("SELECT first FROM known_rows")).toHaveLength(2);
    const later = again();
    expect([later.blocks, later.size]).toEqual([2, 1_500]);
    // The first block is gone: what comes before the second begins it anew.
    expect(later.find(keyOf(3))).toBeUndefined();
    later.put(keyOf(3), "{}", print());
    later.flush();
    expect([again().blocks, again().find(keyOf(3))?.number]).toEqual([3, 2_500]);
  });

  test("gives the number of no row that is there to another, whatever goes and comes, across restarts", () => {
    const deed = fc.tuple(fc.constantFrom("put", "put", "delete", "restart"), fc.nat({ max: 30 }));
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const { again } = setting();
        let memory = again();
        const expected = new Map<string, number>();
        for (const [what, n] of deeds) {
          if (what === "put") {
            const number = memory.put(keyOf(n), "{}", print());
            const before = expected.get(keyOf(n));
            if (before === undefined) expect([...expected.values()]).not.toContain(number);
            else expect(number).toBe(before);
            expected.set(keyOf(n), number);
          } else if (what === "delete") {
            memory.delete(keyOf(n));
            expected.delete(keyOf(n));
          } else {
            memory.flush();
            memory = again();
          }
          expect(memory.size).toBe(expected.size);
        }
      }),
    );
  });

  test("finds keys whose order in UTF-8 is not that in UTF-16", () => {
    // U+FFFD comes before a surrogate in UTF-8 and behind it in UTF-16.
    const { again } = setting();
    const memory = again();
    const keys = Array.from({ length: 3_000 }, (_, n) => `["${["\u{1F600}", "\uFFFD"][n % 2]}${n}"]`);
    for (const key of keys) memory.put(key, "{}", print());
    memory.flush();
    const later = again();
    expect(later.blocks).toBeGreaterThan(2);
    expect(keys.filter((key) => later.find(key) === undefined)).toEqual([]);
    expect(later.withPrefix('["\u{1F600}')).toHaveLength(1_500);
    expect(later.withPrefix('["\uFFFD')).toHaveLength(1_500);
    for (const key of keys) later.put(key, "{}", print());
    expect(later.size).toBe(3_000);
  });

  test("finds the rows of one device, and of no other whose name begins like it, in however many blocks they lie", () => {
    const { again } = setting();
    const memory = again();
    for (const device of ["c", "a", "ab", "b"])
      for (let n = 0; n < 1_300; n += 1) memory.put(JSON.stringify([device, n]), "{}", print());
    memory.put('["b"]', "{}", print());
    memory.flush();
    const later = again();
    expect(later.withPrefix('["a"')).toHaveLength(1_300);
    expect(later.withPrefix('["b"')).toHaveLength(1_301);
    expect(later.withPrefix('["0"')).toEqual([]);
    expect(later.withPrefix('["d"')).toEqual([]);
    expect(new RowMemory(new Empty(), "things").withPrefix("x")).toEqual([]);
  });

  test("keeps what is not written of any number of blocks", () => {
    const { again } = setting();
    const memory = filled(again(), 20_000);
    for (let n = 0; n < 20_000; n += 1_000) memory.put(keyOf(n), "changed", print());
    for (let n = 0; n < 20_000; n += 1) memory.find(keyOf(n));
    memory.flush();
    const later = again();
    for (let n = 0; n < 20_000; n += 1_000) expect(later.find(keyOf(n))?.names).toBe("changed");
  });

  test("thirty thousand applications take less than 6 MB", () => {
    const { sql, again } = setting();
    const memory = again();
    for (let n = 0; n < 30_000; n += 1) {
      const device = `5d0e9b77-1f3a-4c52-9f5e-${String(Math.floor(n / 100)).padStart(12, "0")}`;
      const bundle = `com.vendor-${n % 100}.application-${(n * 7) % 100}`;
      const path = `/Applications/Application ${n % 100}.app`;
      const entries = {
        bundle_id: n % 100,
        path: n % 100,
        version: (n * 31) % 977,
        name: n % 100,
        size: n * 2_654_435,
      };
      memory.put(JSON.stringify([device, bundle, path]), JSON.stringify({ bundle_id: bundle, path }), print(entries));
    }
    memory.flush();
    const [row] = sql.exec<{ bytes: number }>("SELECT SUM(LENGTH(body)) AS bytes FROM known_rows");
    expect(row?.bytes).toBeLessThan(6_000_000);
    const [longest] = sql.exec<{ bytes: number }>("SELECT MAX(LENGTH(body)) AS bytes FROM known_rows");
    expect(longest?.bytes).toBeLessThan(200_000);
  });
});

class Empty extends NodeSql {
  constructor() {
    super();
    migrate(this);
  }
}
