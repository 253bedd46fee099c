import { DatabaseSync, type StatementSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import { Killed, type Life } from "./life.ts";

/** Where a program may be killed. */
export type Point =
  | "before a statement"
  | "before a commit"
  | "after a commit"
  | "before a request leaves"
  | "while a request is answered";

/** What a transaction ends with that the platform could not commit; programs tell errors of their own by their names. */
export class DiskFailure extends Error {
  override readonly name = "DiskFailure";

  constructor() {
    super("The disk failed");
  }
}

/** What a Durable Object keeps on disk: SQLite, keys beside it, its one alarm. It outlives every program that uses it. */
export class Disk {
  readonly #database = new DatabaseSync(":memory:");
  /** Prepared once; with each, whether it writes. */
  readonly #statements = new Map<string, readonly [statement: StatementSync, writes: boolean]>();
  /** Rows that were written, as far as SQLite tells: inserted, updated, deleted, and alarms that were set. */
  rowsWritten = 0;
  alarmAt: number | null = null;

  constructor() {
    this.#database.exec("CREATE TABLE _kv (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
  }

  run(query: string, bindings: readonly (string | number | null | Uint8Array)[]): unknown[] {
    const [statement, writes] = this.#statements.get(query) ?? this.#prepare(query);
    const rows = statement.all(...bindings);
    if (writes) this.rowsWritten += 1;
    return rows;
  }

  #prepare(query: string): readonly [statement: StatementSync, writes: boolean] {
    const writes = /^\s*(INSERT|UPDATE|DELETE)/i.test(query);
    const prepared = [this.#database.prepare(query), writes] as const;
    // The schema may change with a migration: only what is read and written every day is kept.
    if (writes || /^\s*SELECT/i.test(query)) this.#statements.set(query, prepared);
    return prepared;
  }

  begin(): void {
    this.#database.exec("BEGIN");
  }

  commit(): void {
    this.#database.exec("COMMIT");
  }

  rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  clear(): void {
    const tables = this.#database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    this.#statements.clear();
    for (const { name } of tables) {
      const isOwn = String(name) === "_kv" || String(name).startsWith("sqlite_");
      this.#database.exec(isOwn ? `DELETE FROM "${String(name)}"` : `DROP TABLE "${String(name)}"`);
    }
    this.alarmAt = null;
  }

  close(): void {
    this.#database.close();
  }
}

/**
 * The storage of a Durable Object as one program sees it (https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/),
 * as far as this forwarder uses it. `reach` is told of each point where the program may be killed, and throws when it is.
 */
export function storageOf(disk: Disk, life: Life, reach: (point: Point) => void) {
  let isInTransaction = false;
  const enter = (): void => {
    if (life.isOver) throw new Killed();
    reach("before a statement");
  };
  const exec = (query: string, ...bindings: (string | number | null)[]) => {
    enter();
    const rows = disk.run(query, bindings);
    return { toArray: () => rows };
  };
  const transactionSync = <T>(work: () => T): T => {
    if (isInTransaction) throw new Error("A transaction inside a transaction");
    enter();
    isInTransaction = true;
    disk.begin();
    try {
      const result = work();
      reach("before a commit");
      disk.commit();
      reach("after a commit");
      return result;
    } catch (error) {
      disk.rollBack();
      throw error;
    } finally {
      isInTransaction = false;
    }
  };
  return {
    sql: { exec },
    transactionSync,
    kv: keysOf(disk, enter),
    getAlarm: async () => disk.alarmAt,
    setAlarm: async (at: number) => {
      enter();
      disk.alarmAt = at;
      disk.rowsWritten += 1;
    },
    deleteAlarm: async () => {
      enter();
      disk.alarmAt = null;
    },
    deleteAll: async () => {
      enter();
      disk.clear();
    },
  };
}

function keysOf(disk: Disk, enter: () => void) {
  const valueOf = (row: unknown): unknown => deserialize((row as { value: Uint8Array }).value);
  return {
    get: (key: string): unknown => {
      enter();
      const [row] = disk.run("SELECT value FROM _kv WHERE key = ?", [key]);
      return row === undefined ? undefined : valueOf(row);
    },
    put: (key: string, value: unknown): void => {
      enter();
      disk.run("INSERT OR REPLACE INTO _kv (key, value) VALUES (?, ?)", [key, serialize(value)]);
    },
    delete: (key: string): boolean => {
      enter();
      return disk.run("DELETE FROM _kv WHERE key = ? RETURNING key", [key]).length > 0;
    },
    list: ({ prefix }: { readonly prefix: string }): [string, unknown][] => {
      enter();
      return disk
        .run("SELECT key, value FROM _kv WHERE substr(key, 1, ?) = ? ORDER BY key", [prefix.length, prefix])
        .map((row) => [(row as { key: string }).key, valueOf(row)]);
    },
  };
}
