import { describe, expect, test } from "vitest";
import { migrate } from "../../src/tenant/migrations.ts";
import { NodeSql } from "./node-sql.ts";

const tablesOf = (sql: NodeSql): string[] =>
  sql
    .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .map(({ name }) => name);

describe("the tables of a tenant", () => {
  test("are made at the first opening, and opening again changes nothing", () => {
    const sql = new NodeSql();
    migrate(sql);
    expect(tablesOf(sql)).toEqual(
      expect.arrayContaining([
        "documents",
        "lanes",
        "seen",
        "ranges",
        "segments",
        "overflow",
        "offsets",
        "dead_letters",
      ]),
    );
    sql.exec("INSERT INTO documents (name, body) VALUES ('a', '1')");
    migrate(sql);
    expect(sql.exec("SELECT * FROM documents")).toHaveLength(1);
  });

  test("that a newer version has written are refused, and left as they are", () => {
    const sql = new NodeSql();
    migrate(sql);
    const [newest] = sql.exec<{ version: number }>("SELECT MAX(version) AS version FROM migrations");
    const version = newest?.version ?? 0;
    sql.exec("INSERT INTO migrations (version) VALUES (?)", version + 1);
    expect(() => migrate(sql)).toThrow(`it has version ${version + 1} and this program knows ${version}`);
    sql.exec("DELETE FROM migrations WHERE version = ?", version + 1);
    expect(() => migrate(sql)).not.toThrow();
  });

  test("a migration that fails half-way leaves nothing behind, and is made again", () => {
    const sql = new NodeSql();
    sql.exec("CREATE TABLE offsets (taken INTEGER)");
    expect(() => migrate(sql)).toThrow();
    expect(tablesOf(sql).toSorted()).toEqual(["migrations", "offsets"]);
    sql.exec("DROP TABLE offsets");
    migrate(sql);
    expect(tablesOf(sql)).toContain("dead_letters");
  });
});
