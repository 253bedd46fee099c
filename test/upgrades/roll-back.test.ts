/** Rolling back: a state that a newer version wrote is refused whole, and the newer version goes on with it. */
import { describe, expect, test } from "vitest";
import { minute } from "../tenant/household.ts";
import { lossesAt } from "./evidence.ts";
import { readFixture, releases } from "./fixture.ts";
import { move, tablesOf } from "./moving.ts";

describe.each(releases())("the state that version %s left behind, upgraded and rolled back", (release) => {
  const fixture = readFixture(release);

  test("is refused with both versions and the mend, and no row of it changes", async () => {
    const house = await move(fixture);
    await house.pass(minute);
    const [newest] = house.sql.exec<{ version: number }>("SELECT MAX(version) AS version FROM migrations");
    const version = newest?.version ?? 0;
    house.evict();
    house.sql.exec("INSERT INTO migrations (version) VALUES (?)", version + 1);
    const before = tablesOf(house.sql);

    const refusal = `it has version ${version + 1} and this program knows ${version}; deploy the newer program again`;
    expect(() => house.engine).toThrow(refusal);
    expect(() => house.engine).toThrow(refusal);
    expect(tablesOf(house.sql)).toEqual(before);

    // The newer program again; it is this one, for want of a newer.
    house.sql.exec("DELETE FROM migrations WHERE version = ?", version + 1);
    await house.pass(25 * minute);
    for (const { name } of fixture.books.filter(({ health }) => health !== "paused")) {
      const dead = new Set(house.deadRecords(name));
      expect([name, lossesAt(house.world, fixture, name, dead)]).toEqual([name, { lost: [], altered: [] }]);
    }
  });
});
