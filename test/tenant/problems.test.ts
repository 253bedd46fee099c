import { describe, expect, test } from "vitest";
import { ageProblem, setbackProblem, tenantProblems, troubleProblem } from "../../src/tenant/problems.ts";
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
    "different-account",
    "unexpected-answer",
  ] as const)("%s is failing at once", (kind) => {
    expect(setbackProblem("tenant acme", setback(kind), epoch)).toMatchObject({ code: kind, health: "failing" });
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
