import { describe, expect, test } from "vitest";
import { overlapOf, sweepName, type SweepNote } from "../../src/tenant/sweeps.ts";
import type { EventPlan } from "../simulator/event-plan.ts";
import type { WorldPlan } from "../simulator/world.ts";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

/** Events that become visible later than the overlap: polling has done with their moment, and a sweep finds them. */

const once = { lost: 0, repeated: 0, altered: 0 };
/** Eight hours of events, some of them visible an hour and a half after they happened. */
const lateEvents: EventPlan = {
  seed: 5,
  count: 1_600,
  from: epoch,
  to: epoch + 8 * hour,
  late: { share: 0.02, byMs: 90 * minute },
};

const sweeping = (options: object = {}) => ({
  datasets: { "audit-events": { overlap: "10m", sweepEvery: "2h", sweep: "1d", ...options } },
});

const toSiem: WorldPlan["intakes"] = { siem: { kind: "webhook" } };

function house(events: readonly EventPlan[], tenant: object = sweeping(), intakes = toSiem): Household {
  const named = Object.fromEntries(Object.keys(intakes ?? {}).map((name) => [name, {}]));
  return new Household({ kandji: { acme: { token: "token-of-acme", events } }, intakes }, secrets(named, tenant));
}

const noteOf = (it: Household): SweepNote | undefined => it.engine.state.sweeps.noteOf("audit-events");
const requests = (it: Household): number => it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
const ids = (it: Household): number =>
  it.sql
    .exec<{ ids: string }>("SELECT ids FROM seen")
    .reduce((sum, row) => sum + (JSON.parse(row.ids) as unknown[]).length, 0);

describe("promise 5: later than the overlap, the sweep finds it", () => {
  test("without a sweep such events are missed: polling cannot see them", async () => {
    const it = house([lateEvents], sweeping({ sweep: "never" }));
    await it.pass(14 * hour);
    expect(it.world.accounts()[0]?.lost).toBeGreaterThan(20);
  });

  test("all of them arrive, each once, and it is told when and how many", async () => {
    const it = house([lateEvents]);
    const report = await it.pass(14 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 1_600 });
    const found = noteOf(it)?.finds.reduce((sum, { records }) => sum + records, 0) ?? 0;
    expect(found).toBeGreaterThan(15);
    expect(report.datasets[0]?.sweep?.finds.length).toBeGreaterThan(0);
    expect(report.destinations[0]).toMatchObject({ collected: 1_600, delivered: 1_600, pending: 0 });
  });

  test("to every destination, and those that come later get each once, too", async () => {
    const it = house([lateEvents], sweeping(), { siem: { kind: "webhook" }, archive: { kind: "webhook" } });
    const both = it.env;
    it.evict(Object.fromEntries(Object.entries(both).filter(([name]) => name !== "DESTINATION_ARCHIVE")));
    await it.pass(5 * hour + 7 * minute);
    it.evict(both);
    await it.pass(10 * hour);
    for (const account of it.world.accounts()) expect(account).toMatchObject({ lost: 0, delivered: 1_600 });
  });

  test("evicted every few minutes and killed now and then, it goes on: none is lost or repeated", async () => {
    const it = house([lateEvents]);
    for (let step = 0; step < 60; step += 1) {
      await it.pass(15 * minute);
      it.evict();
    }
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 1_600 });
  });

  test("events that were there in time are not sent again, however often they are swept", async () => {
    const { late: _, ...punctual } = lateEvents;
    const it = house([punctual]);
    await it.pass(14 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 1_600 });
    expect(noteOf(it)).toMatchObject({ finds: [], widening: 1 });
    expect(noteOf(it)?.clean).toBeGreaterThan(4);
  });

  test("it knows how many events Kandji has of each whole hour", async () => {
    const { late: _, ...punctual } = lateEvents;
    const it = house([punctual]);
    await it.pass(11 * hour);
    const hours = noteOf(it)?.hours ?? [];
    expect(hours.length).toBeGreaterThan(6);
    const kandji = it.world.kandji.get("acme");
    for (const [at, events] of hours) {
      const inKandji = kandji?.store.visible().filter((event) => Math.floor(event.at / 3_600_000_000) === at).length;
      expect([at, events]).toEqual([at, inKandji]);
    }
  });

  test("it costs a request for 500 events, in the share of history, and not before its time", async () => {
    const it = house([{ seed: 1, count: 1_900, from: epoch, to: epoch + hour }], sweeping({ sweepEvery: "4h" }));
    await it.pass(4 * hour - minute);
    expect(noteOf(it)?.last).toBeNull();
    const before = requests(it);
    await it.pass(10 * minute);
    expect(noteOf(it)?.last).toMatchObject({ records: expect.any(Number) as number });
    // Ten polls, and the pages of 1,900 events.
    expect(requests(it) - before).toBeLessThanOrEqual(10 + 5);
  });

  test("it writes a handful of rows, and none where nothing was found but its own", async () => {
    const it = house([{ seed: 1, count: 100, from: epoch, to: epoch + hour }], sweeping({ sweepEvery: "4h" }));
    await it.pass(4 * hour - 2 * minute);
    const before = it.sql.writes;
    await it.pass(4 * minute);
    expect(it.sql.writes - before).toBeLessThanOrEqual(6);
  });
});

describe("what is remembered for the sweeps", () => {
  test("goes when no sweep asks for it any more", async () => {
    const it = house([{ seed: 1, count: 4_800, from: epoch, to: epoch + 12 * hour }], sweeping({ sweep: "2h" }));
    await it.pass(12 * hour);
    // Two hours, what came since the last sweep, and what shares a row with it.
    expect(ids(it)).toBeLessThan(400 * 5 + 1_500);
  });

  test("is all gone, with its note, when sweeps are switched off", async () => {
    const it = house([{ seed: 1, count: 4_800, from: epoch, to: epoch + 12 * hour }]);
    await it.pass(9 * hour);
    expect(ids(it)).toBeGreaterThan(3_000);
    it.evict(secrets({ siem: {} }, sweeping({ sweep: "never" })));
    await it.pass(10 * minute);
    expect(it.engine.state.documents.names()).not.toContain(sweepName("audit-events"));
    expect(ids(it)).toBeLessThan(1_500);
    await it.pass(4 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_800 });
  });

  test("a sweep reads nothing older than what is remembered: switched on late, it repeats nothing", async () => {
    const it = house([lateEvents], sweeping({ sweep: "never" }));
    await it.pass(4 * hour);
    it.evict(secrets({ siem: {} }, sweeping({ sweep: "3d" })));
    await it.pass(10 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ repeated: 0, altered: 0 });
  });
});

describe("the overlap", () => {
  test("is widened while sweeps find events that were later, to an hour at the most", () => {
    const asked = { everyMs: minute, backfillMs: 0, overlapMs: 10 * minute, sweepMs: day, sweepEveryMs: hour };
    expect([1, 2, 4, 8, 64].map((widening) => overlapOf(asked, { widening }) / minute)).toEqual([10, 20, 40, 60, 60]);
    expect(overlapOf({ ...asked, overlapMs: 3 * hour }, { widening: 4 })).toBe(3 * hour);
    expect(overlapOf(asked, undefined)).toBe(10 * minute);
  });

  test("so that polling finds by itself what is regularly late", async () => {
    const it = house([{ ...lateEvents, late: { share: 0.1, byMs: 25 * minute } }]);
    await it.pass(14 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 1_600 });
    const widening = noteOf(it)?.widening ?? 0;
    expect(widening).toBeGreaterThanOrEqual(4);
    // Only the first sweeps had something to find.
    expect(noteOf(it)?.finds.every(({ at }) => at < epoch + 7 * hour)).toBe(true);
    expect(it.report().datasets[0]?.overlap).toEqual({ askedSeconds: 600, seconds: Math.min(600 * widening, 3_600) });
  });
});
