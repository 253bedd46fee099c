import { afterEach, describe, expect, it } from "vitest";
import { startSimulator, type SimulatorProcess } from "./simulator-process.ts";
import { World } from "./world.ts";

const START = Date.UTC(2026, 4, 1, 8);
const HOUR = 3_600_000;

function worldOf(): { world: World; clock: { now: number } } {
  const clock = { now: START };
  const events = [
    { seed: 1, count: 6, from: START - 30 * HOUR, to: START - 20 * HOUR },
    { seed: 2, count: 10, from: START - HOUR, to: START - 1000, odd: 4, marked: { count: 1, text: "poison" } },
    { seed: 3, count: 3, from: START - 1000, to: START, late: { share: 1, byMs: 30_000 } },
  ];
  const world = new World(
    {
      kandji: { acme: { token: "t", events }, other: { token: "t" } },
      intakes: {
        archive: { kind: "webhook", tenants: ["acme"], refuse: [{ contains: "poison", status: 400 }] },
        siem: { kind: "datadog", tenants: ["acme"] },
      },
    },
    { now: () => clock.now },
  );
  return { world, clock };
}

const headers = { authorization: "Bearer t" };

async function rawRecords(world: World): Promise<string[]> {
  const answer = await world.fetch(
    new Request("https://acme.api.kandji.io/api/v1/audit/events?limit=500", { headers }),
  );
  expect(answer.status).toBe(200);
  return (world.kandji.get("acme")?.store.visible() ?? []).map((event) => event.raw);
}

const send = (world: World, records: readonly string[]): Promise<Response> =>
  world.fetch(
    new Request("https://intake.example/intake/archive", {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: records.join("\n"),
    }),
  );

describe("the account", () => {
  it("is made from the two ends", async () => {
    const { world } = worldOf();
    const records = await rawRecords(world);
    const bad = records.filter((record) => record.includes("poison"));
    const good = records.filter((record) => !record.includes("poison"));
    await send(world, good.slice(0, 10));
    await send(world, good.slice(8, 12));
    await send(world, bad);
    const [archive, siem] = world.accounts();
    expect(archive).toMatchObject({ tenant: "acme", intake: "archive", events: 19, visible: 16, collected: 16 });
    expect(archive).toMatchObject({ delivered: 12, repeated: 2, refused: 1, lost: 3, tooOld: 0, altered: 0 });
    expect(siem).toMatchObject({ delivered: 0, tooOld: 6, lost: 10 });
    expect(world.accounts(START - HOUR)[0]).toMatchObject({ visible: 10, delivered: 6 });
  });

  it("counts late events from when they are visible", () => {
    const { world, clock } = worldOf();
    clock.now += 30_000;
    expect(world.accounts()[0]).toMatchObject({ visible: 19, lost: 19, collected: 0 });
  });

  it("notices a record that was written anew", async () => {
    const { world } = worldOf();
    const records = (await rawRecords(world)).filter((record) => !record.includes("poison"));
    const changed = records.filter((record) => JSON.stringify(JSON.parse(record)) !== record).length;
    await send(
      world,
      records.map((record) => JSON.stringify(JSON.parse(record))),
    );
    expect(changed).toBeGreaterThan(0);
    expect(world.accounts()[0]).toMatchObject({ delivered: 15, altered: changed });
  });

  it("sees credentials that go to a host that is none of ours", async () => {
    const { world } = worldOf();
    await world.fetch(new Request("https://elsewhere.example/api/v1/audit/events", { headers }));
    expect(world.strays).toEqual([{ url: "https://elsewhere.example/api/v1/audit/events", authorization: "Bearer t" }]);
  });
});

describe("in a process of its own", () => {
  let simulator: SimulatorProcess | undefined;
  afterEach(async () => {
    await simulator?.stop();
    simulator = undefined;
  });

  it("serves, breaks on the wire, takes orders and gives account", async () => {
    simulator = await startSimulator({ kandji: { acme: { token: "t" } }, intakes: { archive: { kind: "webhook" } } });
    const { addresses } = simulator;
    const events = `${addresses.kandji["acme"]}/api/v1/audit/events?limit=2`;
    const now = Date.now();
    expect(await simulator.seed("acme", { seed: 1, count: 3, from: now - 60_000, to: now - 10_000 })).toBe(3);
    await simulator.breakKandji("acme", { script: [{ do: "cut" }] });
    const cut = await fetch(events, { headers });
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow();

    const page = (await (await fetch(events, { headers })).json()) as { results: object[]; next: string };
    expect(page.next.startsWith(addresses.kandji["acme"] ?? "?")).toBe(true);
    const url = addresses.intakes["archive"] ?? "";
    await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(page.results),
    });
    const { accounts, strays } = await simulator.account();
    expect(accounts[0]).toMatchObject({ visible: 3, collected: 2, delivered: 2, lost: 1 });
    expect(strays).toEqual([]);
    expect((await simulator.kandji("acme", 1)).requests).toHaveLength(1);
    await expect(simulator.breakKandji("nobody", {})).rejects.toThrow("no tenant nobody");
  });

  it("has a fleet, changes it when told, and tells what it did", async () => {
    const fleet = { devices: 8, rates: { activity: 0 } };
    simulator = await startSimulator({ kandji: { acme: { token: "t", permissions: ["*"], fleet } }, intakes: {} });
    const { devices, changes } = await simulator.fleet("acme");
    expect(devices).toHaveLength(8);
    await simulator.changeFleet("acme", { do: "update", deviceId: devices[0]?.id ?? "", update: { name: "NB-NEW" } });
    await simulator.changeFleet("acme", { do: "enrol", family: "iPad" });
    await simulator.changeKandji("acme", { unavailable: { "/api/v1/threat-details": 410 } });
    const { kandji } = simulator.addresses;
    const listed = await (await fetch(`${kandji["acme"]}/api/v1/devices`, { headers })).text();
    expect(listed).toContain("NB-NEW");
    expect((await fetch(`${kandji["acme"]}/api/v1/threat-details`, { headers })).status).toBe(410);
    await fetch(`${kandji["acme"]}/api/v1/devices/${devices[0]?.id}/secrets/unlockpin`, { headers });
    expect((await simulator.kandji("acme")).violations).toHaveLength(1);
    const events = new Set((await simulator.fleet("acme")).changes.slice(changes.length).map((change) => change.event));
    expect(events).toContain("renamed");
    expect(events).toContain("enrolled");
    await expect(simulator.changeFleet("acme", { do: "remove", deviceId: "nobody" })).rejects.toThrow("no device");
  });

  it("hangs for as long as the caller stays", async () => {
    simulator = await startSimulator({ kandji: { acme: { token: "t" } }, intakes: {} });
    await simulator.breakKandji("acme", { always: { do: "hang" } });
    const url = `${simulator.addresses.kandji["acme"]}/api/v1/audit/events`;
    const caller = new AbortController();
    setTimeout(() => caller.abort(new Error("timeout")), 100);
    await expect(fetch(url, { headers, signal: caller.signal })).rejects.toThrow("timeout");
    expect((await simulator.kandji("acme")).manners.requests).toBe(1);
  });
});

describe("tenants", () => {
  it("have events of their own, whatever their plans", () => {
    const events = [{ seed: 1, count: 5, from: START - HOUR, to: START }];
    const world = new World({ kandji: { one: { token: "t", events }, two: { token: "t", events } }, intakes: {} });
    const keys = [...world.kandji.values()].flatMap((kandji) => kandji.store.visible().map((event) => event.key));
    expect(new Set(keys).size).toBe(10);
  });
});
