import { createHash, createHmac, hkdfSync } from "node:crypto";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chains, entriesPerRow, keptEntries } from "../../src/spool/chain.ts";
import { beginning, ChainKey, evidenceOf, type Acceptance, type ChainEntry } from "../../src/spool/chain-entry.ts";
import type { Lane } from "../../src/spool/lanes.ts";
import { Offsets } from "../../src/spool/offsets.ts";
import type { Spool } from "../../src/spool/spool.ts";
import { migrate } from "../../src/tenant/migrations.ts";
import { NodeSql } from "../tenant/node-sql.ts";
import { history, live, redriven, spoolOf } from "./setting.ts";

const secret = "a key that the intake does not have";
const seal = { tenant: "acme", generation: "9f3a1b2c", key: new ChainKey(secret) };
const at = "2026-05-01T08:30:00.000Z";
const zeros = "0".repeat(64);

const acceptance = (number: number, lane: Lane = live): Acceptance => ({
  ...lane,
  id: `batch-${number}`,
  at,
  ...evidenceOf([`{"n":${number}}`]),
});

/** A destination accepts a batch: entry and offset are written as one. */
function accept(spool: Spool, number: number, lane: Lane = live, destination = "siem", with_ = seal): void {
  const offset = spool.offsets.get(destination, lane)!;
  spool.offsets.write(
    spool.chains.link({ ...offset, delivered: offset.delivered + 1 }, acceptance(number, lane), with_),
  );
}

function acceptMany(spool: Spool, count: number, from = 1): void {
  for (let number = from; number < from + count; number += 1) accept(spool, number);
}

/** The whole chain, page by page. */
function entriesOf(chains: Chains, destination = "siem", after = 0, rows = 64): ChainEntry[] {
  const entries: ChainEntry[] = [];
  for (let from = after; ;) {
    const page = chains.page(destination, from, rows);
    entries.push(...(JSON.parse(`[${page.entries}]`) as ChainEntry[]));
    if (!page.hasMore) return entries;
    expect(page.head.seq).toBeGreaterThan(from);
    from = page.head.seq;
  }
}

const rowsOf = (sql: NodeSql) =>
  sql.exec<{ destination: string; first: number; last: number }>("SELECT destination, first, last FROM chain");
const idsOf = (entries: readonly ChainEntry[]): string[] => entries.map(({ id }) => id);
const expectGapless = (entries: readonly ChainEntry[], first = 1): void =>
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => first + index));

describe("an entry", () => {
  test("is signed as docs/tamper-evidence.md says, with the one before it", () => {
    const { spool } = spoolOf(undefined, "siem");
    acceptMany(spool, 2);
    const [first, second] = entriesOf(spool.chains);
    const { generation } = spool.chains.page("siem", 0);
    const macOf = (before: string, { seq, id, digest, first: line }: ChainEntry): string =>
      createHmac("sha256", secret)
        .update(
          `${before}\n["acme","siem","${generation}",${seq},"audit-events","live","${id}","${at}",1,"${digest}","${line}","${seal.key.id}"]`,
        )
        .digest("hex");
    expect(first!.mac).toBe(macOf(zeros, first!));
    expect(second!.mac).toBe(macOf(first!.mac, second!));
  });

  test("has what sha256sum says of the lines, and the start of what it says of the first", () => {
    const lines = ['{"a":1}', '{"b":"ü"}'];
    const sum = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
    expect(evidenceOf(lines)).toEqual({
      records: 2,
      digest: sum('{"a":1}\n{"b":"ü"}\n'),
      first: sum('{"a":1}\n').slice(0, 16),
    });
  });

  const fields: readonly (keyof ChainEntry)[] = [
    "seq",
    "dataset",
    "stream",
    "id",
    "at",
    "records",
    "digest",
    "first",
    "key",
  ];
  test.each(fields)("with another %s has another link", (field) => {
    const chain = { tenant: "acme", destination: "siem", generation: "g" };
    const entry = { seq: 1, ...acceptance(1), key: seal.key.id };
    const other = { ...entry, [field]: typeof entry[field as "seq"] === "number" ? 2 : `${entry[field as "id"]}x` };
    expect(seal.key.link(chain, zeros, other)).not.toBe(seal.key.link(chain, zeros, entry));
  });

  test("of another tenant, destination or generation has another link", () => {
    const chain = { tenant: "acme", destination: "siem", generation: "g" };
    const others = [{ tenant: "beta" }, { destination: "archive" }, { generation: "h" }].map((one) => ({
      ...chain,
      ...one,
    }));
    const entry = { seq: 1, ...acceptance(1), key: seal.key.id };
    const macs = [chain, ...others].map((name) => seal.key.link(name, zeros, entry));
    expect(new Set(macs).size).toBe(4);
  });
});

describe("the key", () => {
  test("derived from the admin token is HKDF-SHA256 as hex digits, and is not the token", () => {
    const token = "admin-0123456789abcdef-admin";
    const hex = Buffer.from(hkdfSync("sha256", token, "", "kandji-forwarder chain key", 32)).toString("hex");
    expect(ChainKey.derivedFrom(token).id).toBe(new ChainKey(hex).id);
    expect(ChainKey.derivedFrom(token).id).not.toBe(new ChainKey(token).id);
  });

  test("is known by eight digits that do not lead to it, and prints as those alone", () => {
    const key = new ChainKey(secret);
    const id = createHash("sha256").update(`kandji-forwarder chain key id${secret}`).digest("hex").slice(0, 8);
    expect(key.id).toBe(id);
    expect([JSON.stringify(key), inspect(key, { showHidden: true }), JSON.stringify({ key })].join()).not.toContain(
      secret,
    );
    expect(ChainKey.none.id).toBeNull();
  });

  test("may change: the chain goes on under the new one", () => {
    const { spool } = spoolOf(undefined, "siem");
    accept(spool, 1);
    accept(spool, 2, live, "siem", { ...seal, key: new ChainKey("another key than the first") });
    accept(spool, 3, live, "siem", { ...seal, key: ChainKey.none });
    const entries = entriesOf(spool.chains);
    expectGapless(entries);
    expect(entries.map(({ key }) => key)).toEqual([seal.key.id, new ChainKey("another key than the first").id, null]);
  });
});

describe("a chain in the tables", () => {
  test(`costs no row until the tail has ${entriesPerRow} entries, then one`, () => {
    const { sql, spool } = spoolOf(undefined, "siem");
    acceptMany(spool, entriesPerRow - 1);
    expect(rowsOf(sql)).toEqual([]);
    acceptMany(spool, 1, entriesPerRow);
    expect(rowsOf(sql)).toEqual([{ destination: "siem", first: 1, last: entriesPerRow }]);
    acceptMany(spool, 1, entriesPerRow + 1);
    expect(rowsOf(sql)).toHaveLength(1);
    expect(spool.offsets.get("siem", live)?.chain?.tail).toHaveLength(1);
    expectGapless(entriesOf(spool.chains));
  });

  test("is one sequence over all lanes, whichever of them fills a row, and the same after a restart", () => {
    const step = fc.record({
      lane: fc.constantFrom<Lane>(live, history, redriven),
      restarts: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { sql, spool: fresh, again } = spoolOf(undefined, "siem");
        let spool = fresh;
        for (const [index, { lane, restarts }] of steps.entries()) {
          if (restarts === 0) spool = again();
          accept(spool, index + 1, lane);
        }
        const expected = steps.map(({ lane }, index) => [index + 1, lane.stream, `batch-${index + 1}`]);
        for (const { chains } of [spool, again()])
          expect(entriesOf(chains, "siem", 0, 2).map(({ seq, stream, id }) => [seq, stream, id])).toEqual(expected);
        expect(rowsOf(sql)).toHaveLength(Math.floor(steps.length / entriesPerRow));
        // A lane that rests carries what a row has taken from it; nobody's tail is longer than a row.
        for (const { chain } of spool.offsets.all()) expect(chain?.tail.length ?? 0).toBeLessThan(entriesPerRow);
        const { generation } = again().chains.standing("siem");
        expect(brokenLinks(entriesOf(spool.chains), generation)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  function brokenLinks(entries: readonly ChainEntry[], generation: string | null): number[] {
    const chain = { tenant: "acme", destination: "siem", generation: generation ?? "" };
    return entries.flatMap(({ mac, ...entry }, index) =>
      seal.key.link(chain, entries[index - 1]?.mac ?? zeros, entry) === mac ? [] : [entry.seq],
    );
  }

  test("of two destinations are two chains", () => {
    const { spool } = spoolOf(undefined, "siem", "archive");
    acceptMany(spool, 40);
    accept(spool, 41, live, "archive");
    expect(idsOf(entriesOf(spool.chains, "archive"))).toEqual(["batch-41"]);
    expect(entriesOf(spool.chains)).toHaveLength(40);
  });

  test("begins with an offset that an earlier version wrote", () => {
    const { sql, again } = spoolOf(undefined, "siem");
    expect(sql.exec<{ state: string }>("SELECT state FROM offsets")[0]?.state).not.toContain("chain");
    const spool = again();
    expect(spool.chains.standing("siem")).toEqual({ destination: "siem", generation: null, head: beginning });
    accept(spool, 1);
    expectGapless(entriesOf(again().chains));
  });

  test("keeps the offset's row far below what a row may have", () => {
    const { sql, spool } = spoolOf(undefined, "siem");
    const long = { ...seal, tenant: "t".repeat(63) };
    for (let number = 1; number < entriesPerRow; number += 1) {
      const offset = spool.offsets.get("siem", live)!;
      const id = `${"t".repeat(63)}_9f3a1b2c_behavioral-detections_redriven_9007199254740991_1000_0123abcd-1_1000-1000-abcdefgh`;
      spool.offsets.write(spool.chains.link(offset, { ...acceptance(number), id }, long));
    }
    const [row] = sql.exec<{ size: number }>("SELECT MAX(LENGTH(state)) AS size FROM offsets");
    expect(row?.size).toBeLessThan(20_000);
  });

  test("goes when its destination is forgotten, and a later one is another chain", () => {
    const { sql, spool, again } = spoolOf(undefined, "siem", "archive");
    acceptMany(spool, 40);
    accept(spool, 1, live, "archive");
    const { generation } = spool.chains.standing("siem");
    spool.leave("siem");
    expect(rowsOf(sql)).toEqual([]);
    expect(entriesOf(again().chains, "siem")).toEqual([]);
    expect(entriesOf(spool.chains, "archive")).toHaveLength(1);
    spool.join("siem", live);
    const offset = spool.offsets.get("siem", live)!;
    spool.offsets.write(spool.chains.link(offset, { ...acceptance(1), at: "2026-06-01T08:30:00.000Z" }, seal));
    expectGapless(entriesOf(spool.chains));
    expect(spool.chains.standing("siem").generation).not.toBe(generation);
  });
});

describe("the bound", () => {
  const bounded = (kept: number) => {
    const { sql, spool } = spoolOf(undefined, "siem");
    const chains = new Chains(sql, spool.offsets, kept);
    const accept_ = (number: number): void => {
      spool.offsets.write(chains.link(spool.offsets.get("siem", live)!, acceptance(number), seal));
    };
    return { sql, chains, accept: accept_, again: () => new Chains(sql, new Offsets(sql), kept) };
  };

  test("is 100,000 entries for each destination", () => {
    expect(keptEntries).toBe(100_000);
  });

  test.each([
    { kept: 2 * entriesPerRow, first: entriesPerRow + 1 },
    { kept: 2 * entriesPerRow + 1, first: 1 },
  ])(
    "keeps the newest $kept entries of three rows, and lets the oldest row go when they are without it",
    ({ kept, first }) => {
      const { chains, accept: add, again } = bounded(kept);
      for (let number = 1; number <= 3 * entriesPerRow; number += 1) add(number);
      for (const one of [chains, again()]) {
        const entries = entriesOf(one);
        expectGapless(entries, first);
        expect(entries.at(-1)?.seq).toBe(3 * entriesPerRow);
        expect(entries.length).toBeGreaterThanOrEqual(kept);
      }
    },
  );

  test("does not tear the chain: what is left says to what it is linked", () => {
    const whole = bounded(1_000);
    const cut = bounded(entriesPerRow);
    for (let number = 1; number <= 100; number += 1) for (const one of [whole, cut]) one.accept(number);
    const all = entriesOf(whole.chains);
    const page = cut.chains.page("siem", 0);
    expect(page.before).toEqual({ seq: 64, mac: all[63]!.mac });
    expect(entriesOf(cut.chains)).toEqual(all.slice(64));
  });
});

describe("a page", () => {
  const { sql, spool } = spoolOf(undefined, "siem");
  acceptMany(spool, 70);
  accept(spool, 71, history);
  const all = entriesOf(spool.chains);
  const { head, generation } = spool.chains.standing("siem");

  test.each(Array.from({ length: 74 }, (_, after) => after))(
    "behind %i has what follows, and says to what it is linked",
    (after) => {
      const page = spool.chains.page("siem", after);
      const rest = all.slice(after);
      const before = after === 0 ? beginning : { seq: Math.min(after, 71), mac: (all[after - 1] ?? all.at(-1))!.mac };
      expect(page).toEqual({ generation, before, head, hasMore: false, entries: JSON.stringify(rest).slice(1, -1) });
    },
  );

  test("has so many rows at the most, and the last one the tail too", () => {
    const pages = [1, 2, 3].map((rows) => spool.chains.page("siem", 0, rows));
    expect(pages.map((page) => [page.head.seq, page.hasMore])).toEqual([
      [32, true],
      [71, false],
      [71, false],
    ]);
    expect(spool.chains.page("siem", 32, 1)).toMatchObject({ before: { seq: 32 }, head: { seq: 71 }, hasMore: false });
  });

  test("of a chain that has not begun is empty", () => {
    const fresh = new NodeSql();
    migrate(fresh);
    const page = new Chains(fresh, new Offsets(fresh)).page("nobody", 0);
    expect(page).toEqual({ generation: null, before: beginning, entries: "", head: beginning, hasMore: false });
    expect(sql.exec("SELECT * FROM chain")).toHaveLength(2);
  });
});
