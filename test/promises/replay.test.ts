import { describe, expect, test } from "vitest";
import { datasets } from "../../src/datasets/registry.ts";
import { formatInstant, parseInstant } from "../../src/datasets/instant.ts";
import { maxReplays, replay } from "../../src/tenant/replay.ts";
import type { ReplayOrder } from "../../src/tenant/report.ts";
import { QUIET } from "../simulator/fleet/fleet-plan.ts";
import type { Delivery } from "../simulator/intake-memory.ts";
import { epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

/** A range that a person asks for again: collected once more, sent to one or to all, and counted again. */

const events = [{ seed: 3, count: 1_800, from: epoch - 3 * hour, to: epoch }];
const intakes = { siem: { kind: "webhook" }, archive: { kind: "webhook" } } as const;

interface Arrived {
  readonly id: string;
  readonly time: number;
}

function household(
  tenant: object = {},
  kandji: object = { events },
  vars: ConstructorParameters<typeof Household>[2] = {},
) {
  const it = new Household(
    { kandji: { acme: { token: "token-of-acme", ...kandji } }, intakes },
    secrets({ siem: {}, archive: {} }, tenant),
    vars,
  );
  const arrived = new Map<string, Arrived[]>(Object.keys(intakes).map((name) => [name, []]));
  for (const [name, intake] of it.world.intakes) {
    intake.memory.onAccepted = ({ records }: Delivery) => {
      const read = records.map((record) => JSON.parse(record) as { id: string; occurred_at?: string });
      arrived.get(name)?.push(...read.map(({ id, occurred_at: at }) => ({ id, time: parseInstant(at ?? "") ?? 0 })));
    };
  }
  const at = (name: string): Arrived[] => arrived.get(name) ?? [];
  const ask = (order: Partial<ReplayOrder>) =>
    replay(it.engine.state, { dataset: "audit-events", since: 0, until: null, ...order });
  return { it, at, ask };
}

const inside = (all: readonly Arrived[], since: number, until: number): string[] =>
  all.filter(({ time }) => time >= since && time <= until).map(({ id }) => id);

describe("a replay of events", () => {
  test("goes to one destination, both ends of the range included to the microsecond, and to no other", async () => {
    const { it, at, ask } = household();
    await it.pass(hour);
    const sorted = at("siem").toSorted((a, b) => a.time - b.time);
    const [first, last] = [sorted[200], sorted[900]];
    if (first === undefined || last === undefined) throw new Error("Too little has arrived");
    const wanted = inside(sorted, first.time, last.time);
    at("siem").length = 0;
    at("archive").length = 0;
    expect(ask({ since: first.time, until: last.time, destination: "siem" })).toEqual({ kind: "begun" });
    await it.pass(10 * minute);
    expect(new Set(at("siem").map(({ id }) => id))).toEqual(new Set(wanted));
    expect(at("siem")).toHaveLength(wanted.length);
    expect(at("archive")).toEqual([]);
  });

  test("goes to all when none is named, and is read once for all of them", async () => {
    const { it, at, ask } = household();
    await it.pass(hour);
    const before = it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
    ask({ since: (epoch - 3 * hour) * 1000 });
    await it.pass(minute);
    const after = it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
    // 1,800 records are four pages; a poll is one more.
    expect(after - before).toBeLessThanOrEqual(6);
    for (const name of ["siem", "archive"]) {
      expect(at(name)).toHaveLength(3_600);
      expect(new Set(at(name).map(({ id }) => id)).size).toBe(1_800);
    }
  });

  test("counts again, and the books balance", async () => {
    const { it, ask } = household();
    await it.pass(hour);
    ask({ since: (epoch - 3 * hour) * 1000, destination: "siem" });
    const report = await it.pass(10 * minute);
    expect(report.destinations).toMatchObject([
      { name: "siem", collected: 3_600, delivered: 3_600, pending: 0 },
      { name: "archive", collected: 1_800, delivered: 1_800, pending: 0 },
    ]);
  });

  test("asked for twice before it is done is read once; afterwards it is asked for anew", async () => {
    const { it, at, ask } = household();
    await it.pass(hour);
    const order = { since: (epoch - 2 * hour) * 1000, until: (epoch - hour) * 1000, destination: "siem" };
    expect([ask(order).kind, ask(order).kind, ask({ ...order, until: null }).kind]).toEqual([
      "begun",
      "waiting",
      "waiting",
    ]);
    expect(ask({ ...order, destination: "archive" }).kind).toBe("begun");
    await it.pass(10 * minute);
    const [once] = [at("siem").length];
    ask(order);
    await it.pass(10 * minute);
    expect(at("siem").length - once).toBe(once - 1_800);
  });

  test("is told of until it is done, and goes on after an eviction", async () => {
    const { it, at, ask } = household({ maxRequestsPerHour: 80 });
    await it.pass(3 * hour);
    ask({ since: (epoch - 3 * hour) * 1000, until: epoch * 1000, destination: "siem" });
    it.evict();
    expect(it.report().replays).toEqual([
      {
        dataset: "audit-events",
        destination: "siem",
        since: formatInstant((epoch - 3 * hour) * 1000),
        until: formatInstant(epoch * 1000),
        percent: 0,
      },
    ]);
    const report = await it.pass(3 * hour);
    expect(report.replays).toEqual([]);
    expect(new Set(at("siem").map(({ id }) => id)).size).toBe(1_800);
    expect(at("siem").length).toBeGreaterThan(3_590);
  });

  test("waits while its destination is paused, and loses nothing", async () => {
    const { it, at, ask } = household();
    await it.pass(hour);
    it.engine.state.changeNote({ pausedDestinations: ["siem"] });
    ask({ since: (epoch - 3 * hour) * 1000, destination: "siem" });
    await it.pass(hour);
    expect(at("siem")).toHaveLength(1_800);
    it.engine.state.changeNote({ pausedDestinations: [] });
    await it.pass(hour);
    expect(at("siem")).toHaveLength(3_600);
  });

  test("may be let go together with what it repeats: each record comes back once, and none is called missing", async () => {
    const { it, at, ask } = household({}, { events }, { maxSpoolBytes: 100_000 });
    await it.pass(hour);
    at("siem").length = 0;
    it.world.intakes.get("siem")?.faults.set({ always: { do: "status", status: 503 } });
    ask({ since: (epoch - 3 * hour) * 1000 });
    ask({ since: (epoch - 2 * hour) * 1000 });
    const during = await it.pass(10 * minute);
    expect(during.destinations[0]?.owed).toBeGreaterThan(1_800);
    it.world.intakes.get("siem")?.faults.clear();
    const report = await it.pass(hour);
    expect(report.destinations[0]).toMatchObject({ pending: 0, owed: 0, owedMissing: 0 });
    expect(report.problems).toEqual([]);
    expect(new Set(at("siem").map(({ id }) => id)).size).toBe(1_800);
    const { collected, delivered } = report.destinations[0] ?? { collected: 0, delivered: 0 };
    expect(collected).toBe(delivered);
    expect(delivered).toBe(1_800 + at("siem").length);
  });

  test(`may wait ${maxReplays} times, and not once more`, async () => {
    const { it, ask } = household();
    await it.pass(minute);
    it.engine.state.changeNote({ isPaused: true });
    const kinds = Array.from({ length: maxReplays + 1 }, (_, n) => ask({ since: n, until: n, destination: "siem" }));
    expect(kinds.slice(0, -1).every(({ kind }) => kind === "begun")).toBe(true);
    expect(kinds.at(-1)).toEqual({ kind: "too-many", most: maxReplays });
    expect(it.report().replays).toHaveLength(maxReplays);
  });
});

describe("a replay of a dataset that is walked whole", () => {
  test.each([undefined, "siem"])("sends it as it is now (to %s)", async (destination) => {
    const permissions = [...datasets.values()].flatMap((dataset) =>
      dataset.reading === "feed" ? [] : dataset.ways.map(({ permission }) => permission.path),
    );
    const { it, at, ask } = household(
      { datasets: { devices: { every: "24h", snapshotEvery: "never" } } },
      { permissions, fleet: { seed: 4, devices: 30, ...QUIET } },
    );
    await it.pass(hour);
    expect([at("siem").length, at("archive").length]).toEqual([30, 30]);
    expect(ask({ dataset: "devices", destination }).kind).toBe("begun");
    expect(it.report().replays).toHaveLength(destination === undefined ? 2 : 1);
    const report = await it.pass(10 * minute);
    expect([at("siem").length, at("archive").length]).toEqual([60, destination === undefined ? 60 : 30]);
    expect(report.replays).toEqual([]);
  });
});
