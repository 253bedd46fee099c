import { describe, expect, test } from "vitest";
import { count, emptyTally, lastDay, type Tally } from "../../src/collection/tally.ts";

const hour = 3_600_000;
const now = 490_000 * hour + 1;
const fresh = (...times: readonly number[]) => times.map((time) => ({ time, drift: false, raw: `at ${time}` }));
const nameOf = (raw: string): string => `named ${raw}`;
const more = (tally: Tally, times: readonly number[], at = now): Tally =>
  count(tally, { fresh: fresh(...times), duplicates: 0, late: 0 }, at, nameOf);

describe("what was collected", () => {
  test("is counted by kind", () => {
    const odd = { time: 1, drift: true, raw: "odd" };
    const one = count(emptyTally, { fresh: [odd, ...fresh(5, 3)], duplicates: 7, late: 2 }, now, nameOf);
    expect(one).toMatchObject({ collected: 3, duplicates: 7, late: 2, drift: 1, newest: 5, lastSuccessAt: now });
    expect(count(one, { fresh: [], duplicates: 1, late: 0 }, now + 1, nameOf)).toMatchObject({
      collected: 3,
      duplicates: 8,
    });
  });

  test("the newest is the latest that is not in the future, and never falls", () => {
    const at = now * 1000;
    expect(more(emptyTally, [at + 1]).newest).toBeNull();
    expect(more(emptyTally, [at, at + 1]).newest).toBe(at);
    expect(more(more(emptyTally, [at]), [5]).newest).toBe(at);
  });

  test("the newest has its name, and keeps it until there is a newer one", () => {
    expect(emptyTally).not.toHaveProperty("newestName");
    const one = more(emptyTally, [3, 7, 5]);
    expect(one.newestName).toBe("named at 7");
    expect(more(one, [6]).newestName).toBe("named at 7");
    expect(more(one, [now * 1000 + 1]).newestName).toBe("named at 7");
    expect(more(one, [8]).newestName).toBe("named at 8");
  });

  test("a page without news counts as success and adds no hour", () => {
    expect(more(emptyTally, [])).toMatchObject({ lastSuccessAt: now, hours: [] });
  });

  test("hours are kept for a day, one entry each", () => {
    let tally = emptyTally;
    for (let n = 0; n < 40; n += 1) tally = more(more(tally, [1], now + n * hour), [1, 2], now + n * hour);
    expect(tally.hours).toHaveLength(24);
    expect(lastDay([tally], now + 39 * hour)).toEqual(Array.from({ length: 24 }, () => 3));
  });

  test("the last day is that of all streams, oldest first, the current hour last", () => {
    const one = more(emptyTally, [1, 2], now - 23 * hour);
    const other = more(more(emptyTally, [1], now - 24 * hour), [1], now);
    const day = lastDay([one, other], now);
    expect(day).toHaveLength(24);
    expect([day[0], day[22], day[23]]).toEqual([2, 0, 1]);
  });
});
