import type { Sql } from "../ports.ts";
import { runMigrations } from "../sqlite.ts";

/**
 * The tables of a tenant's object, numbered and append-only: a landed migration is never edited. `docs/storage.md` says
 * what each table holds. Rows written are what Durable Objects bill, so hot tables are WITHOUT ROWID and have no index.
 */
const migrations: readonly string[] = [
  `CREATE TABLE documents (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE lanes (
     dataset TEXT NOT NULL, stream TEXT NOT NULL, appended INTEGER NOT NULL, shared INTEGER NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (dataset, stream)) WITHOUT ROWID;
   CREATE TABLE seen (
     dataset TEXT NOT NULL, chunk INTEGER NOT NULL, ids TEXT NOT NULL,
     PRIMARY KEY (dataset, chunk)) WITHOUT ROWID;
   CREATE TABLE ranges (
     id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, destination TEXT, reason TEXT NOT NULL,
     expected INTEGER NOT NULL, state TEXT NOT NULL);
   CREATE TABLE segments (
     id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, stream TEXT NOT NULL, destination TEXT,
     first INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL, collected_at INTEGER NOT NULL,
     body TEXT NOT NULL);
   CREATE TABLE overflow (
     owner TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (owner, part)) WITHOUT ROWID;
   CREATE TABLE offsets (
     destination TEXT NOT NULL, dataset TEXT NOT NULL, stream TEXT NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL,
     PRIMARY KEY (destination, dataset, stream)) WITHOUT ROWID;
   CREATE TABLE dead_letters (
     id INTEGER PRIMARY KEY AUTOINCREMENT, dataset TEXT NOT NULL, destination TEXT NOT NULL, record_id TEXT,
     status INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL);`,
  `CREATE TABLE chain (
     destination TEXT NOT NULL, last INTEGER NOT NULL, first INTEGER NOT NULL, generation TEXT NOT NULL,
     before TEXT NOT NULL, mac TEXT NOT NULL, entries TEXT NOT NULL,
     PRIMARY KEY (destination, last)) WITHOUT ROWID;`,
  `CREATE TABLE known_rows (
     dataset TEXT NOT NULL, first TEXT NOT NULL, rows INTEGER NOT NULL, newest INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (dataset, first)) WITHOUT ROWID;
   CREATE TABLE device_lists (
     dataset TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (dataset, part)) WITHOUT ROWID;`,
  `ALTER TABLE seen ADD COLUMN oldest INTEGER;
   ALTER TABLE seen ADD COLUMN newest INTEGER;`,
  `ALTER TABLE segments ADD COLUMN hours TEXT;
   ALTER TABLE dead_letters ADD COLUMN hour INTEGER;`,
];

/** Brings the tables of a tenant to the newest shape; refuses a state that a newer version wrote. */
export function migrate(sql: Sql): void {
  runMigrations(sql, { of: "this tenant", table: "migrations", steps: migrations });
}
