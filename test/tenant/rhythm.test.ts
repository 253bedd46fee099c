import { describe, expect, test } from "vitest";
import { pause } from "../../src/tenant/operations.ts";
import { fewestHours, unusualSilence } from "../../src/tenant/rhythm.ts";
import { day, epoch, hour, Household, minute, secrets } from "./household.ts";

const first = Math.floor(epoch / hour);
/** A day in which these of its 24 hours had records. */
const busy = (...hours: number[]): [number, number][] => hours.map((at) => [first + at, 7]);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** How many hours after the end of its last hour with records it is called silent; the first millisecond of it. */
function calledAfter(hours: [number, number][]): number | undefined {
  const end = (Math.max(...hours.map(([at]) => at)) + 1) * hour;
  for (let passed = 1; passed <= 200; passed += 1) {
    if (unusualSilence(hours, end + passed * hour) === undefined) continue;
    expect(unusualSilence(hours, end + passed * hour - 1)).toBeUndefined();
    return passed;
  }
  return undefined;
}

describe("a silence is unusual", () => {
  test("after six hours where every hour of the day had records", () => {
    expect(calledAfter(busy(...range(0, 23)))).toBe(6);
  });

  test("after four times the longest gap of that day, its beginning counted", () => {
    expect(calledAfter(busy(...range(0, 12), ...range(16, 23)))).toBe(16);
    expect(calledAfter(busy(...range(3, 23)))).toBe(16);
    expect(calledAfter(busy(...range(5, 23)))).toBe(24);
  });

  test("after four days where nights are silent: it will have weekends", () => {
    expect(calledAfter(busy(...range(8, 23)))).toBe(96);
    expect(calledAfter(busy(...range(0, 5), ...range(14, 23)))).toBe(96);
  });

  test("never where there is no rhythm: nothing at all, or records in too few hours", () => {
    expect(unusualSilence([], epoch)).toBeUndefined();
    const few = range(0, fewestHours - 1).map((at) => at * 4);
    expect(calledAfter(busy(...few))).toBe(16);
    expect(calledAfter(busy(...few.slice(1)))).toBeUndefined();
  });
});

describe("a tenant", () => {
  const house = () =>
    new Household(
      {
        kandji: {
          acme: { token: "token-of-acme", events: [{ seed: 3, count: 2_600, from: epoch, to: epoch + 26 * hour }] },
        },
        intakes: { siem: { kind: "webhook", keepTexts: false } },
      },
      secrets({ siem: {} }, { datasets: { "audit-events": { every: "20m", sweep: "never" } } }),
    );
  const codes = (it: Household): string[] => it.report().problems.map(({ code }) => code);

  test("whose log goes quiet after a day of records is degraded after six hours, until a record comes", async () => {
    const it = house();
    await it.pass(31 * hour);
    expect(codes(it)).toEqual([]);
    await it.pass(2 * hour);
    expect(codes(it)).toEqual(["quieter-than-usual"]);
    it.evict();
    await it.tick();
    expect(it.report().datasets[0]?.health).toBe("degraded");
    it.world.kandji.get("acme")?.seed({ seed: 4, count: 3, from: it.time.now() - minute, to: it.time.now() - 1_000 });
    await it.pass(hour);
    expect(codes(it)).toEqual([]);
  });

  test("that never had records, or has had them for some hours only, is not", async () => {
    const quiet = new Household(
      { kandji: { acme: { token: "token-of-acme" } }, intakes: { siem: { kind: "webhook" } } },
      secrets({ siem: {} }, { datasets: { "audit-events": { every: "1h", sweep: "never" } } }),
    );
    await quiet.pass(2 * day);
    expect(codes(quiet)).toEqual([]);
  });

  test("that cannot be read is not called quiet for it", async () => {
    const it = house();
    await it.pass(33 * hour);
    expect(codes(it)).toEqual(["quieter-than-usual"]);
    it.world.kandji.get("acme")?.faults.set({ always: { do: "status", status: 503 } });
    await it.pass(25 * minute);
    expect(codes(it)).toEqual(["kandji-unavailable"]);
  });

  test("that is paused is not called quiet for it", async () => {
    const it = house();
    await it.pass(33 * hour);
    pause(it.engine.state, { dataset: "audit-events" });
    expect(codes(it)).toEqual([]);
  });
});
