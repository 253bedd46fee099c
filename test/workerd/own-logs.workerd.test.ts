/** The forwarder's own logs in the real runtime: from the route to the intake, through all three objects. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { journalEntry } from "../../src/journal/entry.ts";
import type { Status } from "../../src/status/overview.ts";
import type { Delivery } from "../simulator/intake-memory.ts";
import { minute, Premises } from "./premises.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Collecting {
  readonly place: Premises;
  readonly sent: (dataset: string) => string[];
}

async function collecting(name: string, datasets: object): Promise<Collecting> {
  // New secrets are a new version of the Worker: every object begins anew.
  await evictDurableObject((env as unknown as Env).TENANTS.getByName("forwarder")).catch(() => undefined);
  const place = new Premises(name);
  place.setTenant({ datasets });
  const arrived: Delivery[] = [];
  for (const intake of place.world.intakes.values())
    intake.memory.onAccepted = (delivery) => void arrived.push(delivery);
  const sent = (dataset: string): string[] =>
    arrived.flatMap(({ dataset: one, tenant, records }) =>
      one === dataset ? records.map((text) => `${tenant} ${journalEntry.parse(JSON.parse(text)).actionName}`) : [],
    );
  return { place, sent };
}

const fire = async (place: Premises, times: number): Promise<void> => {
  for (let firing = 0; firing < times; firing += 1) {
    place.pass(minute);
    await place.fire();
  }
};

describe("the forwarder's own logs", () => {
  test("reach the intake: what was done to the tenant under its name, what concerns none under the forwarder's", async () => {
    const { place, sent } = await collecting("logged", { "forwarder-journal": {} });
    await fire(place, 2);
    await place.ask("/tenants/logged/pause", { method: "POST", body: '{"dataset":"forwarder-journal"}' });
    await place.ask("/tenants/logged/resume", { method: "POST", body: '{"dataset":"forwarder-journal"}' });
    await fire(place, 3);
    expect(sent("forwarder-journal").toSorted()).toEqual([
      "forwarder SECRET_ADDED",
      "logged PAUSE",
      "logged RESUME",
      "logged SECRET_ADDED",
    ]);
    const status: Status = await (await place.ask("/status")).json();
    expect(status.tenants.map(({ id, health }) => `${id} ${health}`).toSorted()).toEqual(["forwarder ok", "logged ok"]);
    expect(place.requests).toBe(0);
  });

  test("tell that a dataset turned bad and good again, while Kandji refuses everything, and nothing of the journal besides", async () => {
    const { place, sent } = await collecting("watched", { "audit-events": {}, "forwarder-health": {} });
    place.kandji.faults.set({ always: { do: "status", status: 403 } });
    await fire(place, 5);
    expect(sent("forwarder-health")).toContain("watched HEALTH_DEGRADED");
    place.kandji.faults.clear();
    await fire(place, 5);
    expect(sent("forwarder-health")).toContain("watched HEALTH_RESTORED");
    expect(sent("forwarder-journal")).toEqual([]);
  });

  test("are not collected, and the forwarder is no tenant, where nobody asks for them", async () => {
    const { place, sent } = await collecting("silent", { "audit-events": {} });
    await fire(place, 3);
    const status: Status = await (await place.ask("/status")).json();
    expect(status.tenants.filter(({ id, health }) => id === "forwarder" && health !== "paused")).toEqual([]);
    expect([...sent("forwarder-journal"), ...sent("forwarder-health")]).toEqual([]);
  });
});
