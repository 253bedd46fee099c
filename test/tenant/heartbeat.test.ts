import { describe, expect, test } from "vitest";
import { noUsage } from "../../src/kandji/budget.ts";
import { lastUsage, type Heartbeat } from "../../src/tenant/heartbeat.ts";
import { day, epoch, hour, Household, minute, secrets } from "./household.ts";

const quiet = (tenant: object = {}): Household =>
  new Household(
    {
      kandji: {
        acme: { token: "token-of-acme", events: [{ seed: 1, count: 30, from: epoch - day, to: epoch - hour }] },
      },
      intakes: { siem: { kind: "webhook" } },
    },
    secrets({ siem: {} }, tenant),
  );

const asked = (it: Household): number => it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
const changes = (it: Household): number => it.sql.exec<{ n: number }>("SELECT total_changes() AS n")[0]?.n ?? NaN;

describe("the heartbeat", () => {
  test("is the one row that a tenant without news writes, every ten minutes", async () => {
    const it = quiet();
    await it.pass(10 * minute);
    const before = changes(it);
    await it.pass(hour);
    expect(changes(it) - before).toBe(6);
  });

  test("after a restart the requests since it are charged at the worst case: never fewer than were made", async () => {
    const it = quiet();
    await it.pass(hour);
    for (let n = 0; n < 20; n += 1) {
      await it.pass(7 * minute + 13_000);
      it.evict();
      const used = it.engine.state.budget.used();
      const made = it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
      expect(used).toBeGreaterThanOrEqual(Math.min(made, 58));
    }
  });

  test("of two counts that were written in the same millisecond, the larger is believed", async () => {
    const it = quiet();
    await it.pass(11 * minute);
    const { documents, spool } = it.engine.state;
    const { usage } = documents.read<Heartbeat>("heartbeat") ?? { usage: noUsage };
    const lane = { dataset: "audit-events", stream: "history" } as const;
    const more = { ...usage, minutes: [[Math.floor(usage.at / minute), 40, 40]] as const };
    spool.lanes.write(lane, spool.lanes.length(lane), { ...spool.lanes.state<object>(lane), usage: more });
    expect(lastUsage(documents, spool.lanes)).toEqual(more);
  });

  test("one poll for each interval since, and one more; not twice by being evicted again", async () => {
    const it = quiet();
    // The heartbeat of the eleventh minute is the last one.
    await it.pass(11 * minute + 1_000);
    const { usage } = it.engine.state.documents.read<Heartbeat>("heartbeat") ?? { usage: noUsage };
    const written = usage.minutes.reduce((sum, [, requests]) => sum + requests, 0);
    await it.time.advance(usage.at + 5 * minute - it.time.now());
    it.evict();
    // Nobody polled in these five minutes: the charge is what might have been.
    expect(it.engine.state.budget.used()).toBe(written + 6);
    const once = it.engine.state.budget.used();
    it.evict();
    expect(it.engine.state.budget.used()).toBe(once);
  });

  test("also while Kandji fails and is asked again and again: never fewer than were made", async () => {
    const it = quiet();
    await it.pass(12 * minute);
    it.world.kandji.get("acme")?.faults.set({ always: { do: "status", status: 503 } });
    const before = asked(it);
    for (let n = 0; n < 5; n += 1) {
      await it.pass(9 * minute);
      it.evict();
    }
    expect(it.engine.state.budget.used()).toBeGreaterThanOrEqual(asked(it) - before);
  });

  test("a tenant that slept for days is charged nothing, since nobody asked, and polls at the first firing", async () => {
    const it = quiet({ maxRequestsPerHour: 100 });
    await it.pass(10 * minute);
    await it.time.advance(3 * day);
    it.evict();
    expect(it.engine.state.budget.used()).toBe(0);
    const before = asked(it);
    await it.tick();
    expect(asked(it)).toBe(before + 1);
  });

  test("never more is charged than the share of the hour", async () => {
    const it = quiet({ maxRequestsPerHour: 60, datasets: { "audit-events": { every: "1s" } } });
    await it.pass(10 * minute);
    await it.time.advance(9 * minute);
    it.evict();
    expect(it.engine.state.budget.used()).toBeLessThanOrEqual(60);
  });

  test("what stood in the way of collection is kept over a restart, and lifted by another secret", async () => {
    const it = quiet();
    await it.pass(10 * minute);
    it.world.kandji.get("acme")?.change({ token: "another" });
    await it.pass(3 * minute);
    const setback = () => it.engine.state.sources.get("audit-events")?.liveSetback ?? null;
    const before = setback();
    expect(before).toMatchObject({ failure: { kind: "token-rejected" } });
    it.evict();
    expect(setback()).toEqual(before);
    it.evict(secrets({ siem: {} }, { token: "another" }));
    expect(setback()).toBeNull();
  });

  test("keeps slot, success, tick and floor over a restart", async () => {
    const it = quiet();
    await it.pass(35 * minute);
    const known = (): unknown[] => {
      const { state } = it.engine;
      const source = state.sources.get("audit-events");
      return [state.lastTickAt, source?.lastSlot, source?.live.state.floor, source?.lastSuccessAt];
    };
    it.engine.state.beat();
    const before = known();
    it.evict();
    expect(known()).toEqual(before);
  });

  test("is not written in the middle of a poll: the floor of a tenant that sleeps between polls rises, however much was open", async () => {
    const events = [{ seed: 1, count: 6_000, from: epoch - 9 * minute, to: epoch }];
    const plan = {
      kandji: { acme: { token: "token-of-acme", events } },
      intakes: { siem: { kind: "webhook" } },
    } as const;
    // A poll of such a window takes more requests than one run may make.
    const it = new Household(plan, secrets({ siem: {} }), { maxRequestsPerRun: 8 });
    for (let n = 0; n < 90; n += 1) {
      it.evict();
      await it.pass(minute);
    }
    const live = it.engine.state.sources.get("audit-events")?.live;
    expect(live?.seen.countSince(live.state.floor)).toBeLessThan(500);
    expect(it.world.accounts()[0]).toMatchObject({ lost: 0, repeated: 0 });
  });

  test.each(["2m", "3m", "7m"])(
    "tells of a poll, also where each object lives for one firing and polls every %s",
    async (every) => {
      const it = quiet({ datasets: { "audit-events": { every } } });
      // The first heartbeat is written at a firing that polls; the others need not fall on one by themselves.
      for (let n = 0; n < 181; n += 1) {
        it.evict();
        await it.pass(minute);
        if (n === 0)
          it.engine.state.documents.write("heartbeat", {
            ...it.engine.state.documents.read<Heartbeat>("heartbeat"),
            at: epoch,
          });
      }
      const beat = it.engine.state.documents.read<Heartbeat>("heartbeat");
      expect(it.time.now() - (beat?.at ?? 0)).toBeLessThan(15 * minute);
      expect((beat?.at ?? 0) - (beat?.sources["audit-events"]?.lastSuccessAt ?? 0)).toBeLessThan(45 * minute);
    },
  );

  test("a time before which Kandji wants no request is kept at once", async () => {
    const it = quiet();
    await it.pass(10 * minute);
    it.world.kandji.get("acme")?.faults.set({
      always: { do: "status", status: 429, retryAfter: { seconds: 1_800, as: "seconds" } },
    });
    await it.pass(minute + 1_000);
    const until = it.engine.state.budget.availableAt("live");
    expect(until).toBeGreaterThan(it.time.now() + 25 * minute);
    it.evict();
    expect(it.engine.state.budget.availableAt("live")).toBe(until);
  });
});

describe("a tenant with little left of its hour", () => {
  const busy = (perHour: number): Household =>
    new Household(
      {
        kandji: {
          acme: {
            token: "token-of-acme",
            // Some pages are open all the time, so that each poll takes several requests.
            events: [{ seed: 1, count: 6_000, from: epoch - 20 * minute, to: epoch + 2 * hour }],
          },
        },
        intakes: { siem: { kind: "webhook" } },
      },
      secrets({ siem: {} }, { maxRequestsPerHour: perHour }),
    );

  test("is polled on, woken without memory each minute, and never above its share", async () => {
    const it = busy(60);
    const newest: number[] = [];
    for (let n = 0; n < 240; n += 1) {
      it.evict();
      await it.pass(minute);
      newest.push(it.world.accounts()[0]?.delivered ?? 0);
    }
    // In each hour something arrives, also long after the first, when guesses would have used it up.
    const gained = [60, 120, 180, 239].map((at) => (newest[at] ?? 0) - (newest[at - 60] ?? 0));
    expect(gained.filter((records) => records > 0).length).toBeGreaterThanOrEqual(3);
    expect(it.world.accounts()[0]).toMatchObject({ lost: 0, repeated: 0 });
    expect(it.world.kandji.get("acme")?.requests.manners().maxPerHour).toBeLessThanOrEqual(60);
  });

  test("writes down what it is going to ask before it asks", async () => {
    const it = busy(60);
    await it.pass(30 * minute);
    const beat = it.engine.state.documents.read<Heartbeat>("heartbeat");
    expect(beat?.reserves).toBe(true);
    const used = it.engine.state.budget.used();
    it.evict();
    expect(it.engine.state.budget.used()).toBe(used);
  });

  test("says so, and one with plenty left does not", async () => {
    const it = busy(60);
    const codes = new Set<string>();
    for (let n = 0; n < 60; n += 1) for (const { code } of (await it.pass(minute)).problems) codes.add(code);
    expect(codes).toContain("share-used-up");
    const other = busy(2_500);
    const well = await other.pass(30 * minute);
    expect(well.problems).toEqual([]);
    expect(other.engine.state.documents.read<Heartbeat>("heartbeat")?.reserves).toBe(false);
  });
});

describe("without a cron", () => {
  test("each source is polled once in a quarter of an hour, however often the alarm rings", async () => {
    const it = quiet();
    await it.pass(10 * minute);
    await it.pass(16 * minute, { isCronSilent: true });
    const before = asked(it);
    for (let n = 0; n < 600; n += 1) {
      it.engine.state.pollIfCronIsSilent();
      await it.time.during(it.engine.run());
      await it.time.advance(6_000);
    }
    expect(asked(it) - before).toBeGreaterThanOrEqual(3);
    expect(asked(it) - before).toBeLessThanOrEqual(5);
  });

  test("nothing is polled by the alarm while the cron fires", async () => {
    const it = quiet();
    await it.pass(10 * minute);
    const before = asked(it);
    it.engine.state.pollIfCronIsSilent();
    await it.time.during(it.engine.run());
    expect(asked(it)).toBe(before);
  });
});
