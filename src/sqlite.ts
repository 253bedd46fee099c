import type { Row, Sql } from "./ports.ts";

/** The SQLite of a Durable Object as the port that rooms know, and the numbered migrations of its tables. */
export const sqlOf = (storage: DurableObjectStorage): Sql => ({
  exec: <R extends Row>(query: string, ...bindings: (string | number | null)[]) =>
    storage.sql.exec(query, ...bindings).toArray() as unknown as R[],
  transaction: (work) => storage.transactionSync(work),
});

/** Tables that are made in numbered, append-only steps: a landed step is never edited. */
export interface Migrations {
  /** Whose tables these are, as an error says it. */
  readonly of: string;
  /** Where it is written down how many steps ran. */
  readonly table: string;
  /** Statements, separated by `;`. */
  readonly steps: readonly string[];
}

/** Brings the tables to the newest shape; refuses a state that a newer version wrote, so that a roll-back never corrupts. */
export function runMigrations(sql: Sql, { of, table, steps }: Migrations): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS ${table} (version INTEGER PRIMARY KEY)`);
  const [row] = sql.exec<{ version: number | null }>(`SELECT MAX(version) AS version FROM ${table}`);
  const version = row?.version ?? 0;
  if (version > steps.length) {
    throw new Error(
      `Cannot open the state of ${of}: it has version ${version} and this program knows ${steps.length}; deploy the newer program again`,
    );
  }
  steps.slice(version).forEach((step, index) => {
    sql.transaction(() => {
      for (const statement of step.split(";").filter((text) => text.trim() !== "")) sql.exec(statement);
      sql.exec(`INSERT INTO ${table} (version) VALUES (?)`, version + index + 1);
    });
  });
}
