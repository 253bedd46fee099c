import type { Sql } from "../ports.ts";

/** Small named JSON documents, one row each. Writing one that has not changed costs nothing. */
export class Documents {
  readonly #sql: Sql;
  readonly #known = new Map<string, string>();

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const { name, body } of sql.exec<{ name: string; body: string }>("SELECT name, body FROM documents")) {
      this.#known.set(name, body);
    }
  }

  read<T>(name: string): T | undefined {
    const body = this.#known.get(name);
    return body === undefined ? undefined : (JSON.parse(body) as T);
  }

  write(name: string, document: unknown): void {
    const body = JSON.stringify(document);
    if (this.#known.get(name) === body) return;
    this.#sql.exec("INSERT OR REPLACE INTO documents (name, body) VALUES (?, ?)", name, body);
    this.#known.set(name, body);
  }

  delete(name: string): void {
    if (!this.#known.delete(name)) return;
    this.#sql.exec("DELETE FROM documents WHERE name = ?", name);
  }

  names(): string[] {
    return [...this.#known.keys()];
  }
}
