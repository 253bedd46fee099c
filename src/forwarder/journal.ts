import { journalEntry, type JournalEntry } from "../journal/entry.ts";
import type { JournalPage, JournalQuery } from "../journal/query.ts";
import type { OwnName, Query } from "../datasets/dataset.ts";
import type { Sql } from "../ports.ts";
import { runMigrations, type Migrations } from "../sqlite.ts";
import { pageOfLog, type Whose } from "./own-log.ts";

/** The tables of the forwarder object, numbered and append-only: a landed step is never edited. */
const migrations: Migrations = {
  of: "the forwarder",
  table: "journal_migrations",
  steps: [
    `CREATE TABLE journal (
       id INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, result TEXT NOT NULL, actor TEXT NOT NULL,
       actor_name TEXT NOT NULL, tenant TEXT, body TEXT NOT NULL);`,
    // Who collects the journal asks for what is new every minute, and would look through all of it each time.
    "CREATE INDEX journal_at ON journal (at);",
  ],
};

/** Beyond this the oldest go, whatever their age: some 200 MB. */
const mostEntries = 250_000;
/** A page looks through so many entries at most, so that its cost does not grow with what is kept. */
export const mostLookedThrough = 20_000;
/** Failed attempts of one actor that are written within an hour: who may only see must not be able to push out the rest. */
export const mostFailedPerHour = 20;
const hourMs = 3_600_000;
/** Among so many of the newest entries they are counted. */
const mostCounted = 1_000;
/** Entries that one writing deletes at most: more than it adds, so that what is too old goes. */
const prunedAtOnce = 1_000;

interface Bounds {
  readonly keptMs: number;
  readonly mostEntries?: number;
}

/** The store of the journal: one row an entry and one in its index, never changed, deleted only by age or number. */
export class Journal {
  readonly #sql: Sql;
  readonly #keptMs: number;
  readonly #most: number;

  /** Throws when a newer version wrote the tables. */
  constructor(sql: Sql, { keptMs, mostEntries: most = mostEntries }: Bounds) {
    runMigrations(sql, migrations);
    this.#sql = sql;
    this.#keptMs = keptMs;
    this.#most = most;
  }

  /** An attempt that somebody made: written, unless he fails too often. Throws as `append` does. */
  appendAttempt(entry: JournalEntry): void {
    const written = this.#withinShare(entry);
    if (written !== undefined) this.append(written);
  }

  /** Throws for an entry that has not exactly the attributes of the contract. */
  append(entry: JournalEntry): void {
    const { timestamp, actionName, actionResult, actor, actionParams } = journalEntry.parse(entry);
    const at = Date.parse(timestamp);
    this.#sql.exec(
      "INSERT INTO journal (at, action, result, actor, actor_name, tenant, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
      at,
      actionName,
      actionResult,
      actor.id.toLowerCase(),
      (actor.name ?? "").toLowerCase(),
      typeof actionParams?.static["tenant"] === "string" ? actionParams.static["tenant"] : null,
      JSON.stringify(entry),
    );
    this.prune(at);
  }

  /** Deletes what is too old or too much, the oldest first and not all at once; costs one row read when there is nothing to do. */
  prune(now: number): void {
    const [ends] = this.#sql.exec<{ first: number | null; last: number | null }>(
      "SELECT (SELECT id FROM journal ORDER BY id LIMIT 1) AS first, (SELECT id FROM journal ORDER BY id DESC LIMIT 1) AS last",
    );
    const { first = null, last = null } = ends ?? {};
    if (first === null || last === null) return;
    const [oldest] = this.#sql.exec<{ at: number }>("SELECT at FROM journal WHERE id = ?", first);
    const tooMany = last - this.#most;
    if (first > tooMany && (oldest?.at ?? now) >= now - this.#keptMs) return;
    // The newest stays, so that no number is given twice.
    this.#sql.exec(
      "DELETE FROM journal WHERE id < ? AND (at < ? OR id <= ?)",
      Math.min(first + prunedAtOnce, last),
      now - this.#keptMs,
      tooMany,
    );
  }

  /** Newest first. What is too old is not shown, deleted or not. */
  page(query: JournalQuery, now: number): JournalPage {
    const { before, limit } = query;
    const [newest] = this.#sql.exec<{ id: number }>("SELECT id FROM journal ORDER BY id DESC LIMIT 1");
    const top = Math.min(before ?? Infinity, (newest?.id ?? 0) + 1);
    const bottom = top - mostLookedThrough;
    const [condition, values] = conditionOf(query, now - this.#keptMs);
    const rows = this.#sql.exec<{ id: number; body: string }>(
      `SELECT id, body FROM journal WHERE id < ? AND id >= ? AND ${condition} ORDER BY id DESC LIMIT ?`,
      top,
      bottom,
      ...values,
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const entries = shown.map(({ body }) => JSON.parse(body) as JournalEntry);
    if (rows.length > limit) return { entries, next: shown.at(-1)?.id ?? null };
    const [older] = this.#sql.exec<{ at: number }>(
      "SELECT at FROM journal WHERE id < ? ORDER BY id DESC LIMIT 1",
      bottom,
    );
    // Clocks of Workers differ a little: an hour is more than they do.
    const isEnd = (older?.at ?? -Infinity) < Math.max(query.since ?? 0, now - this.#keptMs) - hourMs;
    return { entries, next: isEnd ? null : bottom };
  }

  /** A page of it as a log that tenants collect. */
  log(name: OwnName, whose: Whose, query: Query): string {
    return pageOfLog(this.#sql, name, whose, query);
  }

  /** `undefined` where this actor failed too often within the hour; the last one that is written says so. */
  #withinShare(entry: JournalEntry): JournalEntry | undefined {
    if (entry.actionResult !== "FAILED") return entry;
    const [newest] = this.#sql.exec<{ id: number }>("SELECT id FROM journal ORDER BY id DESC LIMIT 1");
    const [failed] = this.#sql.exec<{ count: number }>(
      "SELECT COUNT(*) AS count FROM journal WHERE id > ? AND at > ? AND result = 'FAILED' AND actor = ?",
      (newest?.id ?? 0) - mostCounted,
      Date.parse(entry.timestamp) - hourMs,
      entry.actor.id.toLowerCase(),
    );
    const count = failed?.count ?? 0;
    if (count >= mostFailedPerHour) return undefined;
    if (count < mostFailedPerHour - 1) return entry;
    const note = `Further failed attempts of this actor are not written until an hour has fewer than ${mostFailedPerHour}`;
    return { ...entry, actionDetails: { ...entry.actionDetails, note } };
  }
}

function conditionOf(query: JournalQuery, oldest: number): [string, (string | number)[]] {
  const { since, until, actor, action, tenant, result } = query;
  const terms: [string, (string | number)[]][] = [["at >= ?", [Math.max(since ?? oldest, oldest)]]];
  if (until !== undefined) terms.push(["at <= ?", [until]]);
  if (actor !== undefined) terms.push(["(actor = ? OR actor_name = ?)", [actor.toLowerCase(), actor.toLowerCase()]]);
  if (action !== undefined) terms.push(["action = ?", [action]]);
  if (tenant !== undefined) terms.push(["tenant = ?", [tenant]]);
  if (result !== undefined) terms.push(["result = ?", [result]]);
  return [terms.map(([text]) => text).join(" AND "), terms.flatMap(([, values]) => values)];
}
