/** Design §2.7 and contract §3, §7.8: what the object does when nobody wakes it. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { day, hour, minute, Premises, second } from "./premises.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the dead man's alarm", () => {
  test("is armed by every tick, and rings within the half hour", async () => {
    const place = new Premises("armed");
    await place.fire();
    for (let firing = 0; firing < 40; firing += 1) {
      place.pass(minute);
      await place.fire();
      const at = await place.alarmAt();
      expect(at).toBeGreaterThan(place.now);
      expect(at).toBeLessThanOrEqual(place.now + 30 * minute);
    }
  });

  test("when the cron is silent the object polls slowly by itself, and says so", async () => {
    const place = new Premises("silent");
    await place.fire();
    for (const round of [1, 2, 3]) {
      place.pass(((await place.alarmAt()) ?? Infinity) - place.now);
      place.happen(5, round);
      await place.evict();
      expect(await place.ring()).toBe(true);
      await place.ringDue();
      expect(place.account).toMatchObject({ delivered: 5 * round, lost: 0, repeated: 0 });
      expect(await place.codes()).toContain("cron-silent");
      // Who looks at the status of all is told too.
      const { tenants } = await place.fleet();
      expect(tenants.find(({ id }) => id === "silent")?.problems.map(({ code }) => code)).toContain("cron-silent");
      expect(await place.alarmAt()).toBeGreaterThan(place.now);
    }
    await place.fire();
    expect(await place.codes()).toEqual([]);
  });

  test("while the cron fires, an alarm polls nothing", async () => {
    const place = new Premises("punctual");
    await place.fire();
    place.pass(minute);
    await place.fire();
    const { requests } = place;
    place.pass(30 * second);
    await place.ring();
    expect(place.requests).toBe(requests);
  });
});

describe("a failed poll whose object was evicted", () => {
  const rarely = { datasets: { "audit-events": { every: "12h" } } };

  test("is made again after its pause, not when the next one is due", async () => {
    const place = new Premises("unlucky");
    place.setTenant(rarely);
    place.happen(5, 1);
    place.kandji.faults.set({ script: [{ do: "status", status: 503 }] });
    await place.fire();
    expect(place.account.delivered).toBe(0);
    await place.evict();
    for (let turn = 0; turn < 2; turn += 1) {
      place.pass(minute);
      await place.fire();
      await place.ringDue();
    }
    expect(place.account).toMatchObject({ delivered: 5, lost: 0 });
  });

  test("still stands in the status when somebody looks", async () => {
    const place = new Premises("locked-out");
    place.setTenant(rarely);
    place.kandji.change({ token: "another-token" });
    await place.fire();
    expect(await place.codes()).toContain("token-rejected");
    await place.evict();
    expect(await place.codes()).toContain("token-rejected");
    place.pass(minute + second);
    await place.ring();
    expect(await place.codes()).toContain("token-rejected");
    place.pass(hour);
    await place.fire();
    const { tenants } = await place.fleet();
    expect(tenants.find(({ id }) => id === "locked-out")?.health).toBe("failing");
  });
});

describe("an object whose secret is absent", () => {
  const events = [{ seed: 1, count: 300, from: Date.now() - 9 * day, to: Date.now() }];

  /** Fires for longer than an hour: after so long a sleep its requests of the past hour are assumed to be many. */
  async function goOn(place: Premises): Promise<void> {
    for (let firing = 0; firing < 15; firing += 1) {
      await place.fire();
      await place.ringDue();
      place.pass(5 * minute);
    }
  }

  test("is polled at the first firing after it came back: nobody has asked Kandji anything for days", async () => {
    const place = new Premises("prompt", events);
    await place.fire();
    await place.ringDue();
    place.unset(place.secretName);
    await place.evict();
    await place.ring();
    place.pass(9 * day);
    place.setTenant();
    const { requests } = place;
    await place.fire();
    expect(place.requests).toBeGreaterThan(requests);
  });

  test("is not polled, keeps its state for 30 days, and is forgotten then", async () => {
    const place = new Premises("leaving", events);
    await place.fire();
    await place.ringDue();
    expect(place.account.lost).toBe(0);
    place.unset(place.secretName);
    await place.evict();
    const { requests } = place;
    place.pass(minute);
    await place.fire();

    // Its last alarm rings and finds out; from then on it waits for one thing only.
    expect(await place.ring()).toBe(true);
    const absentSince = place.now;
    const forgottenAt = await place.alarmAt();
    expect(forgottenAt).toBe(absentSince + 30 * day);
    place.pass(29 * day);
    await place.evict();
    await place.ring();
    expect(await place.stored()).toContain("segments");
    expect(await place.alarmAt()).toBe(forgottenAt);
    expect(Object.keys((await place.fleet()).homes)).toContain("leaving");

    place.pass(day);
    await place.ring();
    expect(await place.stored()).toEqual([]);
    expect(await place.alarmAt()).toBeNull();
    const { homes, tenants } = await place.fleet();
    expect([Object.keys(homes), tenants.map(({ id }) => id)].flat()).not.toContain("leaving");
    expect(place.requests).toBe(requests);
  });

  test("goes on where it stopped when the secret is put back in time; the 30 days begin anew at the next absence", async () => {
    const place = new Premises("returning", events);
    await place.fire();
    await place.ringDue();
    place.unset(place.secretName);
    await place.evict();
    await place.ring();

    place.pass(29 * day);
    place.setTenant();
    place.happen(7, 2);
    await goOn(place);
    expect(place.account).toMatchObject({ delivered: 307, lost: 0, repeated: 0 });

    place.unset(place.secretName);
    await place.evict();
    await place.ring();
    place.pass(2 * day);
    await place.ring();
    expect(await place.stored()).toContain("segments");
  });

  test("one whose secret is broken waits with all that it has, however long", async () => {
    const place = new Premises("broken", events);
    await place.fire();
    await place.ringDue();
    place.set(place.secretName, "{");
    await place.evict();
    const { requests } = place;
    for (let week = 0; week < 10; week += 1) {
      place.pass(7 * day);
      await place.fire();
      expect(await place.ring()).toBe(true);
    }
    expect(place.requests).toBe(requests);
    place.setTenant();
    place.happen(4, 3);
    await goOn(place);
    expect(place.account).toMatchObject({ delivered: 304, lost: 0, repeated: 0 });
  });
});
