/** Contract §7.1, 7.2 and 7.6 over an upgrade: the state of every release, opened by this version on simulated time. */
import { describe, expect, test } from "vitest";
import * as operations from "../../src/tenant/operations.ts";
import { migrate } from "../../src/tenant/migrations.ts";
import type { TenantReport } from "../../src/tenant/report.ts";
import { textOf } from "../house/tree.ts";
import { imbalance } from "../outside/evidence.ts";
import { day, minute } from "../tenant/household.ts";
import { NodeSql } from "../tenant/node-sql.ts";
import { lossesAt, repeatedAt, unexplained } from "./evidence.ts";
import { readFixture, releases, type Books } from "./fixture.ts";
import { move, tablesOf } from "./moving.ts";

const countsOf = ({ name, collected, delivered, pending, skipped, dead }: Omit<Books, "health">) => ({
  name,
  collected,
  delivered,
  pending,
  skipped,
  dead,
});

function expectBalance({ destinations }: TenantReport): void {
  expect(destinations.map((one) => [one.name, imbalance(one)])).toEqual(destinations.map(({ name }) => [name, 0]));
}

test("there is a state of every version that the changelog names", () => {
  const named = [...textOf("CHANGELOG.md").matchAll(/^## (\d\S*)/gm)].map(([, version]) => version);
  expect(named).toContain("0.1.0");
  expect(named.filter((version) => !releases().includes(version ?? ""))).toEqual([]);
});

describe.each(releases())("the state that version %s left behind", (version) => {
  const fixture = readFixture(version);
  const paused = fixture.books.filter(({ health }) => health === "paused").map(({ name }) => name);
  const running = fixture.books.filter(({ health }) => health !== "paused").map(({ name }) => name);

  test("gets the tables that a new one has", async () => {
    const house = await move(fixture);
    house.report();
    const fresh = new NodeSql();
    migrate(fresh);
    const shapes = (sql: NodeSql) => tablesOf(sql).map(({ name, sql: statement }) => [name, statement]);
    expect(shapes(house.sql)).toEqual(shapes(fresh));
  });

  test("is opened with the same books, dead letters and pauses", async () => {
    const house = await move(fixture);
    const report = house.report();
    expectBalance(report);
    expect(report.destinations.map(countsOf)).toEqual(fixture.books.map(countsOf));
    const letters = operations.deadLetters(house.engine.state);
    expect(letters.map(({ destination, recordId, status }) => ({ destination, recordId, status }))).toEqual(
      fixture.deadLetters,
    );
    expect(report.destinations.filter((one) => one.paused).map(({ name }) => name)).toEqual(paused);
  });

  test.each([
    ["a minute", minute],
    ["two years", 730 * day],
  ])("goes on %s later: nothing is lost, and what was on its way comes again as it was", async (_, afterMs) => {
    const house = await move(fixture, afterMs);
    expectBalance(await house.pass(15 * minute));
    for (const name of paused) expect(house.world.intakes.get(name)?.memory.batches).toEqual([]);
    for (const destination of paused) operations.resume(house.engine.state, { destination });
    const report = await house.pass(15 * minute);

    expectBalance(report);
    expect(report.destinations.map(({ name, pending, owed }) => [name, pending, owed])).toEqual(
      fixture.books.map(({ name }) => [name, 0, 0]),
    );
    expect(report.datasets.map(({ backfill }) => backfill.state)).toEqual(["done"]);
    const dead = operations.deadLetters(house.engine.state);
    for (const letter of fixture.deadLetters) expect(dead).toContainEqual(expect.objectContaining(letter));

    for (const [name, intake] of house.world.intakes) {
      expect([name, lossesAt(house.world, fixture, name, new Set(house.deadRecords(name)))]).toEqual([
        name,
        { lost: [], altered: [] },
      ]);
      expect(unexplained(fixture, name, intake)).toEqual([]);
      const repeated = repeatedAt(fixture, name, intake);
      const streams = repeated.map(({ stream }) => stream);
      expect(streams).toEqual([...new Set(streams)]);
      const type = house.typeOf(name);
      if (house.encodings[type] === fixture.encodings[type]) {
        expect(repeated.map(({ old, isSame }) => [old.id, isSame])).toEqual(repeated.map(({ old }) => [old.id, true]));
      }
    }
    // The state was left with an answer under way: otherwise nothing of the above would be about repeats.
    expect(running.flatMap((name) => repeatedAt(fixture, name, house.intake(name)))).not.toEqual([]);
  });
});
