import { describe, expect, test } from "vitest";
import { datasets } from "../../src/datasets/registry.ts";
import { replay } from "../../src/tenant/replay.ts";
import { previewReplay, recordsIn, type KnownHours } from "../../src/tenant/replay-preview.ts";
import type { ReplayOrder } from "../../src/tenant/report.ts";
import { QUIET } from "../simulator/fleet/fleet-plan.ts";
import type { WorldPlan } from "../simulator/world.ts";
import { epoch, hour, Household, minute, secrets } from "./household.ts";

/** What is told of a replay before it is begun: what is known is what Kandji holds, and what nobody knows is said to be so. */

const hourMicros = 3_600_000_000;
const hoursFrom = (first: number, counts: readonly number[]): Map<number, number> =>
  new Map(counts.map((records, index) => [first + index, records]));
const nothing: KnownHours = { swept: new Map(), collectedFrom: Infinity, collected: new Map(), now: 1_000 };
const span = (first: number, last: number) => ({
  from: first * hourMicros,
  to: (last + 1) * hourMicros - 1,
  isOpen: false,
});

describe("the records of a range", () => {
  test("are those of its hours when all were counted", () => {
    const known = { ...nothing, swept: hoursFrom(10, [5, 0, 7]) };
    expect(recordsIn(span(10, 12), known)).toEqual({
      records: { atLeast: 12, likely: 12 },
      hours: { inRange: 3, counted: 3, collected: 0, unknown: 0 },
    });
  });

  test("of hours that nobody counted are not made up", () => {
    const known = { ...nothing, swept: hoursFrom(10, [5, 0, 7]) };
    expect(recordsIn(span(8, 12), known)).toEqual({
      records: { atLeast: 12, likely: null },
      hours: { inRange: 5, counted: 3, collected: 0, unknown: 2 },
    });
    expect(recordsIn(span(0, 3), nothing).records).toEqual({ atLeast: 0, likely: null });
  });

  test("are guessed from a day of others, and no further than as many hours again", () => {
    const day = hoursFrom(
      100,
      Array.from({ length: 24 }, () => 10),
    );
    expect(recordsIn(span(99, 123), { ...nothing, swept: day }).records).toEqual({ atLeast: 240, likely: 250 });
    expect(recordsIn(span(76, 123), { ...nothing, swept: day }).records).toEqual({ atLeast: 240, likely: 480 });
    expect(recordsIn(span(75, 123), { ...nothing, swept: day }).records).toEqual({ atLeast: 240, likely: null });
    const less = hoursFrom(
      101,
      Array.from({ length: 23 }, () => 10),
    );
    expect(recordsIn(span(100, 123), { ...nothing, swept: less }).records.likely).toBeNull();
  });

  test("of an hour at the edge are guessed in part, and none of them is sure", () => {
    const known = { ...nothing, swept: hoursFrom(10, [60, 60]) };
    const half = { from: 10 * hourMicros + hourMicros / 2, to: 11 * hourMicros + hourMicros / 4 - 1, isOpen: false };
    expect(recordsIn(half, known).records).toEqual({ atLeast: 0, likely: 45 });
    expect(recordsIn({ ...half, from: 10 * hourMicros }, known).records).toEqual({ atLeast: 60, likely: 75 });
  });

  test("of the present hour are all that there are, when the range ends now", () => {
    const known = { ...nothing, collectedFrom: 998, collected: hoursFrom(998, [4, 0, 3]) };
    const now = { from: 998 * hourMicros, to: 1_000 * hourMicros + 7, isOpen: true };
    expect(recordsIn(now, known)).toEqual({
      records: { atLeast: 7, likely: 7 },
      hours: { inRange: 3, counted: 0, collected: 3, unknown: 0 },
    });
  });

  test("are counted once where a sweep and the books tell of the same hour", () => {
    const known = { swept: hoursFrom(10, [5, 6]), collectedFrom: 11, collected: hoursFrom(11, [4, 8]), now: 12 };
    expect(recordsIn(span(10, 12), known)).toEqual({
      records: { atLeast: 19, likely: 19 },
      hours: { inRange: 3, counted: 2, collected: 1, unknown: 0 },
    });
  });
});

const sweeping = { datasets: { "audit-events": { overlap: "10m", sweepEvery: "2h", sweep: "1d", backfill: "0s" } } };

async function awake(tenant: object, kandji: object, intakes: WorldPlan["intakes"], named: Record<string, object>) {
  const it = new Household(
    { kandji: { acme: { token: "token-of-acme", ...kandji } }, intakes },
    secrets(named, tenant),
  );
  await it.pass(10 * hour);
  const asked = () => it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
  const look = (order: Partial<ReplayOrder>) =>
    previewReplay(it.engine.state, { dataset: "audit-events", since: 0, until: null, ...order });
  return { it, asked, look };
}

describe("a preview", () => {
  const events = [{ seed: 3, count: 4_000, from: epoch, to: epoch + 10 * hour }];
  const intakes = { siem: { kind: "webhook" }, archive: { kind: "webhook" } } as const;

  test("tells as many records as Kandji then returns, and asks nobody for it", async () => {
    const { it, asked, look } = await awake(sweeping, { events }, intakes, {
      siem: {},
      archive: { maxBatchRecords: 100 },
    });
    const order = { since: (epoch + 2 * hour) * 1000, until: (epoch + 8 * hour) * 1000 - 1 };
    const before = [asked(), it.report().replays.length];
    const { records, hours, kandji, destinations } = look(order);
    expect([asked(), it.report().replays.length]).toEqual(before);
    expect(hours).toMatchObject({ inRange: 6, unknown: 0 });
    const inRange = it.world.kandji
      .get("acme")
      ?.store.visible()
      .filter(({ at }) => at >= order.since && at <= order.until).length;
    expect(records).toEqual({ atLeast: inRange, likely: inRange });
    expect(kandji).toMatchObject({ perHour: 2000, minutes: { atLeast: 0, likely: 0 } });
    expect(kandji.requests.likely).toBe(Math.ceil((inRange ?? 0) / 500));
    expect(destinations).toMatchObject([
      { name: "siem", takes: true, paused: false, requestsAtLeast: Math.ceil((inRange ?? 0) / 1000) },
      { name: "archive", requestsAtLeast: Math.ceil((inRange ?? 0) / 100) },
    ]);
    replay(it.engine.state, { dataset: "audit-events", ...order });
    const delivered = it.report().destinations[0]?.delivered ?? 0;
    const report = await it.pass(10 * minute);
    expect((report.destinations[0]?.delivered ?? 0) - delivered).toBe(inRange);
  });

  test("says how long it takes where the share of the hour is small", async () => {
    const seldom = { ...sweeping.datasets["audit-events"], every: "15m" };
    const tenant = { datasets: { "audit-events": seldom }, maxRequestsPerHour: 10 };
    const { look } = await awake(tenant, { events }, intakes, { siem: {} });
    const { kandji } = look({ since: epoch * 1000 });
    const needed = kandji.requests.atLeast - kandji.left;
    expect(needed).toBeGreaterThan(0);
    expect(kandji.minutes.atLeast).toBe(Math.ceil((60 * needed) / kandji.perHour));
  });

  test("names what a destination does not take, skips or has to wait with", async () => {
    const named = {
      siem: { type: "datadog", site: "datadoghq.eu", apiKey: "a".repeat(32), url: undefined },
      archive: { datasets: ["devices"] },
    };
    const { it, look } = await awake(sweeping, { events }, {}, named);
    it.engine.state.changeNote({ pausedDestinations: ["archive"] });
    const since = (epoch - 24 * hour) * 1000;
    const skipsBefore = new Date(it.time.now() - 18 * hour).toISOString();
    expect(look({ since }).destinations).toEqual([
      { name: "siem", takes: true, paused: false, requestsAtLeast: 0, skipsBefore },
      { name: "archive", takes: false, paused: true, requestsAtLeast: 0, skipsBefore: null },
    ]);
    expect(look({ since, destination: "siem" })).toMatchObject({
      destination: "siem",
      destinations: [{ name: "siem" }],
    });
    expect(look({ since: epoch * 1000, destination: "siem" }).destinations[0]?.skipsBefore).toBeNull();
    const absent = it.env;
    it.evict({ ...absent, DESTINATION_SIEM: "{" });
    expect(look({ since }).destinations[0]).toMatchObject({ name: "siem", requestsAtLeast: null });
  });

  test("of a dataset that is walked whole tells the rows of the last walk", async () => {
    const permissions = [...datasets.values()].flatMap((dataset) =>
      dataset.reading === "feed" ? [] : dataset.ways.map(({ permission }) => permission.path),
    );
    const tenant = { datasets: { devices: { every: "24h" }, threats: { every: "24h" } } };
    const { it, look } = await awake(tenant, { permissions, fleet: { seed: 4, devices: 30, ...QUIET } }, intakes, {
      siem: {},
    });
    const { walker } = it.engine.state.walks.get("devices") ?? {};
    const rows = walker?.size;
    expect(look({ dataset: "devices" })).toMatchObject({
      until: null,
      hours: null,
      records: { atLeast: 0, likely: rows },
      kandji: { requests: { atLeast: 1, likely: walker?.last?.requests }, minutes: { likely: null } },
    });
    expect(rows).toBe(30);
    // Of detections, those in the range: nobody has counted them.
    expect(look({ dataset: "threats" }).records).toEqual({ atLeast: 0, likely: null });
  });
});
