import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noUsage, RequestBudget, type Purpose, type Share, type Usage } from "../../src/kandji/budget.ts";

const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse("2026-05-01T08:00:00Z");
const generous: Share = { perHour: 1e9, forLive: 120 };

/** A budget on a clock that only sleeping and the test move. */
function budgetOf(share: Share = generous, usage: Usage = noUsage, at = start) {
  const clock = { at };
  const ports = { now: () => clock.at, sleep: async (ms: number) => void (clock.at += ms) };
  return { clock, ports, budget: new RequestBudget(ports, share, usage) };
}

const announced = (name: string, value: string): Headers => new Headers({ [name]: value });

interface Asking {
  readonly took?: number;
  readonly headers?: Headers;
  readonly purpose?: Purpose;
}

/** Makes requests that take `took` each; answers when each was sent. */
async function ask(
  { clock, budget }: ReturnType<typeof budgetOf>,
  count: number,
  { took = 0, headers = new Headers(), purpose = "live" }: Asking = {},
): Promise<number[]> {
  const sent: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await budget.take(purpose);
    sent.push(clock.at);
    clock.at += took;
    budget.answered(headers);
  }
  return sent;
}

const mostInOneSecond = (sent: readonly number[]): number =>
  Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + second).length));

describe("requests in one second", () => {
  test("fifty at once while nothing is announced; the next waits until the second is over", async () => {
    const it = budgetOf();
    const sent = await ask(it, 51);
    expect(sent.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => start));
    expect(sent[50]).toBeGreaterThan(start + second);
    expect(sent[50]).toBeLessThanOrEqual(start + second + 1);
  });

  test.each([
    ["RateLimit-Limit", "20", 20],
    ["RateLimit-Limit", "20, 20;w=1", 20],
    ["X-RateLimit-Limit-Second", "7", 7],
    ["RateLimit-Limit", "1", 1],
    ["RateLimit-Limit", "0", 50],
    ["RateLimit-Limit", "many", 50],
    ["RateLimit-Limit", "-3", 50],
    ["RateLimit-Limit", "", 50],
  ])("%s: %j allows %i", async (name, value, limit) => {
    const it = budgetOf();
    const sent = await ask(it, 4 * limit + 1, { headers: announced(name, value) });
    expect(mostInOneSecond(sent.slice(1))).toBe(limit);
  });

  test("never more than announced, however long answers take and however the limit changes", async () => {
    const phase = fc.record({
      limit: fc.integer({ min: 1, max: 60 }),
      count: fc.integer({ min: 1, max: 90 }),
      took: fc.constantFrom(0, 1, 30, 400, 3_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(phase, { minLength: 1, maxLength: 5 }), async (phases) => {
        const it = budgetOf();
        for (const { limit, count, took } of phases) {
          const headers = announced("RateLimit-Limit", String(limit));
          await ask(it, 1, { headers });
          // They arrive anywhere between sending and answer: so late that the second begins at the answer.
          const sent = await ask(it, count, { took, headers });
          expect(mostInOneSecond(sent)).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a second is counted from the answers: a request that arrives at its very end leaves a whole one free", async () => {
    const it = budgetOf();
    await ask(it, 1, { headers: announced("RateLimit-Limit", "1"), took: 900 });
    const [next] = await ask(it, 1);
    expect(next).toBeGreaterThanOrEqual(start + 900 + second);
  });

  test("after a restart within a second of the last page the second counts as used up", async () => {
    const usage: Usage = { at: start - 400, minutes: [], blockedUntil: 0 };
    const [first] = await ask(budgetOf(generous, usage), 1);
    expect(first).toBeGreaterThan(start - 400 + second);
    const [later] = await ask(budgetOf(generous, { ...usage, at: start - second }), 1);
    expect(later).toBe(start);
  });
});

describe("requests in one hour", () => {
  const share: Share = { perHour: 100, forLive: 10 };

  test("live polling has all of the share, history 80 % of it", async () => {
    const it = budgetOf(share);
    await ask(it, 79, { purpose: "history" });
    expect([it.budget.left("live"), it.budget.left("history")]).toEqual([21, 1]);
    await ask(it, 1, { purpose: "history" });
    expect([it.budget.left("live"), it.budget.left("history")]).toEqual([20, 0]);
    await ask(it, 20);
    expect(it.budget.left("live")).toBe(0);
  });

  test.each([
    [100, 10, 80],
    [100, 30, 70],
    [100, 95, 10],
    [100, 400, 10],
    [1, 120, 0],
    [2, 120, 1],
  ])("of %i with %i for live polling, history has %i", (perHour, forLive, forHistory) => {
    expect(budgetOf({ perHour, forLive }).budget.left("history")).toBe(forHistory);
  });

  test("a tenth is history's due, however much live polling asks; no more, and none that is not there", async () => {
    const it = budgetOf(share);
    await ask(it, 85);
    expect(it.budget.left("history")).toBe(10);
    await ask(it, 4, { purpose: "history" });
    expect(it.budget.left("history")).toBe(6);
    const stored = JSON.parse(JSON.stringify(it.budget.usage())) as Usage;
    expect(budgetOf(share, stored, it.clock.at).budget.left("history")).toBe(6);
    await ask(it, 8);
    expect(it.budget.left("history")).toBe(3);
    await ask(it, 3);
    expect(it.budget.left("history")).toBe(0);
  });

  test("what the version before wrote is read: requests that say not whether they were for history", () => {
    const usage: Usage = { at: start, minutes: [[Math.floor(start / minute), 90]], blockedUntil: 0 };
    const { budget } = budgetOf(share, usage, start + 2 * second);
    expect([budget.used(), budget.left("live"), budget.left("history")]).toEqual([90, 10, 10]);
  });

  test("while there is something left it is available at once, afterwards at the next minute", async () => {
    const it = budgetOf(share);
    await ask(it, 99);
    expect(it.budget.availableAt("live")).toBe(it.clock.at);
    await ask(it, 1);
    expect(it.budget.availableAt("live")).toBe((Math.floor(it.clock.at / minute) + 1) * minute);
  });

  test("a minute's requests count until all of it is an hour old", async () => {
    const it = budgetOf(share, noUsage, start + 30 * second);
    await ask(it, 100);
    it.clock.at = start + hour + minute - 1;
    expect(it.budget.left("live")).toBe(0);
    it.clock.at = start + hour + minute;
    expect(it.budget.left("live")).toBe(100);
  });

  test("never more in any hour, sliding, whatever the pauses", async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 40 * minute }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(pauses, fc.integer({ min: 1, max: 60 }), async (steps, perHour) => {
        const it = budgetOf({ perHour, forLive: 1 });
        const sent: number[] = [];
        for (const pause of steps) {
          it.clock.at += pause;
          while (it.budget.availableAt("live") <= it.clock.at) sent.push(...(await ask(it, 1)));
          const counts = sent.map((from) => sent.filter((at) => at >= from && at < from + hour).length);
          expect(Math.max(0, ...counts)).toBeLessThanOrEqual(perHour);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("what was charged counts as requests do", () => {
    const it = budgetOf(share);
    it.budget.charge(90);
    expect(it.budget.left("live")).toBe(10);
    expect(it.budget.used()).toBe(90);
  });

  test("what is reserved is written down, and counts for whoever reads it", async () => {
    const it = budgetOf(share);
    await ask(it, 3);
    const stored = JSON.parse(JSON.stringify(it.budget.usage(7))) as Usage;
    expect(it.budget.used()).toBe(3);
    expect(budgetOf(share, stored, it.clock.at).budget.used()).toBe(10);
  });

  test("several requests are available when there is room for all of them, or all of the hour is free", () => {
    const it = budgetOf(share);
    it.budget.charge(90);
    expect(it.budget.availableAt("live", 10)).toBe(it.clock.at);
    expect(it.budget.availableAt("live", 11)).toBeGreaterThan(it.clock.at);
    expect(budgetOf(share).budget.availableAt("live", 1_000)).toBe(start);
  });

  test("what is stored is enough to go on with", async () => {
    const it = budgetOf(share);
    await ask(it, 60);
    it.clock.at += 10 * minute;
    await ask(it, 10);
    it.budget.block(it.clock.at + 500);
    const stored = JSON.parse(JSON.stringify(it.budget.usage())) as Usage;
    const restored = budgetOf(share, stored, it.clock.at);
    expect(restored.budget.used()).toBe(70);
    expect(restored.budget.availableAt("history")).toBe(it.clock.at + 500);
    restored.clock.at = start + hour + minute;
    expect(restored.budget.used()).toBe(10);
  });
});

describe("when Kandji wants to be left alone", () => {
  test("nothing is available before, for either purpose, and then at once", () => {
    const { budget, clock } = budgetOf();
    budget.block(start + 5_000);
    expect([budget.availableAt("live"), budget.availableAt("history")]).toEqual([start + 5_000, start + 5_000]);
    clock.at = start + 4_999;
    expect(budget.availableAt("live")).toBe(start + 5_000);
    clock.at = start + 5_000;
    expect(budget.availableAt("live")).toBe(start + 5_000);
  });

  test("an earlier time does not shorten a later one", () => {
    const { budget } = budgetOf();
    budget.block(start + 5_000);
    budget.block(start + 1_000);
    expect(budget.availableAt("live")).toBe(start + 5_000);
  });

  test("when other tools have used up the tenant's hour it is asked again in a minute, not each second", () => {
    const { budget, clock } = budgetOf();
    clock.at += 100;
    budget.answered(announced("X-RateLimit-Remaining-Hour", "0"));
    expect(budget.availableAt("live")).toBe(start + minute);
    const other = budgetOf().budget;
    other.answered(announced("X-RateLimit-Remaining-Hour", "1"));
    other.answered(undefined);
    expect(other.availableAt("live")).toBe(start);
  });
});
