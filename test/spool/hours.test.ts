import * as fc from "fast-check";
import { expect, test } from "vitest";
import { counted, countsFrom, hoursOf, runsOf } from "../../src/spool/hours.ts";
import { live, records, spoolOf } from "./setting.ts";

const someHours = fc.array(fc.constantFrom(7, 8, 9, null), { maxLength: 40 });

test("runs say the same as the hours of each record, also of a part of them", () => {
  fc.assert(
    fc.property(someHours, fc.nat(40), fc.nat(40), (hours, from, to) => {
      expect(hoursOf(runsOf(hours))).toEqual(hours);
      expect(hoursOf(runsOf(hours), from, to)).toEqual(hours.slice(from, to));
      expect(runsOf(hours).every(([, hour], index, runs) => hour !== runs[index + 1]?.[1])).toBe(true);
    }),
  );
});

test("a page of one hour is one run", () => {
  expect(runsOf(Array.from({ length: 500 }, () => 493_544))).toEqual([[500, 493_544]]);
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
  spool.append(live, null, raws, 0, null, [7, null, 8]);
  spool.append(live, null, records(3, 1), 0, null);
  for (const one of [spool, again()]) {
    expect(one.segments.all().map(({ hours }) => hours)).toEqual([
      [
        [1, 7],
        [1, null],
      ],
      [[1, 8]],
      null,
    ]);
  }
});
