import { DatabaseSync } from "node:sqlite";
import type { Row, Sql } from "../../src/ports.ts";

/** SQLite of Node behind the engine's port. */
export class NodeSql implements Sql {
  readonly #database = new DatabaseSync(":memory:");
  #depth = 0;
  /** Statements that wrote, whether they changed anything or not. */
  writes = 0;
  /** The process is killed at this many transactions from now, `before` or `after` the commit. */
  kill: { in: number; readonly when: "before" | "after" } | undefined;

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
      const isDue = this.#isKillDue();
      if (isDue === "before") throw new Error("The process is killed");
      this.#database.exec("COMMIT");
      if (isDue === "after") throw new Error("The process is killed");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  /** It was killed, and nobody has taken note yet. */
  isKilled = false;

  #isKillDue(): "before" | "after" | undefined {
    if (this.kill === undefined) return undefined;
    this.kill.in -= 1;
    if (this.kill.in > 0) return undefined;
    const { when } = this.kill;
    this.kill = undefined;
    this.isKilled = true;
    return when;
  }
}
