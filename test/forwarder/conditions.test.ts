import { describe, expect, test } from "vitest";
import {
  begun,
  calmAfterMs,
  holdsMs,
  isReminderDue,
  mostQuickChanges,
  observed,
  restlessHoldsMs,
  type Condition,
} from "../../src/forwarder/conditions.ts";
import type { Problem } from "../../src/tenant/report.ts";

const t0 = Date.parse("2026-05-01T08:30:00.000Z");
const minute = 60_000;

const problem = (health: Problem["health"] = "degraded"): Problem => ({
  code: "dead-letters",
  subject: "tenant acme / destination siem",
  message: "3 records were refused for good",
  fix: "Look at them",
  health,
});

/** Looks at a report after each of these waits; says which changes counted, by the index of the report. */
function told(reports: readonly (readonly [waitMs: number, problem: Problem | undefined])[], from?: Condition) {
  let now = from?.seenSince ?? t0;
  let condition: Condition | null = from ?? null;
  const changes: string[] = [];
  reports.forEach(([waitMs, seen], index) => {
    now += waitMs;
    if (condition === null) {
      condition = seen === undefined ? null : begun("acme", seen, now);
      return;
    }
    const observation = observed(condition, seen, now);
    condition = observation.condition;
    if (observation.change !== undefined) changes.push(`${index} ${observation.change}`);
  });
  return { changes, condition, now };
}

const bad = [minute, problem()] as const;
const worse = [minute, problem("failing")] as const;
const gone = [minute, undefined] as const;

describe("a change", () => {
  test("counts at the second firing, and is told once while it lasts", () => {
    expect(told([bad, bad, bad, bad, gone, gone, gone]).changes).toEqual(["1 degraded", "5 restored"]);
  });

  test("that a report does not have any more was none, and nothing is remembered of it", () => {
    expect(told([bad, gone, gone, bad, gone])).toMatchObject({ changes: [], condition: null });
    expect(told([bad, bad, gone, bad, bad]).changes).toEqual(["1 degraded"]);
  });

  test(`counts after ${holdsMs} ms and not a millisecond earlier, however many reports come`, () => {
    expect(told([bad, [holdsMs - 1, problem()]]).changes).toEqual([]);
    expect(told([bad, [holdsMs, problem()]]).changes).toEqual(["1 degraded"]);
    expect(told([bad, ...Array.from({ length: 29 }, () => [1_000, problem()] as const)]).changes).toEqual([]);
  });

  test("for the worse counts, one for the better that leaves it bad is silent, and then worse counts again", () => {
    expect(told([bad, bad, worse, worse, bad, bad, worse, worse]).changes).toEqual([
      "1 degraded",
      "3 degraded",
      "7 degraded",
    ]);
  });

  test("that grows worse before it counts is not later for it", () => {
    expect(told([bad, worse]).changes).toEqual(["1 degraded"]);
    expect(told([bad, worse]).condition?.told).toBe("failing");
  });

  test("of nothing is nothing: the condition is the same object, so that nothing is written", () => {
    const { condition, now } = told([bad, bad]);
    expect(observed(condition!, problem(), now + minute).condition).toBe(condition);
  });
});

describe("what flaps", () => {
  const flap = [bad, bad, gone, gone];
  const flapping = Array.from({ length: 30 }, () => flap).flat();

  test(`is told ${mostQuickChanges} times, and then when it has lasted an hour`, () => {
    expect(told(flapping).changes).toHaveLength(mostQuickChanges);
    const restless = told([...flap, ...flap, bad, bad, gone]);
    expect(restless.changes).toHaveLength(mostQuickChanges);
    expect(told([[restlessHoldsMs - 1, undefined]], restless.condition!).changes).toEqual([]);
    expect(told([[restlessHoldsMs, undefined]], restless.condition!).changes).toEqual(["0 restored"]);
  });

  test("is forgotten when it has been over for three hours", () => {
    const { condition } = told(flap);
    expect(
      told([[calmAfterMs - minute - 1, undefined]], { ...condition!, seenSince: condition!.toldAt! + minute })
        .condition,
    ).not.toBeNull();
    expect(told([[calmAfterMs, undefined]], { ...condition!, seenSince: condition!.toldAt! }).condition).toBeNull();
  });
});

describe("a reminder", () => {
  const { condition } = told([bad, bad]);
  const day = 24 * 3_600_000;

  test("is due when it has lasted so long since it was told, and then since the last one", () => {
    const at = condition!.toldAt!;
    expect(isReminderDue(condition!, "ops", day, at + day - 1)).toBe(false);
    expect(isReminderDue(condition!, "ops", day, at + day)).toBe(true);
    const reminded = { ...condition!, reminders: { ops: at + day } };
    expect(isReminderDue(reminded, "ops", day, at + 2 * day - 1)).toBe(false);
    expect(isReminderDue(reminded, "ops", day, at + 2 * day)).toBe(true);
    expect(isReminderDue(reminded, "other", day, at + day)).toBe(true);
    expect(isReminderDue(condition!, "ops", Infinity, at + 1000 * day)).toBe(false);
  });

  test("is not due for what was not told, or is not there at the moment", () => {
    expect(isReminderDue({ ...condition!, told: null }, "ops", day, t0 + 9 * day)).toBe(false);
    expect(isReminderDue({ ...condition!, seen: null }, "ops", day, t0 + 9 * day)).toBe(false);
  });
});
