import { describe, expect, test } from "vitest";
import { completenessOf } from "../../src/tenant/completeness.ts";
import { deleteDeadLetters, redrive } from "../../src/tenant/operations.ts";
import { replay } from "../../src/tenant/replay.ts";
import type { DestinationHour } from "../../src/tenant/report.ts";
import type { EventPlan } from "../simulator/event-plan.ts";
import type { IntakePlan } from "../simulator/world.ts";
import { epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

/** What the page says of each hour is what simulator and intakes hold, whatever went wrong; and a loss is seen. */

const sweeping = { datasets: { "audit-events": { overlap: "10m", sweepEvery: "2h", sweep: "1d" } } };
/** Ten hours of events: some visible late, some refused by an intake, some without id or time. */
const events: EventPlan = {
  seed: 9,
  count: 2_000,
  from: epoch,
  to: epoch + 10 * hour,
  late: { share: 0.02, byMs: 90 * minute },
  marked: { count: 20, text: "poison" },
  bare: 10,
};
const punctual: EventPlan = { ...events, late: undefined, marked: undefined };
const poison = { refuse: [{ contains: "poison", status: 422 }] } as const;

function house(
  intakes: Readonly<Record<string, IntakePlan>> = { siem: { kind: "webhook" } },
  vars: { maxSpoolBytes?: number; events?: EventPlan } = {},
): Household {
  const named = Object.fromEntries(Object.keys(intakes).map((name) => [name, {}]));
  const kandji = { acme: { token: "token-of-acme", events: [vars.events ?? events] } };
  return new Household({ kandji, intakes }, secrets(named, sweeping), vars);
}

const hoursOf = (it: Household) => completenessOf(it.engine.state, "audit-events");
const off = (it: Household): DestinationHour[] =>
  hoursOf(it).flatMap(({ destinations }) => destinations.filter(({ missing }) => missing !== 0));
const codes = (it: Household): string[] => it.report().problems.map(({ code }) => code);

/** From the two ends only. */
function truth(it: Household, name: string, start: string) {
  const from = Date.parse(start) * 1000;
  const dated =
    it.world.kandji
      .get("acme")
      ?.store.visible()
      .filter(({ raw }) => raw.includes('"occurred_at"')) ?? [];
  const inside = dated.filter(({ at }) => at >= from && at < from + hour * 1000);
  const memory = it.world.intakes.get(name)?.memory;
  const delivered = inside.filter(({ key }) => memory?.times.has(key)).length;
  const refused = inside.filter(({ key }) => memory?.refused.has(key) === true && !memory.times.has(key)).length;
  return { inKandji: inside.length, delivered, refused };
}

/** Every hour that is told of, beside what the two ends hold; answers how many figures that were. */
function compareWithTruth(it: Household, gone: "dead" | "skipped" = "dead"): number {
  let figures = 0;
  for (const { hour: start, inKandji, destinations } of hoursOf(it)) {
    for (const found of destinations) {
      const told = { start, inKandji, delivered: found.delivered, refused: found[gone], missing: found.missing };
      expect(told).toEqual({ start, ...truth(it, found.name, start), missing: 0 });
      figures += 1;
    }
  }
  return figures;
}

describe("the figures of each hour are what simulator and intakes hold", () => {
  test("with late events, refused ones, and some without a time", async () => {
    const it = house({ siem: { kind: "webhook", ...poison }, archive: { kind: "webhook" } });
    await it.pass(14 * hour);
    expect(compareWithTruth(it)).toBe(16);
    expect(codes(it)).not.toContain("hour-does-not-add-up");
  });

  test("when answers are lost, intakes fail and the object is evicted or killed again and again", async () => {
    const shares = [
      { share: 0.15, fault: { do: "status", status: 503 } },
      { share: 0.1, fault: { do: "lost-answer" } },
    ] as const;
    const it = house({ siem: { kind: "webhook", ...poison, faults: { shares } } });
    for (let step = 0; step < 56; step += 1) {
      await it.pass(15 * minute);
      it.evict();
    }
    it.world.intakes.get("siem")?.faults.clear();
    await it.pass(10 * minute);
    expect(it.world.accounts()[0]?.repeated).toBeGreaterThan(0);
    expect(compareWithTruth(it)).toBeGreaterThanOrEqual(8);
  });

  test("when the spool overflows: what was let go counts when it comes back, and is no loss before", async () => {
    const it = house({ siem: { kind: "webhook" }, archive: { kind: "webhook" } }, { maxSpoolBytes: 20_000 });
    await it.pass(2 * hour);
    it.world.intakes.get("siem")?.faults.set({ always: { do: "status", status: 503 } });
    const during = await it.pass(7 * hour);
    expect(during.destinations[0]?.owed).toBeGreaterThan(500);
    const owed = hoursOf(it).flatMap(({ destinations }) => destinations.filter(({ missing }) => missing > 0));
    expect(owed.length).toBeGreaterThan(2);
    expect(owed.every(({ because }) => because === "owed")).toBe(true);
    expect(codes(it)).not.toContain("hour-does-not-add-up");
    it.world.intakes.get("siem")?.faults.clear();
    await it.pass(5 * hour);
    expect(compareWithTruth(it)).toBe(16);
  });

  test("when a replay is let go by the spool: its records do not count a second time", async () => {
    const it = house({ siem: { kind: "webhook" }, archive: { kind: "webhook" } }, { maxSpoolBytes: 20_000 });
    await it.pass(8 * hour);
    it.world.intakes.get("siem")?.faults.set({ always: { do: "status", status: 503 } });
    const at = { since: (epoch + 2 * hour) * 1000, until: (epoch + 4 * hour) * 1000 };
    replay(it.engine.state, { dataset: "audit-events", ...at });
    await it.pass(hour);
    it.world.intakes.get("siem")?.faults.clear();
    await it.pass(5 * hour);
    expect(it.world.accounts()[0]?.repeated).toBeGreaterThan(300);
    expect(compareWithTruth(it)).toBeGreaterThanOrEqual(16);
  });

  test("of a destination that comes late, from the next whole hour on", async () => {
    const it = house({ siem: { kind: "webhook" }, archive: { kind: "webhook" } });
    const both = it.env;
    it.evict(Object.fromEntries(Object.entries(both).filter(([name]) => name !== "DESTINATION_ARCHIVE")));
    await it.pass(5 * hour + 7 * minute);
    it.evict(both);
    await it.pass(9 * hour);
    compareWithTruth(it);
    const told = hoursOf(it).filter(({ destinations }) => destinations.some(({ name }) => name === "archive"));
    expect(told[0]?.hour).toBe(new Date(epoch + 6 * hour).toISOString());
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(codes(it)).not.toContain("hour-does-not-add-up");
  });

  test("after dead letters were redriven, and after they were deleted", async () => {
    const it = house({ siem: { kind: "webhook", ...poison } });
    await it.pass(13 * hour);
    compareWithTruth(it);
    it.world.intakes.get("siem")?.change({ refuse: [] });
    // Of an hour that is told of.
    const letter = it.engine.state.spool.deadLetters.all().findLast(({ id }) => {
      const at = it.engine.state.spool.deadLetters.hour(id) ?? 0;
      return hoursOf(it).some(({ hour: start }) => Date.parse(start) === at * hour);
    });
    redrive(it.engine.state, [letter?.id ?? 0]);
    expect(off(it)).toEqual([]);
    const waiting = hoursOf(it).reduce((sum, { destinations: [found] }) => sum + (found?.pending ?? 0), 0);
    expect(waiting).toBe(1);
    await it.pass(2 * minute);
    compareWithTruth(it);
    expect(deleteDeadLetters(it.engine.state, undefined)).toBe(19);
    compareWithTruth(it, "skipped");
    // Of the twenty, some are of the first hour, which is not swept whole.
    expect(hoursOf(it).reduce((sum, { destinations: [found] }) => sum + (found?.skipped ?? 0), 0)).toBeGreaterThan(10);
  });
});

describe("a loss that the books do not show", () => {
  /** What a fault of the forwarder could do: records that wait count as delivered, and never were. */
  function lose(it: Household): number {
    const { spool } = it.engine.state;
    const lane = { dataset: "audit-events", stream: "live" } as const;
    const offset = spool.offsets.get("siem", lane);
    if (offset === undefined) throw new Error("The test's destination has not joined");
    const position = spool.lanes.length(lane).appended;
    const lost = position - offset.position;
    spool.settle({ ...offset, position, delivered: offset.delivered + lost, ends: [], suspects: [] });
    return lost;
  }

  async function withLoss() {
    const it = house(undefined, { events: punctual });
    await it.pass(3 * hour);
    it.world.intakes.get("siem")?.faults.set({ always: { do: "status", status: 503 } });
    await it.pass(30 * minute);
    const lost = lose(it);
    it.world.intakes.get("siem")?.faults.clear();
    await it.pass(8 * hour);
    return { it, lost };
  }

  test("makes the tenant not green once the hour was swept, with hour, figures and mend", async () => {
    const { it, lost } = await withLoss();
    expect(lost).toBeGreaterThan(50);
    expect(it.world.accounts()[0]?.lost).toBe(lost);
    const report = it.report();
    expect(report).toMatchObject({ health: "degraded" });
    const problem = report.problems.find(({ code }) => code === "hour-does-not-add-up");
    expect(problem?.subject).toBe("tenant acme / audit-events / destination siem");
    expect(problem?.message).toContain(`Of the hour from ${new Date(epoch + 3 * hour).toISOString()}, Kandji has `);
    expect(off(it).reduce((sum, { missing }) => sum + missing, 0)).toBe(lost);
  });

  test("a replay of the hour mends it, and the tenant is green again", async () => {
    const { it } = await withLoss();
    const at = { since: (epoch + 3 * hour) * 1000, until: (epoch + 4 * hour) * 1000 - 1 };
    replay(it.engine.state, { dataset: "audit-events", ...at, destination: "siem" });
    await it.pass(2 * minute);
    expect(it.world.accounts()[0]?.lost).toBe(0);
    expect(it.report()).toMatchObject({ health: "ok" });
    expect(off(it).every(({ because }) => because === "replayed")).toBe(true);
  });
});

test("what is counted is forgotten with the hours that no sweep asks for any more", async () => {
  const short = { datasets: { "audit-events": { overlap: "10m", sweepEvery: "1h", sweep: "4h" } } };
  const kandji = { acme: { token: "token-of-acme", events: [punctual] } };
  const it = new Household({ kandji, intakes: { siem: { kind: "webhook" } } }, secrets({ siem: {} }, short));
  await it.pass(9 * hour + 30 * minute);
  const counted = it.engine.state.spool.offsets.all().flatMap(({ hours = [] }) => hours);
  expect(new Set(counted.map(([at]) => at)).size).toBeLessThanOrEqual(4 + 2);
  expect(compareWithTruth(it)).toBeGreaterThanOrEqual(2);
});
