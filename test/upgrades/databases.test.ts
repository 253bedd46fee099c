import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { readDatabases, writeDatabases } from "./databases.ts";
import { readFixture, releases } from "./fixture.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "databases-"));
  folders.push(folder);
  return folder;
}

test.each(releases())("the databases of %s are put together as they were", (release) => {
  const { databases } = readFixture(release);
  const state = temporaryFolder();
  writeDatabases(state, databases);
  expect(readDatabases(state)).toEqual(databases);
});

test("every kind of value is kept, also of rows that are gone and of what is only in the write-ahead log", () => {
  const state = temporaryFolder();
  mkdirSync(join(state, "v3/do/a"), { recursive: true });
  const file = join(state, "v3/do/a/b.sqlite");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = wal");
  database.exec("CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, a, b, c, d)");
  const insert = database.prepare("INSERT INTO counted (a, b, c, d) VALUES (?, ?, ?, ?)");
  insert.run("é\n'", null, 2n ** 53n + 1n, new Uint8Array([0, 255]));
  insert.run("gone", 1.5, 0, "");
  database.exec("DELETE FROM counted WHERE a = 'gone'");
  const kept = readDatabases(state);
  database.close();

  expect(kept).toMatchObject([
    {
      path: "v3/do/a/b.sqlite",
      tables: [
        { name: "counted", rows: [[1, "é\n'", null, { integer: "9007199254740993" }, { blob: "AP8=" }]] },
        { name: "sqlite_sequence", rows: [["counted", 2]] },
      ],
    },
  ]);
  const again = temporaryFolder();
  writeDatabases(again, kept);
  expect(readDatabases(again)).toEqual(kept);
});
