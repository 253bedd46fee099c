import { describe, expect, test } from "vitest";
import type { DestinationReport, TenantReport } from "../../src/tenant/report.ts";
import type { EventPlan } from "../simulator/event-plan.ts";
import type { IntakePlan } from "../simulator/world.ts";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

const once = { lost: 0, repeated: 0, altered: 0 };
const live: EventPlan = { seed: 1, count: 1_200, from: epoch, to: epoch + 30 * minute };
const history: EventPlan = { seed: 2, count: 3_000, from: epoch - 30 * day, to: epoch - hour };

function house(
  events: readonly EventPlan[],
  intakes: Readonly<Record<string, IntakePlan>> = { siem: { kind: "webhook" } },
  vars: { maxSpoolBytes?: number; settings?: Readonly<Record<string, object>>; tenant?: object } = {},
): Household {
  const destinations = Object.fromEntries(Object.keys(intakes).map((name) => [name, vars.settings?.[name] ?? {}]));
  const { tenant, settings: _, ...rest } = vars;
  return new Household(
    { kandji: { acme: { token: "token-of-acme", events } }, intakes },
    secrets(destinations, tenant),
    rest,
  );
}

function destination(report: TenantReport, name = "siem"): DestinationReport {
  const found = report.destinations.find((other) => other.name === name);
  if (found === undefined) throw new Error(`No destination ${name}`);
  return found;
}

function expectBalance(report: TenantReport): void {
  for (const { name, collected, delivered, pending, skipped, dead } of report.destinations) {
    expect({ name, collected }).toEqual({ name, collected: delivered + pending + skipped + dead });
  }
}

describe("promise 6: one bad record costs one record", () => {
  const poison = { refuse: [{ contains: "poison", status: 422 }] } as const;

  test("in the middle of others: one dead letter, all its neighbours arrive once", async () => {
    const it = house([{ ...history, marked: { count: 3, text: "poison" } }, live], {
      siem: { kind: "webhook", ...poison },
    });
    const report = await it.pass(45 * minute);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, refused: 3, delivered: 4_197 });
    expect(destination(report)).toMatchObject({ dead: 3, pending: 0, delivered: 4_197 });
    expect(it.engine.state.spool.deadLetters.all()[0]).toMatchObject({ status: 422, destination: "siem" });
    expectBalance(report);
  });

  test("alone in a quiet tenant: held, and dead as soon as a later one is accepted", async () => {
    const it = house([{ seed: 3, count: 1, from: epoch, to: epoch + 1, marked: { count: 1, text: "poison" } }], {
      siem: { kind: "webhook", ...poison },
    });
    const held = await it.pass(10 * minute);
    expect(destination(held)).toMatchObject({ dead: 0, pending: 1, health: "failing" });
    expect(held.problems.map(({ code }) => code)).toContain("refuses-everything");
    expect(it.world.intakes.get("siem")?.requests.manners().requests).toBeLessThanOrEqual(12);
    it.world.kandji.get("acme")?.seed({ seed: 4, count: 1, from: it.time.now(), to: it.time.now() + 1 });
    const after = await it.pass(2 * minute);
    expect(destination(after)).toMatchObject({ dead: 1, pending: 0, delivered: 1 });
    expectBalance(after);
  });

  test("an intake that refuses everything gets at most 20 requests a minute, and nothing is given up", async () => {
    const it = house([history], { siem: { kind: "webhook", refuse: [{ contains: "occurred_at", status: 400 }] } });
    const report = await it.pass(30 * minute);
    expect(destination(report)).toMatchObject({ dead: 0, delivered: 0, pending: 3_000, health: "failing" });
    expect(it.world.intakes.get("siem")?.requests.manners().maxPerHour).toBeLessThanOrEqual(31 * 20 + 10);
    expectBalance(report);
    it.world.intakes.get("siem")?.change({ refuse: [] });
    const after = await it.pass(5 * minute);
    expect(destination(after)).toMatchObject({ dead: 0, delivered: 3_000, pending: 0, health: "ok" });
    expect(it.world.accounts()[0]).toMatchObject(once);
  });

  test("413 splits a batch, at n and n + 1 records", async () => {
    const it = house([history], { siem: { kind: "webhook", maxRecords: 125 } });
    const report = await it.pass(5 * minute);
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 3_000 });
    const sizes = it.world.intakes
      .get("siem")
      ?.memory.batches.filter(({ accepted }) => accepted)
      .map(({ keys }) => keys.length);
    expect(Math.max(...(sizes ?? []))).toBe(125);
    expectBalance(report);
  });

  test("a redriven dead letter is sent again; a deleted one is counted as skipped", async () => {
    const it = house([{ ...history, marked: { count: 2, text: "poison" } }], { siem: { kind: "webhook", ...poison } });
    await it.pass(5 * minute);
    const { redrive, deleteDeadLetters } = await import("../../src/tenant/operations.ts");
    const [first] = it.engine.state.spool.deadLetters.all();
    deleteDeadLetters(it.engine.state, [first?.id ?? 0]);
    it.world.intakes.get("siem")?.change({ refuse: [] });
    expect(redrive(it.engine.state, undefined)).toBe(1);
    expect(redrive(it.engine.state, undefined)).toBe(0);
    expectBalance(it.report());
    const report = await it.pass(2 * minute);
    expect(destination(report)).toMatchObject({ dead: 0, skipped: 1, delivered: 2_999, pending: 0 });
    expect(destination(report).skippedWhy).toContain("dead letters that somebody deleted");
    expectBalance(report);
  });
});

describe("promise 7: one bad destination costs one destination", () => {
  test("one that hangs for good: the other is neither later nor repeated", async () => {
    const it = house([history, live], {
      good: { kind: "webhook" },
      bad: { kind: "webhook", faults: { always: { do: "hang" } } },
    });
    const report = await it.pass(45 * minute);
    expect(it.world.accounts().find(({ intake }) => intake === "good")).toMatchObject({ ...once, delivered: 4_200 });
    expect(destination(report, "bad")).toMatchObject({ delivered: 0, pending: 4_200, health: "failing" });
    const lateness = it.world.intakes.get("good")?.memory.batches.filter(({ keys }) => keys.length < 100) ?? [];
    expect(lateness.length).toBeGreaterThan(25);
    expectBalance(report);
    it.world.intakes.get("bad")?.faults.clear();
    const after = await it.pass(5 * minute);
    expect(it.world.accounts().find(({ intake }) => intake === "bad")).toMatchObject({ ...once, delivered: 4_200 });
    expectBalance(after);
  });

  test("one that was away beyond the spool's bound catches up with what it was owed, each record once", async () => {
    const it = house(
      [history, { ...live, count: 4_000, late: { share: 0.02, byMs: 2 * minute } }],
      { good: { kind: "webhook" }, bad: { kind: "webhook", faults: { always: { do: "status", status: 503 } } } },
      { maxSpoolBytes: 400_000 },
    );
    const away = await it.pass(45 * minute);
    expect(it.world.accounts().find(({ intake }) => intake === "good")).toMatchObject({ ...once, delivered: 7_000 });
    expect(destination(away, "bad").owed).toBeGreaterThan(5_000);
    expect(away.spoolBytes).toBeLessThanOrEqual(400_000);
    expectBalance(away);
    it.evict();
    it.world.intakes.get("bad")?.faults.clear();
    const back = await it.pass(30 * minute);
    expect(it.world.accounts().find(({ intake }) => intake === "bad")).toMatchObject({ ...once, delivered: 7_000 });
    expect(destination(back, "bad")).toMatchObject({ owed: 0, pending: 0, delivered: 7_000, owedMissing: 0 });
    expectBalance(back);
  });

  test("a destination that comes later gets the past for itself alone", async () => {
    const intakes = { first: { kind: "webhook" }, second: { kind: "webhook" } } as const;
    const it = house([history, { ...live, to: epoch + 2 * hour, late: { share: 0.05, byMs: 3 * minute } }], intakes);
    const both = it.env;
    it.evict(secrets({ first: {} }));
    await it.pass(40 * minute);
    it.evict(both);
    const report = await it.pass(2 * hour);
    for (const account of it.world.accounts()) expect(account).toMatchObject({ ...once, delivered: 4_200 });
    expectBalance(report);
  });

  test("a destination that comes while history is read misses nothing and gets nothing twice", async () => {
    const intakes = { first: { kind: "webhook" }, second: { kind: "webhook" } } as const;
    const it = house([{ ...history, count: 40_000 }, live], intakes, { tenant: { maxRequestsPerHour: 200 } });
    const both = it.env;
    it.evict(secrets({ first: {} }, { maxRequestsPerHour: 200 }));
    const early = await it.pass(20 * minute);
    expect(early.datasets[0]?.backfill.state).toBe("running");
    it.evict(both);
    const report = await it.pass(8 * hour);
    for (const account of it.world.accounts()) expect(account).toMatchObject({ ...once, delivered: 41_200 });
    expectBalance(report);
  });
});

describe("promise 8: polite, and patient", () => {
  test.each(["seconds", "date"] as const)(
    "no request before Retry-After in %s, on either side, across evictions",
    async (as) => {
      const it = house([history, live]);
      const fault = { do: "status", status: 429, retryAfter: { seconds: 150, as } } as const;
      const shares = [{ share: 0.2, fault }];
      it.world.kandji.get("acme")?.faults.set({ shares });
      it.world.intakes.get("siem")?.faults.set({ shares });
      for (let n = 0; n < 120; n += 1) {
        await it.pass(minute);
        if (n % 3 === 0) it.evict();
      }
      it.world.kandji.get("acme")?.faults.clear();
      it.world.intakes.get("siem")?.faults.clear();
      await it.pass(10 * minute);
      expect(it.world.kandji.get("acme")?.requests.manners().early).toBe(0);
      expect(it.world.intakes.get("siem")?.requests.manners().early).toBe(0);
      expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_200 });
    },
  );

  test("never more in any one second than the API announces", async () => {
    const it = house([{ ...history, count: 60_000 }]);
    it.world.kandji.get("acme")?.change({ rate: { perSecond: 20, perHour: 10_000, announced: true } });
    await it.pass(5 * minute);
    const manners = it.world.kandji.get("acme")?.requests.manners();
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 60_000 });
    expect(manners?.byStatus).toEqual({ "200": manners?.requests });
  });

  test("never more than the hourly share, of which history takes 80 %, and the live tail goes on", async () => {
    const it = house(
      [
        { ...history, count: 100_000 },
        { ...live, to: epoch + 2 * hour },
      ],
      undefined,
      {
        tenant: { maxRequestsPerHour: 100 },
      },
    );
    await it.pass(2 * hour);
    const manners = it.world.kandji.get("acme")?.requests.manners();
    expect(manners?.maxPerHour).toBeLessThanOrEqual(100);
    // New events arrive within two polls: only what became visible in the last two minutes may be missing.
    const account = it.world.accounts(epoch)[0];
    expect(account?.lost).toBeLessThanOrEqual(30);
  });
});

describe("promise 2: at least once, and the same at each try", () => {
  test("5 % of answers failing on both sides, cut, hanging and lost: nothing is lost, retries are the same", async () => {
    const it = house([{ ...history, count: 10_000 }, live], { one: { kind: "webhook" }, two: { kind: "webhook" } });
    const shares = [
      { share: 0.05, fault: { do: "status", status: 503 } },
      { share: 0.02, fault: { do: "cut" } },
      { share: 0.02, fault: { do: "hang" } },
    ] as const;
    it.world.kandji.get("acme")?.faults.set({ shares });
    for (const intake of it.world.intakes.values()) {
      intake.faults.set({ shares: [...shares, { share: 0.02, fault: { do: "lost-answer" } }] });
    }
    await it.pass(hour);
    it.world.kandji.get("acme")?.faults.clear();
    for (const intake of it.world.intakes.values()) intake.faults.clear();
    const report = await it.pass(10 * minute);
    for (const account of it.world.accounts())
      expect(account).toMatchObject({ lost: 0, altered: 0, delivered: 11_200 });
    for (const intake of it.world.intakes.values()) expect(intake.memory.changedBatches.size).toBe(0);
    expectBalance(report);
  });

  test("evicted at any time, it goes on from what is stored", async () => {
    const it = house([history, live]);
    for (let n = 0; n < 45; n += 1) {
      await it.pass(minute);
      it.evict();
    }
    expect(it.world.accounts()[0]).toMatchObject({ ...once, delivered: 4_200 });
  });
});

describe("records that an intake would drop without a word", () => {
  test("are skipped, counted, and the status says by which rule", async () => {
    const apiKey = "k".repeat(32);
    const it = house(
      [history, live],
      { siem: { kind: "datadog", apiKey } },
      {
        settings: { siem: { type: "datadog", apiKey, url: "https://intake.example/intake/siem" } },
      },
    );
    const report = await it.pass(45 * minute);
    expect(it.world.accounts()[0]).toMatchObject({ lost: 0, repeated: 0, dropped: 0 });
    expect(destination(report).skipped).toBeGreaterThan(2_900);
    expect(destination(report).skippedWhy).toContain("older than 18 h");
    expectBalance(report);
  });
});
