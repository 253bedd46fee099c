import { DatabaseSync } from "node:sqlite";
import type { Row, Sql } from "../../src/ports.ts";

/** SQLite of Node behind the engine's port. */
export class NodeSql implements Sql {
  readonly #database = new DatabaseSync(":memory:");
  #depth = 0;
  /** Statements that wrote, whether they changed anything or not. */
  writes = 0;

  exec<R extends Row = Row>(query: string, ...bindings: (string | number | null)[]): R[] {
    if (/^\s*(INSERT|UPDATE|DELETE)/i.test(query)) this.writes += 1;
    return this.#database.prepare(query).all(...bindings) as R[];
  }

  transaction<T>(work: () => T): T {
    if (this.#depth > 0) throw new Error("A transaction inside a transaction");
    this.#depth += 1;
    this.#database.exec("BEGIN");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }
}
