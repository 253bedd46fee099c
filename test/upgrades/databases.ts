/**
 * What the local runtime keeps of Durable Objects, as plain data and back: SQLite files in `v3/do/<worker>-<class>/`. Text
 * loses nothing of them, is the same wherever it was made, and can be read.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

/** Integers beyond 2^53 and blobs have no JSON of their own. */
export type StoredValue = string | number | null | { readonly integer: string } | { readonly blob: string };

export interface StoredTable {
  readonly name: string;
  /** The statement that makes it. */
  readonly sql: string;
  readonly rows: readonly (readonly StoredValue[])[];
  /** The statements that make its indexes; absent where it has none of its own. */
  readonly indexes?: readonly string[];
}

export interface StoredDatabase {
  /** From the folder of the state. */
  readonly path: string;
  readonly tables: readonly StoredTable[];
}

const objects = "v3/do";

/** Every database of objects below `state`, once nobody has them open: also what is only in a write-ahead log. */
export function readDatabases(state: string): StoredDatabase[] {
  return readdirSync(join(state, objects), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sqlite"))
    .toSorted()
    .map((path) => ({ path: `${objects}/${path}`, tables: readTables(join(state, objects, path)) }));
}

function readTables(file: string): StoredTable[] {
  const database = new DatabaseSync(file);
  try {
    const schema = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").all();
    // Nothing that is kept so far has a view or a trigger; a version that has them must say so here.
    const strange = schema.filter(({ type, sql }) => type !== "table" && type !== "index" && sql !== null);
    if (strange.length > 0) throw new Error(`${file} has more than tables and indexes: ${JSON.stringify(strange)}`);
    return schema
      .filter(({ type }) => type === "table")
      .map(({ name, sql }) => {
        // Those that SQLite makes by itself have no statement.
        const own = schema.filter((one) => one["type"] === "index" && one["tbl_name"] === name && one["sql"] !== null);
        const indexes = own.map((index) => String(index["sql"]));
        const table = { name: String(name), sql: String(sql), rows: rowsOf(database, String(name)) };
        return indexes.length === 0 ? table : { ...table, indexes };
      });
  } finally {
    database.close();
  }
}

function rowsOf(database: DatabaseSync, table: string): StoredValue[][] {
  const statement = database.prepare(`SELECT * FROM "${table}"`);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return (statement.all() as unknown as SQLOutputValue[][]).map((row) => row.map(stored));
}

function stored(value: SQLOutputValue): StoredValue {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { integer: String(value) };
  }
  return value instanceof Uint8Array ? { blob: Buffer.from(value).toString("base64") } : value;
}

/** Puts databases where the runtime looks for them. */
export function writeDatabases(state: string, databases: readonly StoredDatabase[]): void {
  for (const { path, tables } of databases) {
    const file = join(state, path);
    mkdirSync(dirname(file), { recursive: true });
    const database = new DatabaseSync(file);
    database.exec("BEGIN");
    writeTables(tables, {
      make: (sql) => database.exec(sql),
      insert: (sql, values) => database.prepare(sql).run(...values),
    });
    database.exec("COMMIT");
    database.close();
  }
}

interface Target {
  make(sql: string): unknown;
  insert(sql: string, values: readonly SQLInputValue[]): unknown;
}

export function writeTables(tables: readonly StoredTable[], target: Target): void {
  for (const { name, sql, rows, indexes = [] } of tables) {
    // SQLite makes this one by itself with the first table that counts, and counts what was put into that.
    target.make(name === "sqlite_sequence" ? "DELETE FROM sqlite_sequence" : sql);
    for (const row of rows) {
      target.insert(`INSERT INTO "${name}" VALUES (${row.map(() => "?").join(", ")})`, row.map(unstored));
    }
    for (const index of indexes) target.make(index);
  }
}

function unstored(value: StoredValue): SQLInputValue {
  if (typeof value !== "object" || value === null) return value;
  return "integer" in value ? BigInt(value.integer) : Buffer.from(value.blob, "base64");
}
