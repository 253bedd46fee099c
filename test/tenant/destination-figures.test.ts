import { describe, expect, test } from "vitest";
import type { Heartbeat } from "../../src/tenant/heartbeat.ts";
import type { DestinationReport } from "../../src/tenant/report.ts";
import { reportOf } from "../../src/tenant/reporter.ts";
import type { EventPlan } from "../simulator/event-plan.ts";
import type { Fault } from "../simulator/faults.ts";
import type { IntakePlan } from "../simulator/world.ts";
import { day, epoch, hour, Household, minute, secrets } from "./household.ts";

const house = (events: readonly EventPlan[], intake: Omit<IntakePlan, "kind"> = {}, tenant: object = {}): Household =>
  new Household(
    { kandji: { acme: { token: "token-of-acme", events } }, intakes: { siem: { kind: "webhook", ...intake } } },
    secrets({ siem: {} }, { datasets: { "audit-events": { backfill: "0s" } }, ...tenant }),
  );

/** What the answer for the tenant tells of its destination. */
function told(it: Household) {
  const [report] = reportOf(it.engine.state, it.time.now(), true).destinations;
  const { lastDay, last30Days, delay, unaccepted } = report ?? {};
  if (lastDay === undefined || last30Days === undefined || delay === undefined || unaccepted === undefined)
    throw new Error("The destination tells no figures");
  return { lastDay, last30Days, delay, unaccepted, delivered: report?.delivered };
}

const sum = (parts: readonly { readonly records: number }[]): number =>
  parts.reduce((total, { records }) => total + records, 0);
const fails = (it: Household, ...script: readonly (Fault | "ok")[]): void =>
  it.world.intakes.get("siem")?.faults.set({ script });
const unavailable = { do: "status", status: 503 } as const;
/** Events that become visible half an hour after they happened; polls of a minute find them, and an overlap of an hour. */
const late: EventPlan = {
  seed: 1,
  count: 200,
  from: epoch + hour,
  to: epoch + 2 * hour,
  late: { share: 1, byMs: 30 * minute },
};
const prompt: EventPlan = { seed: 2, count: 40, from: epoch + minute, to: epoch + 2 * minute };

describe("from the time of an event to its acceptance", () => {
  test("events that are late by half an hour and a poll are told so, within 20 %, as median and 95th percentile", async () => {
    const it = house([late], {}, { datasets: { "audit-events": { backfill: "0s", overlap: "1h" } } });
    await it.pass(3 * hour);
    const { lastDay, last30Days, delay } = told(it);
    // Each waits for the next poll, up to a minute.
    for (const { total } of [lastDay, last30Days]) {
      expect(total.delaySeconds?.median).toBeGreaterThanOrEqual((30 * 60) / 1.2);
      expect(total.delaySeconds?.p95).toBeLessThanOrEqual(31.1 * 60 * 1.2);
      expect(total.records).toBe(200);
    }
    expect(delay.events).toBe(200);
    expect(delay.seconds / 200).toBeGreaterThan(30 * 60);
    expect(delay.seconds / 200).toBeLessThan(31.1 * 60);
    expect(delay.within.find(({ seconds }) => seconds === 1_024)?.events).toBe(0);
    expect(delay.within.find(({ seconds }) => seconds === 4_096)?.events).toBe(200);
    // Accepted in the hours in which they became visible.
    expect(lastDay.parts.slice(-4).map(({ records }) => records > 0)).toEqual([false, true, true, false]);
    expect(lastDay.parts.filter(({ delaySeconds }) => delaySeconds !== null)).toHaveLength(2);
  });

  test("an intake that was away makes what waited for it late", async () => {
    const it = house([prompt], { faults: { always: unavailable } });
    await it.pass(hour);
    expect(told(it).delay.events).toBe(0);
    it.world.intakes.get("siem")?.faults.clear();
    await it.pass(5 * minute);
    const { total } = told(it).lastDay;
    expect(total.records).toBe(40);
    expect(total.delaySeconds?.median).toBeGreaterThan((58 * 60) / 1.2);
    expect(total.delaySeconds?.p95).toBeLessThan(62 * 60 * 1.2);
  });

  test("what had happened before anybody could read it is not late, however wide the overlap", async () => {
    const earlier = { ...prompt, seed: 9, from: epoch - 5 * hour, to: epoch - 10 * minute };
    const options = { backfill: "365d", overlap: "6h" };
    const it = house([earlier, prompt], {}, { datasets: { "audit-events": options } });
    await it.pass(30 * minute);
    expect([told(it).delivered, told(it).delay.events]).toEqual([80, 40]);
  });

  test("history and replays are records, and no delay", async () => {
    const history = { seed: 3, count: 700, from: epoch - 20 * day, to: epoch - day };
    const it = house([history, prompt], {}, { datasets: { "audit-events": { backfill: "365d" } } });
    await it.pass(30 * minute);
    const before = told(it);
    expect([before.delivered, before.lastDay.total.records, before.delay.events]).toEqual([740, 740, 40]);
    expect(before.lastDay.total.delaySeconds?.p95).toBeLessThan(15 * 60);
    const { replay } = await import("../../src/tenant/replay.ts");
    replay(it.engine.state, { dataset: "audit-events", since: (epoch - 20 * day) * 1000, until: null });
    await it.pass(30 * minute);
    const after = told(it);
    expect([after.delivered, after.lastDay.total.records, after.delay]).toEqual([1_480, 1_480, before.delay]);
  });
});

describe("answers that were no acceptance", () => {
  test("503 twice and then an acceptance: retried twice, by 503", async () => {
    const it = house([prompt]);
    fails(it, unavailable, unavailable);
    await it.pass(30 * minute);
    const { lastDay, last30Days, unaccepted } = told(it);
    expect(lastDay.total).toMatchObject({ records: 40, refused: {}, retried: { 503: 2 } });
    expect(last30Days.total.retried).toEqual({ 503: 2 });
    expect(unaccepted).toEqual([{ outcome: "retried", answer: "503", requests: 2 }]);
  });

  test("a refused record is told by the status of each request that it spoilt", async () => {
    const it = house([{ ...prompt, marked: { count: 1, text: "poison" } }], {
      refuse: [{ contains: "poison", status: 400 }],
    });
    await it.pass(30 * minute);
    const refused = it.world.intakes.get("siem")?.memory.batches.filter(({ accepted }) => !accepted).length;
    expect(refused).toBeGreaterThan(0);
    expect(told(it).lastDay.total).toMatchObject({ records: 39, refused: { 400: refused }, retried: {} });
  });

  test("no answer, and one that broke off, are kinds of their own; a locked door is tried again", async () => {
    const it = house([prompt]);
    fails(it, { do: "hang" }, { do: "cut" }, { do: "status", status: 401 });
    await it.pass(30 * minute);
    expect(told(it).lastDay.total.retried).toEqual({ "timed-out": 1, "broken-off": 1, 401: 1 });
  });
});

describe("a restart", () => {
  test("loses nothing of what was accepted, or counted before it", async () => {
    const it = house([prompt]);
    fails(it, unavailable, unavailable);
    await it.pass(30 * minute);
    const before = told(it);
    it.evict();
    expect(told(it)).toEqual(before);
  });

  test("during an outage loses what came after the last heartbeat, and counts nothing twice", async () => {
    const it = house([prompt], { faults: { always: unavailable } });
    await it.pass(35 * minute);
    const counted = told(it).lastDay.total.retried["503"] ?? NaN;
    const written = told(it).unaccepted[0]?.requests ?? NaN;
    const { at = 0 } = it.engine.state.documents.read<Heartbeat>("heartbeat") ?? {};
    expect(it.time.now() - at).toBeLessThanOrEqual(13 * minute);
    expect(written).toBeGreaterThan(20);
    expect(counted).toBeGreaterThan(written);
    it.evict();
    for (let again = 0; again < 2; again += 1) {
      expect(told(it).lastDay.total.retried).toEqual({ 503: written });
      expect(told(it).unaccepted).toEqual([{ outcome: "retried", answer: "503", requests: written }]);
      it.evict();
    }
    it.world.intakes.get("siem")?.faults.clear();
    await it.pass(minute);
    // Written down with the acceptance: the heartbeat, which still has them, is not asked any more.
    expect(it.engine.state.documents.read<Heartbeat>("heartbeat")?.unwritten).toBeDefined();
    it.evict();
    expect(told(it).lastDay.total).toMatchObject({ records: 40, retried: { 503: written } });
    await it.pass(hour);
    it.evict();
    expect(told(it).unaccepted).toEqual([{ outcome: "retried", answer: "503", requests: written }]);
  });

  test("while its secret is broken nothing is forgotten", async () => {
    const it = house([prompt], { faults: { always: unavailable } });
    await it.pass(30 * minute);
    it.evict();
    const before = told(it);
    expect(before.unaccepted[0]?.requests).toBeGreaterThan(0);
    const { env } = it;
    it.evict({ ...env, DESTINATION_SIEM: "{" });
    expect(told(it)).toEqual(before);
    await it.pass(hour);
    it.evict(env);
    expect(told(it).unaccepted).toEqual(before.unaccepted);
  });

  test("requests are not forgotten either, and an outage writes no rows but heartbeats", async () => {
    const it = house([prompt], { faults: { always: unavailable } });
    await it.pass(11 * minute + 1_000);
    const requests = (): DestinationReport["requests"] => it.report().destinations[0]?.requests ?? NaN;
    const changes = (): number => it.sql.exec<{ n: number }>("SELECT total_changes() AS n")[0]?.n ?? NaN;
    const [asked, rows] = [requests(), changes()];
    await it.pass(hour);
    expect(changes() - rows).toBe(6);
    const most = requests();
    it.evict();
    expect(requests()).toBeGreaterThan(asked);
    expect(requests()).toBeLessThanOrEqual(most);
  });
});

test("an hour falls out after a day and a day after 30; the sum of all time stays", async () => {
  const it = house([prompt]);
  await it.pass(30 * minute);
  const kept = () => [sum(told(it).lastDay.parts), sum(told(it).last30Days.parts), told(it).delay.events];
  expect(kept()).toEqual([40, 40, 40]);
  await it.time.advance(epoch + 24 * hour - 1 - it.time.now());
  expect(kept()).toEqual([40, 40, 40]);
  await it.time.advance(1);
  expect(kept()).toEqual([0, 40, 40]);
  await it.time.advance(Math.floor(epoch / day) * day + 30 * day - 1 - it.time.now());
  expect(kept()).toEqual([0, 40, 40]);
  await it.time.advance(1);
  expect(kept()).toEqual([0, 0, 40]);
});

test("datasets tell what was collected in each of the last 30 days", async () => {
  const it = house([prompt, { ...prompt, seed: 5, count: 7, from: epoch + day, to: epoch + day + minute }]);
  await it.pass(day + 30 * minute);
  const [dataset] = reportOf(it.engine.state, it.time.now(), true).datasets;
  expect(dataset?.last30Days).toHaveLength(30);
  expect(dataset?.last30Days?.slice(-3)).toEqual([0, 40, 7]);
  expect(it.report().datasets[0]?.last30Days).toBeUndefined();
});
