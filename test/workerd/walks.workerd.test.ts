/** Contract §4 in the real runtime: state datasets, across evictions. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { QUIET } from "../simulator/fleet/fleet-plan.ts";
import { minute, Premises } from "./premises.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Came {
  readonly dataset: string | undefined;
  readonly change: string | undefined;
}

function watched(place: Premises): Came[] {
  const came: Came[] = [];
  const siem = place.world.intakes.get("siem");
  if (siem === undefined) throw new Error("There is no intake");
  siem.memory.onAccepted = ({ dataset, records }) => {
    for (const record of records) {
      const { _forwarder: note } = JSON.parse(record) as { _forwarder?: { change: string } };
      came.push({ dataset, change: note?.change });
    }
  };
  return came;
}

const countOf = (came: readonly Came[], dataset: string, change: string): number =>
  came.filter((one) => one.dataset === dataset && one.change === change).length;

const datasets = {
  devices: { every: "2m", snapshotEvery: "never" },
  "prism-apps": { every: "2m", snapshotEvery: "never" },
  "device-status": { every: "2m", snapshotEvery: "never" },
};

describe("walks", () => {
  test("remember what they have seen, over evictions: every row once, then what changes", async () => {
    const fleet = { seed: 3, devices: 40, ...QUIET };
    const place = new Premises("walker", [], {}, { fleet, permissions: ["*"] });
    const came = watched(place);
    place.setTenant({ datasets });
    const go = async (minutes: number): Promise<void> => {
      for (let passed = 0; passed < minutes; passed += 1) {
        await place.fire();
        await place.ringDue();
        await place.evict();
        place.pass(minute);
      }
    };
    await go(6);
    const first = came.length;
    expect(countOf(came, "devices", "snapshot")).toBe(40);
    expect(countOf(came, "prism-apps", "snapshot")).toBeGreaterThan(500);
    expect(first).toBe(came.filter(({ change }) => change === "snapshot").length);

    const ours = place.kandji.fleet;
    const mac = ours.deviceOf("Mac");
    ours.update(mac.id, { name: "Renamed" });
    ours.updateApp(mac.id);
    ours.remove(ours.deviceOf("iPhone").id);
    await go(8);
    expect(countOf(came, "devices", "updated")).toBe(1);
    expect(countOf(came, "devices", "deleted")).toBe(1);
    expect(countOf(came, "prism-apps", "updated")).toBe(1);
    const { destinations, datasets: reports } = await place.report();
    expect(destinations).toMatchObject([{ pending: 0, dead: 0, collected: came.length, delivered: came.length }]);
    expect(reports.map(({ walk }) => walk?.state)).toEqual(["resting", "resting", "resting"]);
  });
});
