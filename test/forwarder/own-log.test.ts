import { describe, expect, it } from "vitest";
import type { Query } from "../../src/datasets/dataset.ts";
import { Journal } from "../../src/forwarder/journal.ts";
import { entryOf, itself, type Deed } from "../../src/journal/entry.ts";
import { NodeSql } from "../tenant/node-sql.ts";

/** A page of the journal as a log: what a tenant's collector asks, in microseconds. */

const at = Date.parse("2026-05-01T08:30:00.500Z");
const micros = at * 1_000;
const journal = (...deeds: readonly (Partial<Deed> & { readonly at?: number })[]): Journal => {
  const made = new Journal(new NodeSql(), { keptMs: 1e12 });
  for (const { at: when = at, ...deed } of deeds)
    made.append(
      entryOf({ action: "PAUSE", result: "SUCCEEDED", actor: itself, static: { tenant: "acme" }, ...deed }, when),
    );
  return made;
};
const named = (index: number) => ({ details: { index } });
const read = (
  log: Journal,
  query: Partial<Query> = {},
  whose: Parameters<Journal["log"]>[1] = { tenant: "acme" },
): { found: unknown[]; next: string | null } => {
  const text = log.log("forwarder-journal", whose, { limit: 10, since: 0, order: "time", ...query });
  const { entries, next } = JSON.parse(text) as {
    entries: { actionDetails?: { index: unknown } }[];
    next: string | null;
  };
  return { found: entries.map(({ actionDetails }) => actionDetails?.index), next };
};

describe("a page of the forwarder's log", () => {
  it("has both ends of what is asked for, to the microsecond", () => {
    const log = journal(named(1));
    const count = (query: Partial<Query>): number => read(log, query).found.length;
    expect([count({ since: micros }), count({ since: micros + 1 })]).toEqual([1, 0]);
    expect([count({ until: micros }), count({ until: micros - 1 })]).toEqual([1, 0]);
  });

  it("is the oldest first, as much as is wanted, and says whether there is more", () => {
    const log = journal({ ...named(2), at: at + 1 }, named(1), { ...named(3), at: at + 2 });
    expect(read(log, { limit: 3 })).toEqual({ found: [1, 2, 3], next: null });
    expect(read(log, { limit: 2 }).found).toEqual([1, 2]);
    expect(read(log, { limit: 2 }).next).not.toBeNull();
  });

  it("goes on behind its cursor where entries share a moment", () => {
    const log = journal(named(1), named(2), named(3));
    const first = read(log, { limit: 2, order: "id" });
    expect(first.found).toEqual([1, 2]);
    expect(read(log, { limit: 2, order: "id", cursor: first.next ?? "" })).toEqual({ found: [3], next: null });
  });

  it("has what concerns nobody who is there, however many are", () => {
    const log = journal({ ...named(1), static: {} }, { ...named(2), static: { tenant: "gone" } }, named(3));
    const others = ["acme", ...Array.from({ length: 300 }, (_, index) => `tenant-${index}`)];
    expect(read(log, {}, { others }).found).toEqual([1, 2]);
  });

  it("looks at no entry outside of the time that is asked for", () => {
    const sql = new NodeSql();
    expect(new Journal(sql, { keptMs: 1e12 })).toBeDefined();
    const plan = sql.exec<{ detail: string }>(
      "EXPLAIN QUERY PLAN SELECT id, body FROM journal WHERE at >= ? ORDER BY at, id",
      0,
    );
    expect(plan.map(({ detail }) => detail).join()).toContain("USING INDEX journal_at");
  });
});
