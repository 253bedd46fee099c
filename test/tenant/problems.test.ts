import { describe, expect, test } from "vitest";
import type { WalkOddity } from "../../src/collection/listing/walk-state.ts";
import { kandjiDatasets } from "../../src/datasets/registry.ts";
import {
  ageProblem,
  setbackProblem,
  tenantProblems,
  troubleProblem,
  walkOddityProblems,
} from "../../src/tenant/problems.ts";
import { reportOf } from "../../src/tenant/reporter.ts";
import type { FailureKind } from "../../src/kandji/failure.ts";
import { ledgerOf, spoolOf } from "../spool/setting.ts";
import { epoch, hour, Household, minute, secrets } from "./household.ts";

const failure = (kind: FailureKind) => ({ kind, message: "It failed", fix: "Mend it", retryAfterMs: null });
const setback = (kind: FailureKind) => ({ failure: failure(kind), attempts: 3, since: epoch, retryAt: epoch });
const trouble = (kind: "unavailable" | "locked-out" | "refuses-everything") =>
  ({ kind, why: "It failed", fix: "Mend it", retryAt: epoch, isAsked: false, attempts: 3, since: epoch }) as const;

const house = (destinations: Record<string, object> = { siem: {} }, tenant: object = {}): Household =>
  new Household(
    { kandji: { acme: { token: "token-of-acme" } }, intakes: { siem: { kind: "webhook" } } },
    secrets(destinations, tenant),
  );
const codes = (it: Household): string[] => it.report().problems.map(({ code }) => code);

describe("what stands in the way of collection", () => {
  test.each(["kandji-unavailable", "kandji-unreachable", "rate-limited", "unreadable-answer"] as const)(
    "%s passes by itself: degraded at first, failing after five minutes",
    (kind) => {
      const at = (now: number) => setbackProblem("tenant acme / audit-events", setback(kind), now);
      expect(at(epoch + 5 * minute - 1)).toMatchObject({
        code: kind,
        health: "degraded",
        message: "It failed",
        fix: "Mend it",
      });
      expect(at(epoch + 5 * minute)).toMatchObject({ health: "failing" });
    },
  );

  test.each([
    "token-rejected",
    "token-lacks-permission",
    "wrong-host",
    "not-available",
    "different-account",
    "unexpected-answer",
  ] as const)("%s is failing at once", (kind) => {
    expect(setbackProblem("tenant acme", setback(kind), epoch)).toMatchObject({ code: kind, health: "failing" });
  });
});

describe("what stands in the way of a walk", () => {
  const permissions = [...kandjiDatasets.values()].flatMap((dataset) =>
    dataset.reading === "feed" ? [dataset.permission.path] : dataset.ways.map(({ permission }) => permission.path),
  );
  const walking = (chosen: object, tenant: object = {}, kandji: object = {}): Household =>
    new Household(
      {
        kandji: { acme: { token: "token-of-acme", permissions, fleet: { devices: 3 }, ...kandji } },
        intakes: { siem: { kind: "webhook" } },
      },
      secrets({ siem: {} }, { datasets: chosen, ...tenant }),
    );
  const found = (it: Household) => it.report().problems.map(({ code, subject, health }) => [code, subject, health]);

  test("a product that the tenant does not have is told as such, whichever endpoint says so", async () => {
    for (const status of [401, 403, 404]) {
      const gone = { "/api/v1/threat-details": status, "/api/v2/threat/threat-details": status };
      const it = walking({ threats: {} }, {}, { unavailable: gone });
      await it.pass(minute);
      expect(found(it)).toEqual([["not-available", "tenant acme / threats", "failing"]]);
      expect(it.report().problems[0]?.fix).toContain("EDR");
    }
  });

  test("a device that cannot be read is passed over, which is told for a day", async () => {
    const unavailable = { "/api/v1/devices/{device_id}/status": 503 };
    const it = walking({ "device-status": { every: "30d" } }, {}, { unavailable });
    await it.pass(30 * minute);
    expect(found(it)).toEqual([["device-unreadable", "tenant acme / device-status", "degraded"]]);
    await it.time.advance(23 * hour);
    expect(codes(it)).toContain("device-unreadable");
    await it.time.advance(hour);
    expect(codes(it)).not.toContain("device-unreadable");
  });

  test.each([
    "filter-matches-nothing",
    "device-unreadable",
    "row-unreadable",
    "list-never-still",
    "repeated-next",
  ] as const)("%s says what happened and the mend, and makes nothing fail", (oddity: WalkOddity) => {
    const [problem] = walkOddityProblems("tenant acme / devices", { oddities: () => [oddity] });
    expect(problem).toMatchObject({ code: oddity, subject: "tenant acme / devices", health: "degraded" });
    for (const text of [problem?.message, problem?.fix]) expect(text).toMatch(/^[A-Z].*[^.]$/u);
  });

  test("other tools that use up the tenant's hour are told while less than a fifth of it is left", async () => {
    const left = (it: Household, requests: number) =>
      it.engine.state.budget.answered(new Headers({ "X-RateLimit-Remaining-Hour": String(requests) }));
    const it = walking({ "audit-events": {}, devices: {} });
    left(it, 2_000);
    expect(codes(it)).not.toContain("quota-scarce");
    left(it, 1_999);
    expect(codes(it)).toContain("quota-scarce");
    await it.time.advance(5 * minute);
    expect(codes(it)).not.toContain("quota-scarce");
    // Nothing waits where nothing is walked.
    const other = house();
    left(other, 0);
    expect(codes(other)).not.toContain("quota-scarce");
  });
});

describe("what stands in the way of delivery", () => {
  test.each([
    ["unavailable", "destination-unavailable", "degraded"],
    ["locked-out", "destination-locked-out", "failing"],
    ["refuses-everything", "refuses-everything", "failing"],
  ] as const)("%s is told as %s, %s at first", (kind, code, health) => {
    expect(troubleProblem("tenant acme / destination siem", trouble(kind), epoch)).toMatchObject({ code, health });
    expect(troubleProblem("tenant acme", trouble(kind), epoch + 5 * minute)).toMatchObject({ health: "failing" });
  });

  test("records that grow old are told at half of what the intake accepts, not before", () => {
    const ledger = { ...ledgerOf(spoolOf().spool), oldestPendingAt: epoch };
    const at = (now: number, maxAgeMs: number | undefined = 18 * hour) => ageProblem("siem", ledger, maxAgeMs, now);
    expect(at(epoch + 9 * hour - 1)).toEqual([]);
    expect(at(epoch + 9 * hour)).toMatchObject([
      { code: "records-growing-old", message: "Records wait since 9 h and the intake drops what is older than 18 h" },
    ]);
    expect(ageProblem("siem", ledger, undefined, epoch + 900 * hour)).toEqual([]);
    expect(ageProblem("siem", { ...ledger, oldestPendingAt: null }, 18 * hour, epoch + 900 * hour)).toEqual([]);
  });
});

describe("problems of a tenant", () => {
  test("a healthy one has none", async () => {
    expect((await house().tick()).problems).toEqual([]);
  });

  test("a destination that is listed and has no secret", () => {
    const it = house({ siem: {} }, { destinations: ["siem", "cold-store"] });
    expect(it.report().problems).toMatchObject([
      { code: "destination-unknown", fix: "Put the secret DESTINATION_COLD_STORE, or take the name off the list" },
    ]);
  });

  test("nobody takes its records", () => {
    expect(codes(house({}))).toContain("no-destination");
  });

  test("the cron is silent for more than a quarter of an hour", async () => {
    const it = house();
    await it.tick();
    await it.time.advance(15 * minute);
    expect(codes(it)).not.toContain("cron-silent");
    await it.time.advance(1);
    expect(codes(it)).toContain("cron-silent");
  });

  test("its share of the hour is used up", () => {
    const it = house({ siem: {} }, { maxRequestsPerHour: 60 });
    it.engine.state.budget.charge(59);
    expect(codes(it)).not.toContain("share-used-up");
    it.engine.state.budget.charge(1);
    expect(codes(it)).toContain("share-used-up");
  });

  test("all destinations are far behind", () => {
    const { state } = house().engine;
    expect(tenantProblems(state, true, epoch).map(({ code }) => code)).toEqual(["spool-full"]);
    expect(tenantProblems(state, false, epoch)).toEqual([]);
  });

  test("each says what, who and the mend, and no secret", () => {
    const it = house(
      { siem: { headers: { Authorization: "Bearer header-key-123456" } } },
      { destinations: ["siem", "gone"] },
    );
    const text = JSON.stringify(it.report());
    expect(text).not.toContain("token-of-acme");
    expect(text).not.toContain("header-key-123456");
    for (const { subject, message, fix } of it.report().problems) {
      expect([subject, message, fix].every((part) => part !== "")).toBe(true);
    }
  });

  test("a destination whose Retry-After lies far in the future can still be reported", async () => {
    const it = new Household(
      {
        kandji: { acme: { token: "token-of-acme", events: [{ seed: 1, count: 5, from: epoch - hour, to: epoch }] } },
        intakes: { siem: { kind: "webhook" } },
      },
      secrets(),
    );
    it.world.intakes.get("siem")?.faults.set({
      always: { do: "status", status: 503, retryAfter: { seconds: 99_999_999_999_999, as: "seconds" } },
    });
    await it.time.during(it.engine.run());
    it.engine.state.tick(epoch);
    await it.time.during(it.engine.run());
    expect(() => reportOf(it.engine.state, it.time.now())).not.toThrow();
  });
});
