/** Runs of the object beside the cron: what is still on its way, what rings next, and how much one run may do. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { platformPorts } from "../../src/tenant/platform.ts";
import { minute, Premises, second, until } from "./premises.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Keeps the next request to a host whose URL contains this, until it is let go. */
function hold(place: Premises, part: string): { readonly arrived: Promise<void>; readonly letGo: () => void } {
  const go = place.world.fetch;
  const arrival = Promise.withResolvers<void>();
  const departure = Promise.withResolvers<void>();
  vi.spyOn(place.world, "fetch").mockImplementation(async (request) => {
    if (request.url.includes(part)) {
      arrival.resolve();
      await departure.promise;
    }
    return go(request);
  });
  return { arrived: arrival.promise, letGo: departure.resolve };
}

describe("a poll by hand", () => {
  test("is answered at once and brings what is new without any firing", async () => {
    const place = new Premises("asked");
    await place.fire();
    place.happen(5, 1);
    await place.stub.poll();
    await until(() => place.account.delivered === 5);
    expect(place.account).toMatchObject({ lost: 0, repeated: 0 });
  });

  test("that is under way when the tenant is forgotten leaves nothing behind", async () => {
    const place = new Premises("forgotten-meanwhile");
    await place.fire();
    place.happen(5, 1);
    const request = hold(place, "api.kandji.io");
    await place.stub.poll();
    await request.arrived;
    await place.ask(`/tenants/${place.tenant}`, { method: "DELETE", body: JSON.stringify({ confirm: place.tenant }) });
    request.letGo();
    await scheduler.wait(50);
    expect(await place.stored()).toEqual([]);
    expect((await place.fleet()).tenants.map(({ id }) => id)).not.toContain(place.tenant);
    expect(await place.alarmAt()).toBeNull();
    expect(place.account).toMatchObject({ delivered: 0 });
  });
});

describe("while one intake does not answer", () => {
  /** Two destinations: the first keeps a request for itself, the second cannot take anything now. */
  function torn(tenant: string): { readonly place: Premises; readonly letGo: () => void } {
    const place = new Premises(tenant);
    place.set("DESTINATION_ARCHIVE", JSON.stringify({ type: "webhook", url: "https://archive.example/in" }));
    place.happen(5, 1);
    return { place, letGo: hold(place, "/intake/siem").letGo };
  }

  test("the next try of another is set, and not after it", async () => {
    const { place, letGo } = torn("torn");
    await place.stub.poll();
    const isSetSoon = async (): Promise<boolean> => ((await place.alarmAt()) ?? Infinity) <= place.now + minute;
    await until(isSetSoon);
    expect(place.account.delivered).toBe(0);
    letGo();
    await until(() => place.account.delivered === 5);
  });

  test("an alarm that rings does not wait for it: no other could ring meanwhile", async () => {
    const { place, letGo } = torn("torn-at-an-alarm");
    await place.stub.poll();
    await until(async () => ((await place.alarmAt()) ?? Infinity) <= place.now + minute);
    const before = place.world.strays.length;
    place.pass(2 * minute);
    expect(await place.ring()).toBe(true);
    expect(place.world.strays.length).toBeGreaterThan(before);
    expect(place.account.delivered).toBe(0);
    expect(await place.alarmAt()).toBeGreaterThan(place.now);
    letGo();
    await until(() => place.account.delivered === 5);
  });
});

test("a run that finds nothing to do is followed by no other within five seconds", async () => {
  const place = new Premises("idle");
  place.happen(5, 1);
  const retryAfter = { seconds: 2, as: "seconds" } as const;
  place.world.intakes.get("siem")?.faults.set({ script: [{ do: "status", status: 503, retryAfter }] });
  await place.fire();
  expect(await place.alarmAt()).toBe(place.now + 2 * second);
  place.pass(second);
  await place.ring();
  expect(await place.alarmAt()).toBe(place.now + 5 * second);
  place.pass(5 * second);
  await place.ring();
  expect(place.account).toMatchObject({ delivered: 5, repeated: 0 });
});

describe("MAX_REQUESTS_PER_RUN", () => {
  const events = [{ seed: 1, count: 4_000, from: Date.now() - 9 * 1440 * minute, to: Date.now() }];

  async function requestsOfOneRun(place: Premises, value: string): Promise<number> {
    place.set("MAX_REQUESTS_PER_RUN", value);
    try {
      await place.fire();
      return place.requests + (place.world.intakes.get("siem")?.requests.manners().requests ?? 0);
    } finally {
      place.unset("MAX_REQUESTS_PER_RUN");
    }
  }

  test("is what a run may make; the rest is for the alarm", async () => {
    const place = new Premises("thrifty", events);
    expect(await requestsOfOneRun(place, "4")).toBe(4);
    await place.ringDue();
    expect(place.account).toMatchObject({ delivered: 4_000, lost: 0, repeated: 0 });
  });

  test.each([
    ["nothing", "0"],
    ["debt", "-4"],
    ["fraction", "4.5"],
    ["word", "many"],
  ])("that is no number of requests, but a %s, counts as not given", async (name, value) => {
    const place = new Premises(`spendthrift-${name}`, events);
    expect(await requestsOfOneRun(place, value)).toBeGreaterThan(5);
  });
});

describe("the ports of an object", () => {
  test("sleep for as long as they are told, and give a transaction back that fails", async () => {
    const place = new Premises("ports");
    await place.fire();
    await runInDurableObject(place.stub, async (_, { storage }) => {
      const ports = platformPorts(storage, {});
      const { sql } = ports;
      let isAwake = false;
      const rest = ports.sleep(100).then(() => (isAwake = true));
      await scheduler.wait(10);
      expect(isAwake).toBe(false);
      await rest;
      const insert = (): never => {
        sql.exec("INSERT INTO documents (name, body) VALUES (?, ?)", "half", "{}");
        throw new Error("The rest of it failed");
      };
      expect(() => sql.transaction(insert)).toThrow("The rest of it failed");
      expect(sql.exec("SELECT * FROM documents WHERE name = ?", "half")).toEqual([]);
    });
  });
});
