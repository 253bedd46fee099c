import * as fc from "fast-check";
import { expect, test } from "vitest";
import { beginOf, counted, countsFrom, hoursOf, momentsOf, runsOf } from "../../src/spool/hours.ts";
import { history, live, records, spoolOf } from "./setting.ts";

const hourMs = 3_600_000;
const timesIn = (hours: readonly (number | null)[]) => ({
  times: hours.map((hour) => (hour === null ? null : beginOf(hour))),
});
const someHours = fc.array(fc.constantFrom(7, 8, 9, null), { maxLength: 40 });

test("runs say the same as the hours of each record, also of a part of them", () => {
  fc.assert(
    fc.property(someHours, fc.nat(40), fc.nat(40), (hours, from, to) => {
      const runs = runsOf(timesIn(hours));
      expect(hoursOf(runs)).toEqual(hours);
      expect(hoursOf(runs, from, to)).toEqual(hours.slice(from, to));
      expect(runs.every(([, hour], index) => hour !== runs[index + 1]?.[1])).toBe(true);
    }),
  );
});

test("a page of one hour is one run", () => {
  expect(runsOf(timesIn(Array.from({ length: 500 }, () => 493_544)))).toEqual([[500, 493_544]]);
});

test("runs say to the millisecond when each happened from a time on, and nothing of it before", () => {
  const someTime = fc.integer({ min: 0, max: 3 * hourMs * 1000 });
  const someTimes = fc.array(fc.option(someTime), { maxLength: 40 });
  fc.assert(
    fc.property(someTimes, someTime, fc.nat(40), fc.nat(40), (times, exactFrom, from, to) => {
      const exact = times.map((time) => (time === null || time < exactFrom ? null : Math.floor(time / 1000)));
      const runs = runsOf({ times, exactFrom });
      expect(momentsOf(runs)).toEqual(exact);
      expect(momentsOf(runs, from, to)).toEqual(exact.slice(from, to));
      expect(momentsOf(runsOf({ times }))).toEqual(times.map(() => null));
      expect(hoursOf(runs)).toEqual(hoursOf(runsOf({ times })));
    }),
  );
});

test("what comes to each fate is counted; what waits or has no hour is not", () => {
  const before = counted([], [[8, "delivered", 3]]);
  const after = counted(before, [
    [9, "dead"],
    [8, "skipped"],
    [8, "delivered"],
    [8, "pending"],
    [null, "delivered"],
    [7, "dead", -1],
  ]);
  expect(after).toEqual([
    [7, 0, 0, -1],
    [8, 4, 1, 0],
    [9, 0, 0, 1],
  ]);
  expect(before).toEqual([[8, 3, 0, 0]]);
});

test("counts are kept from the oldest hour on, and only where there is something", () => {
  expect(
    countsFrom(
      [
        [7, 1, 0, 0],
        [8, 0, 0, -1],
        [9, 0, 0, 0],
        [10, 0, 1, 0],
      ],
      8,
    ),
  ).toEqual([
    [8, 0, 0, -1],
    [10, 0, 1, 0],
  ]);
});

test("the hours lie with their segment, part by part where a page makes several, and survive a restart", () => {
  const { spool, again } = spoolOf(undefined, "siem");
  const raws = records(0, 3).map((raw) => raw.padEnd(700_000));
  const times = [beginOf(7) + 1_999, null, beginOf(8)];
  spool.append(live, null, raws, 0, null, { times, exactFrom: beginOf(7) });
  spool.append(live, null, records(3, 1), 0, null);
  spool.append(history, null, records(4, 3), 0, null, { times });
  for (const one of [spool, again()]) {
    expect(one.segments.all().map(({ hours }) => hours)).toEqual([
      [
        [1, 7, [1]],
        [1, null],
      ],
      [[1, 8, [0]]],
      null,
      [
        [1, 7],
        [1, null],
        [1, 8],
      ],
    ]);
  }
});
