import { describe, expect, test } from "vitest";
import { Journal, mostFailedPerHour, mostLookedThrough } from "../../src/forwarder/journal.ts";
import { Watch } from "../../src/forwarder/watch.ts";
import type { ActionName } from "../../src/journal/actions.ts";
import { entryOf, itself, type ActionResult, type JournalEntry } from "../../src/journal/entry.ts";
import type { JournalQuery } from "../../src/journal/query.ts";
import type { RefusedAccess } from "../../src/journal/refused-access.ts";
import { NodeSql } from "../tenant/node-sql.ts";
import { aDestination, aReport } from "../web/sample.ts";

const t0 = Date.parse("2026-05-01T08:30:00.000Z");
const hour = 3_600_000;
const day = 24 * hour;
const keptMs = 5 * 365 * day;

function poll(at: number, more: { tenant?: string; actor?: string; result?: ActionResult; action?: ActionName } = {}) {
  const { tenant = "acme", actor = "ann@example.com", result = "SUCCEEDED", action = "POLL" } = more;
  return entryOf(
    { action, result, actor: { id: `id-of-${actor}`, type: "USER", name: actor }, static: { tenant } },
    at,
  );
}

const rowsOf = (sql: NodeSql): number => sql.exec<{ rows: number }>("SELECT COUNT(*) AS rows FROM journal")[0]!.rows;

function all(
  journal: Journal,
  now: number,
  query: Partial<JournalQuery> = {},
): { entries: JournalEntry[]; pages: number[] } {
  const entries: JournalEntry[] = [];
  const pages: number[] = [];
  for (let before: number | undefined; ;) {
    const page = journal.page({ limit: 100, ...query, before }, now);
    entries.push(...page.entries);
    pages.push(page.entries.length);
    if (page.next === null) return { entries, pages };
    before = page.next;
  }
}

describe("the store of the journal", () => {
  test("keeps entries as they are, one row each, newest first, across openings", () => {
    const sql = new NodeSql();
    const entries = [poll(t0), poll(t0 + 1), poll(t0 + 2)];
    for (const entry of entries) new Journal(sql, { keptMs }).append(entry);
    expect(new Journal(sql, { keptMs }).page({ limit: 10 }, t0 + 3)).toEqual({
      entries: entries.toReversed(),
      next: null,
    });
    expect(rowsOf(sql)).toBe(3);
    const { writes } = sql;
    new Journal(sql, { keptMs }).append(poll(t0 + 3));
    expect(sql.writes - writes).toBe(1);
  });

  test("takes nothing that is no entry", () => {
    const journal = new Journal(new NodeSql(), { keptMs });
    expect(() => journal.append({ ...poll(t0), token: "x" } as never)).toThrow();
    expect(journal.page({ limit: 10 }, t0).entries).toEqual([]);
  });

  test("is refused where a newer version wrote it", () => {
    const sql = new NodeSql();
    expect(new Journal(sql, { keptMs }).page({ limit: 1 }, t0).entries).toEqual([]);
    sql.exec("INSERT INTO journal_migrations (version) VALUES (99)");
    expect(() => new Journal(sql, { keptMs })).toThrow("deploy the newer program again");
  });

  test("is paged: n entries with a limit of n are one page, n + 1 are two, and none is met twice while others come", () => {
    const journal = new Journal(new NodeSql(), { keptMs });
    for (let index = 0; index < 7; index += 1) journal.append(poll(t0 + index));
    expect(all(journal, t0 + 9, { limit: 7 }).pages).toEqual([7]);
    expect(all(journal, t0 + 9, { limit: 6 }).pages).toEqual([6, 1]);
    const first = journal.page({ limit: 3 }, t0 + 9);
    journal.append(poll(t0 + 8));
    const second = journal.page({ limit: 9, before: first.next! }, t0 + 9);
    expect([...first.entries, ...second.entries].map(({ timestamp }) => Date.parse(timestamp) - t0)).toEqual([
      6, 5, 4, 3, 2, 1, 0,
    ]);
  });

  test("is filtered by each attribute, alone and together, both ends included", () => {
    const journal = new Journal(new NodeSql(), { keptMs });
    const given = [
      poll(t0),
      poll(t0 + 1, { tenant: "globex" }),
      poll(t0 + 2, { actor: "Bob@example.com" }),
      poll(t0 + 3, { result: "FAILED" }),
      poll(t0 + 4, { action: "PAUSE" }),
      entryOf({ action: "ACCESS_REFUSED", result: "FAILED", actor: itself }, t0 + 5),
    ];
    for (const entry of given) journal.append(entry);
    const found = (query: Partial<JournalQuery>) =>
      all(journal, t0 + 9, query).entries.map(({ timestamp }) => Date.parse(timestamp) - t0);
    expect(found({ since: t0 + 4 })).toEqual([5, 4]);
    expect(found({ until: t0 + 1 })).toEqual([1, 0]);
    expect(found({ since: t0 + 2, until: t0 + 2 })).toEqual([2]);
    expect(found({ tenant: "globex" })).toEqual([1]);
    expect(found({ actor: "BOB@example.com" })).toEqual([2]);
    expect(found({ actor: "id-of-bob@example.com" })).toEqual([2]);
    expect(found({ action: "PAUSE" })).toEqual([4]);
    expect(found({ result: "FAILED" })).toEqual([5, 3]);
    expect(found({ result: "FAILED", tenant: "acme" })).toEqual([3]);
    expect(found({ tenant: "acme' OR 1=1 --" })).toEqual([]);
  });

  test("looks through 20,000 entries for a page: what lies behind is found by the next", () => {
    const sql = new NodeSql();
    const journal = new Journal(sql, { keptMs });
    const fill = (count: number) =>
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         INSERT INTO journal (at, action, result, actor, actor_name, tenant, body) SELECT ${t0}, 'POLL', 'SUCCEEDED', 'x', 'x', 'x', '{}' FROM n`,
      );
    journal.append(poll(t0));
    fill(mostLookedThrough - 1);
    expect(all(journal, t0 + 1, { tenant: "acme" }).pages).toEqual([1]);
    fill(1);
    expect(all(journal, t0 + 1, { tenant: "acme" }).pages).toEqual([0, 1]);
    // What is surely older than asked for is not looked through.
    expect(all(journal, t0 + 2 * hour, { tenant: "acme", since: t0 + hour }).pages).toEqual([0, 0]);
    expect(all(journal, t0 + 2 * hour, { tenant: "acme", since: t0 + hour + 1 }).pages).toEqual([0]);
  });

  test("lets go of what is older than it is kept, and shows it no more at once", () => {
    const sql = new NodeSql();
    const journal = new Journal(sql, { keptMs: 10 * day });
    for (let index = 0; index < 5; index += 1) journal.append(poll(t0 + index * day));
    expect(all(journal, t0 + 10 * day).entries).toHaveLength(5);
    expect(all(journal, t0 + 10 * day + 1).entries).toHaveLength(4);
    journal.prune(t0 + 10 * day);
    expect(rowsOf(sql)).toBe(5);
    const { writes } = sql;
    journal.prune(t0 + 10 * day);
    expect(sql.writes).toBe(writes);
    journal.prune(t0 + 10 * day + 1);
    expect(rowsOf(sql)).toBe(4);
    // Also by writing; the newest of what is old stays in its place until something newer is written.
    journal.append(poll(t0 + 100 * day));
    expect([rowsOf(sql), all(journal, t0 + 100 * day).entries.length]).toEqual([1, 1]);
  });

  test("never gives a number twice, so that a cursor stays behind what came later", () => {
    const journal = new Journal(new NodeSql(), { keptMs: day });
    journal.append(poll(t0));
    const page = journal.page({ limit: 10 }, t0);
    journal.prune(t0 + 9 * day);
    journal.append(poll(t0 + 9 * day));
    expect(page.next).toBeNull();
    expect(all(journal, t0 + 9 * day).entries).toHaveLength(1);
  });

  test("is bounded in number: n entries stay, of n + 1 the oldest goes", () => {
    const sql = new NodeSql();
    const journal = new Journal(sql, { keptMs, mostEntries: 5 });
    for (let index = 0; index < 5; index += 1) journal.append(poll(t0 + index));
    expect(rowsOf(sql)).toBe(5);
    journal.append(poll(t0 + 5));
    expect(all(journal, t0 + 9).entries.map(({ timestamp }) => Date.parse(timestamp) - t0)).toEqual([5, 4, 3, 2, 1]);
    expect(rowsOf(sql)).toBe(5);
  });

  test("writes so many failed attempts of an actor within an hour, the last of them says so", () => {
    const journal = new Journal(new NodeSql(), { keptMs });
    const failed = (at: number, actor = "eve@example.com") =>
      journal.appendAttempt(poll(at, { actor, result: "FAILED" }));
    const count = (now: number) => all(journal, now).entries.length;
    for (let index = 0; index < mostFailedPerHour - 1; index += 1) failed(t0 + index);
    expect(all(journal, t0 + hour).entries.filter(({ actionDetails }) => actionDetails !== undefined)).toEqual([]);
    failed(t0 + 19);
    expect(journal.page({ limit: 1 }, t0 + hour).entries[0]?.actionDetails?.["note"]).toContain("not written");
    for (let index = 0; index < 100; index += 1) failed(t0 + 100);
    expect(count(t0 + hour)).toBe(mostFailedPerHour);
    // Others, and what succeeds, are not concerned.
    failed(t0 + 100, "ann@example.com");
    journal.appendAttempt(poll(t0 + 100, { actor: "eve@example.com" }));
    expect(count(t0 + hour)).toBe(mostFailedPerHour + 2);
    failed(t0 + hour - 1);
    expect(count(t0 + hour)).toBe(mostFailedPerHour + 2);
    failed(t0 + hour);
    expect(count(t0 + hour)).toBe(mostFailedPerHour + 3);
  });
});

describe("what the forwarder notices by itself", () => {
  /** Its memory may be lost at any time; keys and entries are what is left. */
  function watched() {
    const keys = new Map<string, unknown>();
    const entries: JournalEntry[] = [];
    const writes = { keys: 0 };
    const awake = () =>
      new Watch({
        keys: {
          get: <T>(key: string) => keys.get(key) as T | undefined,
          put: (key, value) => {
            writes.keys += 1;
            keys.set(key, value);
          },
        },
        transaction: (work) => work(),
        append: (entry) => void entries.push(entry),
      });
    return { awake, entries, writes, names: () => entries.map(({ actionName }) => actionName) };
  }

  test("changes of secrets, each once, across evictions, and an idle firing writes nothing", () => {
    const { awake, names, writes } = watched();
    awake().look({ TENANT_ACME: "a", DESTINATION_SIEM: "b" }, t0);
    expect(names()).toEqual(["SECRET_ADDED", "SECRET_ADDED"]);
    const { keys } = writes;
    const watch = awake();
    for (let firing = 0; firing < 60; firing += 1) watch.look({ TENANT_ACME: "a", DESTINATION_SIEM: "b" }, t0 + firing);
    for (let firing = 0; firing < 60; firing += 1)
      awake().look({ DESTINATION_SIEM: "b", TENANT_ACME: "a" }, t0 + firing);
    expect([names().length, writes.keys]).toEqual([2, keys]);
    awake().look({ TENANT_ACME: null }, t0 + 99);
    awake().look({ TENANT_ACME: null }, t0 + 100);
    expect(names().slice(2)).toEqual(["SECRET_REMOVED", "SECRET_INVALID"]);
    // A Worker of an older version, which does not tell.
    awake().look(undefined, t0 + 101);
    expect(names()).toHaveLength(4);
  });

  const refused = (count: number, at: number): RefusedAccess => ({
    since: at,
    until: at,
    counts: { noCredentials: 0, wrongToken: count, wrongAccessToken: 0, throttled: 0, crossSite: 0 },
    addresses: [],
  });

  test("refused access, one entry an hour however many isolates tell, and no count is lost by an eviction", () => {
    const { awake, entries } = watched();
    awake().refused(refused(1, t0), t0);
    for (let index = 1; index <= 500; index += 1) awake().refused(refused(3, t0 + index), t0 + index);
    expect(entries).toHaveLength(1);
    awake().look({}, t0 + hour - 1);
    expect(entries).toHaveLength(1);
    awake().look({}, t0 + hour);
    expect(entries.map(({ actionDetails }) => actionDetails?.["wrongToken"])).toEqual([1, 1_500]);
    awake().look({}, t0 + 3 * hour);
    expect(entries).toHaveLength(2);
    awake().refused(refused(7, t0 + 3 * hour), t0 + 3 * hour);
    expect(entries[2]?.actionDetails?.["wrongToken"]).toBe(7);
  });

  test("state that was deleted after 30 days: of a tenant, and of a destination that was absent", () => {
    const { awake, entries } = watched();
    awake().tenantForgotten("acme", t0);
    const before = aReport({
      destinations: [
        aDestination({ name: "gone", paused: true }),
        aDestination({ name: "siem" }),
        aDestination({ name: "moved" }),
      ],
    });
    const after = aReport({ destinations: [aDestination({ name: "siem" })] });
    awake().destinationsForgotten(before, after, t0);
    awake().destinationsForgotten(undefined, after, t0);
    awake().destinationsForgotten(after, after, t0);
    expect(entries.map(({ actionName, actionParams }) => [actionName, actionParams?.static])).toEqual([
      ["TENANT_FORGOTTEN", { tenant: "acme" }],
      ["DESTINATION_FORGOTTEN", { tenant: "acme", destination: "gone" }],
    ]);
  });
});
