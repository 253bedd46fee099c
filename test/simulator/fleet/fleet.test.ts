import { beforeEach, describe, expect, it } from "vitest";
import { PARAMETER_IDS } from "../endpoints/device-status.ts";
import { ALL_PATHS } from "../endpoints/routes.ts";
import { SimulatedKandji } from "../kandji.ts";
import { identityOf, WALKS } from "../whole-reader.ts";
import type { ChangeKind } from "./change-log.ts";
import type { Device } from "./device.ts";
import { Fleet } from "./fleet.ts";
import { QUIET, type FleetWishes } from "./fleet-plan.ts";
import { withoutVolatile } from "./volatile-fields.ts";

const START = Date.UTC(2026, 4, 1, 8);
const MINUTE = 60_000;
const DAY = 86_400_000;

let now = START;
beforeEach(() => {
  now = START;
});

const kandjiWith = (fleet: FleetWishes): SimulatedKandji =>
  new SimulatedKandji({
    token: "secret",
    permissions: ALL_PATHS,
    now: () => now,
    fleet,
    rate: { perSecond: null, perHour: null, announced: false },
  });

/** By dataset and identity, what stands there, leaving out what moves by itself. */
async function picture(kandji: SimulatedKandji, clean = withoutVolatile): Promise<Map<string, string>> {
  const rows = new Map<string, string[]>();
  for (const [dataset, walk] of Object.entries(WALKS)) {
    for (const row of await walk(kandji)) {
      const key = `${dataset} ${identityOf(dataset, row)}`;
      rows.set(key, [...(rows.get(key) ?? []), clean(JSON.stringify(row))]);
    }
  }
  return new Map([...rows].map(([key, texts]) => [key, texts.toSorted().join("\n")]));
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Map<string, ChangeKind> {
  const kinds = new Map<string, ChangeKind>();
  for (const [key, text] of after) {
    const old = before.get(key);
    if (old !== text) kinds.set(key, old === undefined ? "created" : "updated");
  }
  for (const key of before.keys()) if (!after.has(key)) kinds.set(key, "deleted");
  return kinds;
}

/** The log of a time, as keys of a picture; activity is read another way. */
function logged(fleet: Fleet, from = 0): Set<string> {
  const changes = fleet.log.all().slice(from);
  const keys = changes.map(({ dataset, identity }) => `${dataset} ${identity.replace(/\|\d+$/, "")}`);
  return new Set(keys.filter((key) => !key.startsWith("device-activity ")));
}

describe("a fleet", () => {
  it("is the same from the same seed and another from another", () => {
    const story = (seed: number, name = ""): string => {
      const fleet = new Fleet({ seed, devices: 40 }, START, name);
      fleet.advanceTo(START + 3 * DAY);
      return JSON.stringify([
        fleet.devices.map(({ id, name: called, serial }) => [id, called, serial]),
        fleet.log.all(),
      ]);
    };
    expect(story(1)).toBe(story(1));
    expect(story(1)).not.toBe(story(2));
    expect(story(1)).not.toBe(story(1, "other"));
  });

  it("does not care how often somebody looks", () => {
    const once = new Fleet({ devices: 60 }, START);
    const often = new Fleet({ devices: 60 }, START);
    for (let at = START; at <= START + 2 * DAY; at += 7 * MINUTE) often.advanceTo(at);
    once.advanceTo(often.now);
    expect(often.log.length).toBeGreaterThan(50);
    expect(often.log.all()).toEqual(once.log.all());
  });

  it("has each family, however small, in about the shares that were asked for", () => {
    const families = (fleet: Fleet): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { family } of fleet.devices) counts[family] = (counts[family] ?? 0) + 1;
      return counts;
    };
    expect(Object.keys(families(new Fleet({}, START)))).toHaveLength(6);
    expect(families(new Fleet({ devices: 1000 }, START))["Mac"]).toBeGreaterThan(550);
    expect(families(new Fleet({ devices: 20, families: { iPad: 1 } }, START))).toEqual({ iPad: 20 });
    expect(new Fleet({ devices: 0 }, START).devices).toEqual([]);
  });

  it("of five thousand devices is made in seconds", () => {
    const begun = performance.now();
    const fleet = new Fleet({ devices: 5000, families: { Mac: 1 } }, START);
    expect(performance.now() - begun).toBeLessThan(5000);
    const apps = fleet.devices.reduce((sum, device) => sum + device.apps.length, 0);
    expect(apps).toBeGreaterThan(290_000);
    expect(new Set(fleet.devices.map(({ id }) => id)).size).toBe(5000);
    expect(new Set(fleet.devices.map(({ serial }) => serial)).size).toBe(5000);
  });

  it("names nobody outside of the reserved domains", async () => {
    const all = [...(await picture(kandjiWith({ devices: 60 }))).values()].join();
    for (const [, domain] of all.matchAll(/@([\w.-]+)/g)) expect(domain).toMatch(/\.example$/);
  });
});

describe("a quiet fleet", () => {
  it("moves nothing but the times of check-ins", async () => {
    const kandji = kandjiWith({ ...QUIET, devices: 20 });
    const [exact, clean] = [await picture(kandji, (row) => row), await picture(kandji)];
    now += DAY;
    expect(differences(clean, await picture(kandji))).toEqual(new Map());
    expect(differences(exact, await picture(kandji, (row) => row)).size).toBeGreaterThan(50);
    expect(kandji.fleet.log.length).toBe(0);
  });

  it("moves nothing at all when nobody checks in", async () => {
    const kandji = kandjiWith({ ...QUIET, devices: 20, checkInEveryMs: null });
    const before = await picture(kandji, (row) => row);
    now += 10 * MINUTE;
    expect(differences(before, await picture(kandji, (row) => row))).toEqual(new Map());
  });

  it("brings an inventory with a check-in, and never dates it before the last look", async () => {
    const kandji = kandjiWith({ ...QUIET, devices: 40 });
    const walk = WALKS["prism-device-information"]!;
    let [looked, inventories] = [now, 0];
    const known = new Map<unknown, unknown>();
    for (let i = 0; i < 60; i += 1) {
      for (const row of await walk(kandji)) {
        const collected = row["last_collected_at"];
        const before = known.get(row["device_id"]);
        known.set(row["device_id"], collected);
        if (before === undefined || before === collected) continue;
        inventories += 1;
        expect(Date.parse(String(collected))).toBeGreaterThan(looked);
        expect(String(row["last_checkin"]) >= String(collected)).toBe(true);
      }
      looked = now;
      now += 7 * MINUTE;
    }
    expect(inventories).toBeGreaterThan(20);
  });

  it("checks in every quarter of an hour, as far as it is awake", async () => {
    const kandji = kandjiWith({ ...QUIET, devices: 200 });
    const heard = async (): Promise<string[]> =>
      (await WALKS["devices"]!(kandji)).map((row) => String(row["last_check_in"]));
    const before = await heard();
    now += 15 * MINUTE;
    const moved = (await heard()).filter((at, i) => at !== before[i] && at > (before[i] ?? "")).length;
    expect(moved).toBeGreaterThan(60);
    expect(moved).toBeLessThan(190);
    now += DAY;
    const latest = (await heard()).toSorted().at(-1) ?? "";
    expect(Date.parse(latest)).toBeLessThanOrEqual(now);
  });
});

type Deed = (fleet: Fleet, mac: Device) => unknown;

describe("a change", () => {
  const deeds: Readonly<Record<string, Deed>> = {
    "new name": (fleet, mac) => fleet.update(mac.id, { name: "NB-RENAMED" }),
    "asset tag": (fleet, mac) => fleet.update(mac.id, { assetTag: "A-NEW" }),
    tags: (fleet, mac) => fleet.update(mac.id, { tags: ["a", "b"] }),
    blueprint: (fleet, mac) => {
      const other = fleet.state.tenant.blueprints.find((one) => one.items.length !== mac.blueprint.items.length);
      fleet.update(mac.id, { blueprintId: other?.id });
    },
    "another user": (fleet, mac) => {
      fleet.update(mac.id, { userId: fleet.state.tenant.users.find((user) => user !== mac.user)?.id });
    },
    "no user": (fleet, mac) => fleet.update(mac.id, { userId: null }),
    system: (fleet, mac) => fleet.update(mac.id, { release: mac.release + 1 }),
    encryption: (fleet, mac) => fleet.update(mac.id, { isEncrypted: !mac.isEncrypted }),
    "lost mode": (fleet) => fleet.update(fleet.deviceOf("iPhone").id, { lostMode: true }),
    "an app more": (fleet, mac) => fleet.installApp(mac.id),
    "an app less": (fleet, mac) => fleet.removeApp(mac.id),
    "a new version": (fleet, mac) => fleet.updateApp(mac.id),
    "every app new": (fleet, mac) => {
      for (const { app } of mac.apps.slice(40)) fleet.updateApp(mac.id, app.bundleId);
    },
    "apps of other systems": (fleet) => {
      for (const family of ["Windows", "Android", "iPad"] as const) fleet.updateApp(fleet.deviceOf(family).id);
    },
    status: (fleet, mac) => fleet.setStatus(mac.id, mac.blueprint.items[0]?.id ?? "", "INCOMPATIBLE"),
    "a parameter": (fleet, mac) => fleet.setStatus(mac.id, PARAMETER_IDS[0] ?? "", "INCOMPATIBLE"),
    enrolment: (fleet) => fleet.enrol(),
    "enrolment of a family": (fleet) => expect(fleet.enrol("Android").family).toBe("Android"),
    removal: (fleet, mac) => fleet.remove(mac.id),
    "a user more": (fleet) => fleet.addUser(),
    "an archived user": (fleet) => {
      const user = fleet.state.tenant.users.find((one) => !one.isArchived && one.devices > 0);
      fleet.archiveUser(user?.id ?? "");
    },
    "a tag more": (fleet) => fleet.addTag(),
    threat: (fleet) => fleet.addThreat(),
    "a released threat": (fleet) => fleet.releaseThreat(fleet.state.threats[0]!),
    "a behavioural detection": (fleet) => fleet.addBehavioralDetection(),
    vulnerability: (fleet, mac) =>
      fleet.publishVulnerability(mac.apps.find((one) => one.version === 0 && !one.app.isSystem)?.app.bundleId),
  };

  it.each(Object.entries(deeds))("%s is logged as it is seen, to the row", async (_, deed) => {
    const kandji = kandjiWith({ ...QUIET, devices: 30, vulnerabilities: 60, threats: 0.2 });
    const before = await picture(kandji);
    now += 5 * MINUTE;
    const { fleet } = kandji;
    deed(fleet, fleet.deviceOf("Mac", 1));
    const found = differences(before, await picture(kandji));
    expect(found.size).toBeGreaterThan(0);
    expect([...found.keys()].toSorted()).toEqual([...logged(fleet)].toSorted());
    for (const change of fleet.log.all()) expect(change.at).toBe(now);
  });

  it("of nothing is none", () => {
    const fleet = new Fleet(QUIET, START);
    const mac = fleet.deviceOf("Mac");
    fleet.update(mac.id, { name: mac.name, assetTag: mac.assetTag, isEncrypted: mac.isEncrypted, lostMode: false });
    expect(fleet.log.length).toBe(0);
    expect(() => fleet.remove("nobody")).toThrow("no device nobody");
  });
});

describe("a lively fleet", () => {
  it("does nothing that its log does not say", async () => {
    const kandji = kandjiWith({ devices: 60, rates: { enrolment: 0.1, removal: 0.1, lostMode: 0.1, fileVault: 0.1 } });
    let before = await picture(kandji);
    const events = new Set<string>();
    for (let day = 0; day < 6; day += 1) {
      const from = kandji.fleet.log.length;
      now += DAY;
      const after = await picture(kandji);
      const said = logged(kandji.fleet, from);
      expect([...differences(before, after).keys()].filter((key) => !said.has(key))).toEqual([]);
      before = after;
    }
    for (const { event, at } of kandji.fleet.log.all()) {
      events.add(event);
      expect(at).toBeLessThanOrEqual(now);
    }
    expect(events.size).toBeGreaterThan(12);
  });

  it("does more or less of it when it is told to", () => {
    const fleet = new Fleet({ ...QUIET, devices: 50 }, START);
    fleet.setRates({ activity: 10 });
    fleet.advanceTo(START + DAY);
    const rows = fleet.log.of("device-activity").length;
    expect(rows).toBeGreaterThan(350);
    expect(fleet.log.length).toBe(rows);
    fleet.setRates({ activity: 0 });
    fleet.advanceTo(START + 2 * DAY);
    expect(fleet.log.length).toBe(rows);
  });
});
