import { describe, expect, test } from "vitest";
import type { EventPlan } from "../simulator/event-plan.ts";
import type { WorldPlan } from "../simulator/world.ts";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

const once = { lost: 0, repeated: 0, altered: 0 };
const events: EventPlan[] = [
  { seed: 2, count: 2_000, from: epoch - 30 * day, to: epoch - hour },
  { seed: 1, count: 2_400, from: epoch, to: epoch + 4 * hour },
];
const world = (intakes: WorldPlan["intakes"] = { siem: { kind: "webhook" } }): WorldPlan => ({
  kandji: { acme: { token: "token-of-acme", events } },
  intakes,
});
const broken = (env: Record<string, string>, name: string): Record<string, string> => ({
  ...env,
  [name]: "{ not json",
});
const without = (env: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([other]) => other !== name));
const requestsOf = (it: Household): number => it.world.kandji.get("acme")?.requests.manners().requests ?? 0;
const codes = (it: Household): string[] => it.report().problems.map(({ code }) => code);

describe("changes of secrets (contract, section 3)", () => {
  test("a tenant without any destination is not polled, and loses nothing when one comes", async () => {
    const it = new Household(world(), without(secrets(), "DESTINATION_SIEM"));
    await it.pass(30 * minute);
    expect(requestsOf(it)).toBe(0);
    expect(codes(it)).toContain("no-destination");
    it.evict(secrets());
    await it.pass(5 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_400 });
  });

  test("a tenant whose only destination was never valid is not polled", async () => {
    const it = new Household(world(), broken(secrets(), "DESTINATION_SIEM"));
    await it.pass(10 * minute);
    expect(requestsOf(it)).toBe(0);
  });

  test("a destination that is mistyped for an hour: polling goes on, its records wait, nothing is lost or repeated", async () => {
    const it = new Household(world(), secrets());
    await it.pass(hour);
    it.evict(broken(it.env, "DESTINATION_SIEM"));
    const before = requestsOf(it);
    const report = await it.pass(hour);
    expect(requestsOf(it)).toBeGreaterThan(before + 50);
    expect(report.destinations[0]).toMatchObject({ health: "failing" });
    expect(report.destinations[0]?.pending).toBeGreaterThan(500);
    it.evict(secrets());
    await it.pass(3 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_400 });
  });

  test("all destination secrets absent: not polled; back again, nothing is lost or repeated", async () => {
    const it = new Household(world(), secrets());
    await it.pass(hour);
    it.evict(without(it.env, "DESTINATION_SIEM"));
    const before = requestsOf(it);
    await it.pass(hour);
    expect(requestsOf(it)).toBe(before);
    it.evict(secrets());
    await it.pass(3 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_400 });
  });

  test("one of two destination secrets absent: its state is kept 30 days, then forgotten", async () => {
    const intakes = { one: { kind: "webhook" }, two: { kind: "webhook" } } as const;
    const both = secrets({ one: {}, two: {} });
    const it = new Household(world(intakes), both);
    await it.pass(hour);
    it.evict(without(both, "DESTINATION_TWO"));
    await it.pass(2 * hour);
    expect(it.report().destinations.find(({ name }) => name === "two")).toMatchObject({ health: "paused" });
    it.evict(both);
    await it.pass(3 * hour);
    for (const account of it.world.accounts()) expect(account).toMatchObject({ ...once, delivered: 4_400 });

    it.evict(without(both, "DESTINATION_TWO"));
    await it.tick();
    await it.time.advance(30 * day - minute);
    it.evict();
    expect(it.report().destinations.map(({ name }) => name)).toContain("two");
    await it.time.advance(2 * minute);
    it.evict();
    expect(it.report().destinations.map(({ name }) => name)).not.toContain("two");
  });

  test("a rotated token lifts the hold at once; a rejected one is asked again every minute", async () => {
    const it = new Household(world(), secrets());
    await it.pass(10 * minute);
    it.world.kandji.get("acme")?.change({ token: "another" });
    const before = requestsOf(it);
    const report = await it.pass(10 * minute);
    expect(report.problems).toContainEqual(expect.objectContaining({ code: "token-rejected", health: "failing" }));
    expect(requestsOf(it) - before).toBeGreaterThanOrEqual(9);
    expect(requestsOf(it) - before).toBeLessThanOrEqual(22);
    it.evict(secrets({ siem: {} }, { token: "another" }));
    await it.pass(minute);
    expect(codes(it)).toEqual([]);
    await it.pass(4 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_400 });
  });

  test("a missing permission is named as the console names it, and noticed within a minute when it is given", async () => {
    const it = new Household(world(), secrets());
    it.world.kandji.get("acme")?.change({ permissions: ["/api/v1/devices"] });
    const report = await it.pass(5 * minute);
    expect(report.problems[0]).toMatchObject({ code: "token-lacks-permission", subject: "tenant acme / audit-events" });
    expect(report.problems[0]?.fix).toContain('"List audit events"');
    it.world.kandji.get("acme")?.change({ permissions: ["/api/v1/audit/events"] });
    await it.pass(61_000);
    expect(codes(it)).toEqual([]);
  });

  test("a destination's new secret lifts its hold at once, and a hold is asked again every minute", async () => {
    const it = new Household(world(), secrets());
    it.world.intakes
      .get("siem")
      ?.faults.set({ always: { do: "status", status: 401, retryAfter: { seconds: 3600, as: "seconds" } } });
    await it.pass(10 * minute);
    expect(codes(it)).toContain("destination-locked-out");
    it.world.intakes.get("siem")?.faults.clear();
    it.evict(secrets({ siem: { headers: { "X-Key": "new" } } }));
    await it.tick();
    expect(codes(it)).toEqual([]);
    await it.pass(5 * hour);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_400 });
  });

  test("a new host of the same account keeps the cursor", async () => {
    const it = new Household(world(), secrets());
    await it.pass(hour);
    it.evict(secrets({ siem: {} }, { subdomain: undefined, apiUrl: "https://acme.api.iru.com" }));
    const report = await it.pass(4 * hour);
    expect(report.problems).toEqual([]);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_400 });
  });

  test("a host of another account stops the tenant, forwards nothing, and loses nothing when it is put back", async () => {
    const other = { token: "token-of-acme", events: [{ seed: 9, count: 500, from: epoch - day, to: epoch + hour }] };
    const plan = world();
    const it = new Household({ ...plan, kandji: { ...plan.kandji, other } }, secrets());
    await it.pass(hour);
    it.evict(secrets({ siem: {} }, { subdomain: "other" }));
    const report = await it.pass(hour);
    expect(report.problems[0]).toMatchObject({ code: "different-account", health: "failing" });
    expect(it.world.accounts().find(({ tenant }) => tenant === "other")).toMatchObject({ delivered: 0 });
    it.evict(secrets());
    await it.pass(3 * hour);
    expect(it.world.accounts().find(({ tenant }) => tenant === "acme")).toMatchObject({ ...once, delivered: 4_400 });
  });
});

describe("how often", () => {
  test("a dataset is polled at each firing that is `every` after the one which started its last poll", async () => {
    const it = new Household(
      world(),
      secrets({ siem: {} }, { datasets: { "audit-events": { every: "5m", backfill: "0s" } } }),
    );
    const before = requestsOf(it);
    await it.pass(hour);
    expect(requestsOf(it) - before).toBeGreaterThanOrEqual(12);
    expect(requestsOf(it) - before).toBeLessThanOrEqual(13 * 2);
  });

  test("so it is when the object is evicted between all firings", async () => {
    const quiet = { kandji: { acme: { token: "token-of-acme" } }, intakes: { siem: { kind: "webhook" } } } as const;
    const it = new Household(
      quiet,
      secrets({ siem: {} }, { datasets: { "audit-events": { every: "5m", backfill: "0s" } } }),
    );
    for (let n = 0; n < 60; n += 1) {
      await it.pass(minute);
      it.evict();
    }
    expect(requestsOf(it)).toBeGreaterThanOrEqual(11);
    expect(requestsOf(it)).toBeLessThanOrEqual(13);
  });

  test("an idle poll makes one request, and at most ten however much is open", async () => {
    const burst = { seed: 3, count: 9_000, from: epoch, to: epoch + 30_000 };
    const it = new Household(
      { kandji: { acme: { token: "token-of-acme", events: [burst] } }, intakes: { siem: { kind: "webhook" } } },
      secrets({ siem: {} }, { datasets: { "audit-events": { backfill: "0s" } } }),
    );
    await it.pass(3 * minute);
    for (let n = 0; n < 5; n += 1) {
      const before = requestsOf(it);
      await it.pass(minute);
      expect(requestsOf(it) - before).toBeLessThanOrEqual(10);
    }
    await it.pass(30 * minute);
    const before = requestsOf(it);
    await it.pass(10 * minute);
    expect(requestsOf(it) - before).toBeLessThanOrEqual(20);
  });
});
