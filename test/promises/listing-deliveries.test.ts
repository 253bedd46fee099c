import { describe, expect, test } from "vitest";
import { kandjiDatasets } from "../../src/datasets/registry.ts";
import type { Delivery } from "../simulator/intake-memory.ts";
import { QUIET } from "../simulator/fleet/fleet-plan.ts";
import type { KandjiPlan } from "../simulator/world.ts";
import { day, hour, Household, minute, secrets } from "../tenant/household.ts";

/** What a walk owes to destinations: those that come later, those that were let go, those that take another part. */

type Row = Readonly<Record<string, unknown>> & {
  readonly _forwarder?: { readonly change: string; readonly changed?: readonly string[] };
};

const paths = [...kandjiDatasets.values()].flatMap((dataset) =>
  dataset.reading === "feed" ? [dataset.permission.path] : dataset.ways.map(({ permission }) => permission.path),
);

interface Wishes {
  readonly datasets: Readonly<Record<string, object>>;
  readonly kandji?: Partial<KandjiPlan>;
  readonly tenant?: object;
  readonly maxSpoolBytes?: number;
  readonly destinations?: Readonly<Record<string, object>>;
}

function household({ datasets: chosen, kandji = {}, tenant = {}, maxSpoolBytes, destinations = { siem: {} } }: Wishes) {
  const intakes = { siem: { kind: "webhook" }, late: { kind: "webhook" } } as const;
  const plan = { token: "token-of-acme", permissions: paths, fleet: { seed: 4, devices: 30, ...QUIET }, ...kandji };
  const env = secrets(destinations, { datasets: chosen, ...tenant });
  const it = new Household(
    { kandji: { acme: plan }, intakes },
    env,
    maxSpoolBytes === undefined ? {} : { maxSpoolBytes },
  );
  const arrived = new Map<string, Row[]>(Object.keys(intakes).map((name) => [name, []]));
  for (const [name, intake] of it.world.intakes) {
    intake.memory.onAccepted = ({ records }: Delivery) => {
      arrived.get(name)?.push(...records.map((record) => JSON.parse(record) as Row));
    };
  }
  const rowsAt = (name: string): Row[] => arrived.get(name) ?? [];
  const fleet = () => {
    const kandjiOfAcme = it.world.kandji.get("acme");
    if (kandjiOfAcme === undefined) throw new Error("There is no tenant acme");
    return kandjiOfAcme.fleet;
  };
  return { it, rowsAt, fleet };
}

const changesOf = (rows: readonly Row[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { _forwarder } of rows)
    counts[_forwarder?.change ?? "none"] = (counts[_forwarder?.change ?? "none"] ?? 0) + 1;
  return counts;
};

describe("a destination that joins later", () => {
  test("is sent all rows of a state, and the first one nothing again", async () => {
    const { it, rowsAt } = household({ datasets: { devices: { every: "10m", snapshotEvery: "never" } } });
    await it.pass(hour);
    expect(changesOf(rowsAt("siem"))).toEqual({ snapshot: 30 });
    it.evict(secrets({ siem: {}, late: {} }, { datasets: { devices: { every: "10m", snapshotEvery: "never" } } }));
    await it.pass(hour);
    expect(changesOf(rowsAt("late"))).toEqual({ snapshot: 30 });
    expect(rowsAt("siem")).toHaveLength(30);
    expect(it.report().destinations).toMatchObject([
      { name: "siem", collected: 30, delivered: 30, pending: 0 },
      { name: "late", collected: 30, delivered: 30, pending: 0 },
    ]);
  });

  test("is sent the threats of its backfill", async () => {
    const chosen = { threats: { backfill: "365d" } };
    const { it, rowsAt } = household({
      datasets: chosen,
      kandji: { fleet: { seed: 4, devices: 30, ...QUIET, threats: 0.5 } },
    });
    await it.pass(hour);
    const threats = rowsAt("siem").length;
    expect(threats).toBeGreaterThan(5);
    it.evict(secrets({ siem: {}, late: {} }, { datasets: chosen }));
    await it.pass(hour);
    expect(rowsAt("late")).toHaveLength(threats);
    expect(rowsAt("siem")).toHaveLength(threats);
  });

  test("is sent the activity of its backfill, once", async () => {
    const chosen = { "device-activity": { every: "10m", backfill: "3650d" } };
    const { it, rowsAt } = household({ datasets: chosen });
    await it.pass(2 * hour);
    const events = rowsAt("siem").length;
    expect(events).toBeGreaterThan(30);
    it.evict(secrets({ siem: {}, late: {} }, { datasets: chosen }));
    await it.pass(2 * hour);
    const idsAt = (name: string) => new Set(rowsAt(name).map(({ id }) => id));
    expect(idsAt("late")).toEqual(idsAt("siem"));
    expect(rowsAt("late")).toHaveLength(events);
    expect(rowsAt("siem")).toHaveLength(events);
  });
});

describe("a destination that was away for longer than the spool holds", () => {
  test("is sent the state as it is then, and its books balance", async () => {
    const chosen = { devices: { every: "10m", snapshotEvery: "30m" } };
    const { it, rowsAt } = household({ datasets: chosen, maxSpoolBytes: 60_000, destinations: { siem: {}, late: {} } });
    it.world.intakes.get("late")?.faults.set({ always: { do: "status", status: 503 } });
    await it.pass(6 * hour);
    const away = it.report().destinations.find(({ name }) => name === "late");
    expect(away?.owed).toBeGreaterThan(0);
    it.world.intakes.get("late")?.faults.clear();
    await it.pass(2 * hour);
    const back = it.report().destinations.find(({ name }) => name === "late");
    expect(back).toMatchObject({ owed: 0, pending: 0, dead: 0 });
    expect(back?.collected).toBe(back?.delivered);
    expect(new Set(rowsAt("late").map((row) => row["device_id"])).size).toBe(30);
  });
});

describe("filters", () => {
  test("narrow every dataset about devices, by the endpoint or by what its rows say", async () => {
    const chosen = { devices: {}, "prism-apps": {}, "device-status": {}, threats: {}, users: {} };
    const kandji = { fleet: { seed: 4, devices: 60, ...QUIET, threats: 1 } };
    const { it, rowsAt, fleet } = household({
      datasets: chosen,
      kandji,
      tenant: { filters: { deviceFamilies: ["iPhone"] } },
    });
    await it.pass(3 * hour);
    const phones = new Set(
      fleet()
        .devices.filter(({ family }) => family === "iPhone")
        .map(({ id }) => id),
    );
    const about = rowsAt("siem").map(
      (row) => row["device_id"] ?? (row._forwarder as { device?: { id: string } } | undefined)?.device?.id,
    );
    const devices = about.filter((id) => typeof id === "string");
    expect(new Set(devices)).toEqual(phones);
    expect(about.filter((id) => id === undefined).length).toBeGreaterThan(10);
  });

  test("that match nothing are reported", async () => {
    const { it } = household({ datasets: { devices: {} }, tenant: { filters: { tags: ["no such tag"] } } });
    const report = await it.pass(10 * minute);
    expect(report.problems).toMatchObject([{ code: "filter-matches-nothing", subject: "tenant acme / devices" }]);
  });
});

describe("a walk that finds nothing", () => {
  test("writes at most one row per run that read pages, and five", async () => {
    const chosen = { "device-details": { every: "12h", snapshotEvery: "never" } };
    const { it, fleet } = household({ datasets: chosen, kandji: { fleet: { seed: 4, devices: 200, ...QUIET } } });
    await it.pass(day);
    const { walker } = it.engine.state.walks.get("device-details") ?? {};
    const first = walker?.last?.startedAt ?? 0;
    const statements: number[] = [];
    while ((walker?.last?.startedAt ?? 0) === first) {
      const { writes } = it.sql;
      await it.pass(minute);
      statements.push(it.sql.writes - writes);
    }
    const heartbeats = Math.ceil(statements.length / 10);
    const runs = Math.ceil((fleet().devices.length + 2) / 40);
    expect(statements.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(runs + 5 + heartbeats);
  });
});

describe("a tenant that is only walked", () => {
  test("has its heartbeat, and knows after a restart what it has asked", async () => {
    const { it } = household({ datasets: { tags: { every: "60s" } } });
    const asked = (await it.pass(30 * minute)).requests.lastHour;
    it.evict();
    expect(it.report().requests.lastHour).toBeGreaterThanOrEqual(asked);
    expect(it.report().requests.lastHour).toBeLessThan(asked + 30);
  });
});

describe("the share of the hour", () => {
  test("is kept, and what is polled comes first", async () => {
    const chosen = { "audit-events": {}, "device-details": { every: "1h" }, "device-apps": { every: "1h" } };
    const kandji = { fleet: { seed: 4, devices: 300, ...QUIET } };
    const { it } = household({ datasets: chosen, kandji, tenant: { maxRequestsPerHour: 300 } });
    for (let passed = 0; passed < 6; passed += 1) {
      const { requests, datasets: reports } = await it.pass(hour);
      expect(requests.lastHour).toBeLessThanOrEqual(300);
      expect(requests.byDataset["audit-events"]).toBeGreaterThanOrEqual(58);
      expect(reports[0]?.lastSuccessAt).toBe(new Date(it.time.now()).toISOString());
    }
    expect(it.world.kandji.get("acme")?.requests.manners().maxPerHour ?? 0).toBeLessThanOrEqual(300);
  });

  test("is left to others while they use up the tenant's own", async () => {
    const chosen = { "audit-events": {}, devices: { every: "60s" } };
    const { it } = household({ datasets: chosen, kandji: { rate: { perSecond: 50, perHour: 100, announced: true } } });
    const report = await it.pass(35 * minute);
    expect(report.problems.map(({ code }) => code)).toEqual(["quota-scarce"]);
    expect(report.datasets[0]?.lastSuccessAt).toBe(new Date(it.time.now()).toISOString());
    const { devices = 0 } = report.requests.byDataset;
    await it.pass(5 * minute);
    expect(it.report().requests.byDataset["devices"]).toBeLessThanOrEqual(devices + 2);
  });
});
