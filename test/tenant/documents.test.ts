import { describe, expect, test } from "vitest";
import type { Row, Sql } from "../../src/ports.ts";
import { Documents } from "../../src/tenant/documents.ts";
import { migrate } from "../../src/tenant/migrations.ts";
import { NodeSql } from "./node-sql.ts";

describe("documents", () => {
  test("are read as they were written, at once and anew; one that has not changed is not written again", () => {
    const inner = new NodeSql();
    migrate(inner);
    const written: string[] = [];
    const sql: Sql = {
      transaction: (work) => inner.transaction(work),
      exec: <R extends Row>(query: string, ...bindings: (string | number | null)[]) => {
        if (!query.startsWith("SELECT")) written.push(query.split(" ")[0] ?? "");
        return inner.exec<R>(query, ...bindings);
      },
    };
    const documents = new Documents(sql);
    documents.write("note", { a: [1, null] });
    documents.write("note", { a: [1, null] });
    expect(written).toEqual(["INSERT"]);
    expect(new Documents(sql).read("note")).toEqual({ a: [1, null] });
    documents.delete("note");
    documents.delete("note");
    expect(written).toEqual(["INSERT", "DELETE"]);
    expect([documents.read("note"), documents.names(), new Documents(sql).names()]).toEqual([undefined, [], []]);
  });
});
