/** Contract §3 (`every`), §7.1, §7.2 and design §2.8 in the real runtime: ticks, evictions, and being forgotten. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { imbalance } from "../outside/evidence.ts";
import { day, minute, Premises } from "./premises.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function expectBalance(place: Premises): Promise<void> {
  const { destinations } = await place.report();
  expect(destinations.map((books) => [books.name, imbalance(books)])).toEqual([["siem", 0]]);
}

describe("ticks", () => {
  test("during a tick are harmless: everything arrives once", async () => {
    const place = new Premises("hurried", [{ seed: 1, count: 3000, from: Date.now() - 30 * day, to: Date.now() }]);
    place.kandji.change({ latencyMs: 20 });
    place.setTenant({ datasets: { "audit-events": { every: "1s" } } });
    place.happen(50, 2);
    const firings: Promise<void>[] = [];
    for (let firing = 0; firing < 5; firing += 1) {
      firings.push(place.fire());
      place.pass(1000);
    }
    await Promise.all(firings);
    await place.ringDue();
    expect(place.account).toMatchObject({ delivered: 3050, lost: 0, repeated: 0 });
    expect(await place.report()).toMatchObject({ destinations: [{ collected: 3050, delivered: 3050 }] });
    await expectBalance(place);
  });

  test("with an eviction after each lose and repeat nothing", async () => {
    const place = new Premises("evicted", [{ seed: 1, count: 4000, from: Date.now() - 30 * day, to: Date.now() }]);
    for (let firing = 0; firing < 20; firing += 1) {
      place.happen(10, 10 + firing);
      await place.fire();
      await place.ring();
      await place.evict();
      await expectBalance(place);
      place.pass(minute);
    }
    await place.fire();
    await place.ringDue();
    expect(place.account).toMatchObject({ delivered: 4200, lost: 0, repeated: 0 });
  });
});

describe('every: "5m"', () => {
  /** Whether Kandji was asked at each of so many firings, a minute apart. */
  async function askedAt(place: Premises, firings: number, between: () => Promise<void>): Promise<number[]> {
    const minutes: number[] = [];
    for (let firing = 0; firing < firings; firing += 1) {
      const { requests } = place;
      await place.fire();
      if (place.requests > requests) minutes.push(firing);
      await between();
      place.pass(minute);
    }
    return minutes;
  }

  test("polls at every fifth firing", async () => {
    const place = new Premises("fifth");
    place.setTenant({ datasets: { "audit-events": { every: "5m" } } });
    expect(await askedAt(place, 23, async () => {})).toEqual([0, 5, 10, 15, 20]);
  });

  test("also when the object is evicted after each", async () => {
    const place = new Premises("fifth-evicted");
    place.setTenant({ datasets: { "audit-events": { every: "5m" } } });
    expect(await askedAt(place, 23, async () => place.evict())).toEqual([0, 5, 10, 15, 20]);
  });
});

describe("forgetting", () => {
  const events = [{ seed: 1, count: 400, from: Date.now() - 9 * day, to: Date.now() }];

  test("leaves nothing stored and nothing that rings; the next tick begins anew", async () => {
    const place = new Premises("oblivious", events);
    await place.fire();
    await place.ringDue();
    await place.stub.forget();
    expect(await place.stored()).toEqual([]);
    expect(await place.alarmAt()).toBeNull();
    await place.stub.forget();
    place.pass(minute);
    await place.fire();
    await place.ringDue();
    expect(place.account).toMatchObject({ delivered: 400, lost: 0, repeated: 400 });
    expect(await place.report()).toMatchObject({ destinations: [{ collected: 400, delivered: 400 }] });
  });

  test("is done by hand also for a tenant whose secret is gone", async () => {
    const place = new Premises("cleared", events);
    await place.fire();
    place.unset(place.secretName);
    await place.evict();
    const answer = await place.ask("/tenants/cleared", {
      method: "DELETE",
      body: JSON.stringify({ confirm: "cleared" }),
    });
    expect(answer.status).toBe(202);
    expect(await place.stored()).toEqual([]);
    expect((await place.ask("/status/cleared")).status).toBe(404);
  });
});

describe("outside of development, an object that does not live where the secret says", () => {
  test("does nothing, and its alarm goes on being one", async () => {
    const place = new Premises("elsewhere");
    await place.fire();
    place.unset("ALLOW_LOCAL_HOSTS");
    try {
      place.setTenant({ jurisdiction: "eu" });
      await place.evict();
      const { requests } = place;
      place.pass(30 * minute);
      // An alarm that throws is tried six times and then dies: nobody would ever come to forget this object.
      expect(await place.ring()).toBe(true);
      expect(await place.alarmAt()).toBeGreaterThan(place.now);
      expect(place.requests).toBe(requests);
    } finally {
      place.set("ALLOW_LOCAL_HOSTS", "true");
    }
  });
});
