import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Marks } from "../../../src/collection/listing/marks.ts";

const marked = (numbers: readonly number[], marks = new Marks()): Marks => {
  for (const number of numbers) marks.add(number);
  return marks;
};

test("marks are a set of numbers, also as text, however far apart they are", () => {
  const numbers = fc.array(fc.nat({ max: 20_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(numbers, numbers, (first, second) => {
      const marks = marked(second, new Marks(marked(first).toText()));
      const all = new Set([...first, ...second]);
      expect(marks.count).toBe(all.size);
      for (const number of all) {
        expect(marks.has(number)).toBe(true);
        expect(marks.has(number + 1)).toBe(all.has(number + 1));
      }
      expect(new Marks(marks.toText()).count).toBe(all.size);
    }),
  );
});

test("marks with and without others are what sets would be", () => {
  const numbers = fc.uniqueArray(fc.nat({ max: 2_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const listed = (marks: Marks): number[] => [...some, ...others].filter((number) => marks.has(number));
      const [one, other] = [marked(some), marked(others)];
      expect(one.without(other).count).toBe(some.filter((number) => !others.includes(number)).length);
      expect(listed(one.without(other)).some((number) => others.includes(number))).toBe(false);
      expect(one.with(other).count).toBe(new Set([...some, ...others]).size);
      expect(listed(one.with(other))).toEqual([...some, ...others]);
    }),
  );
});

test("none are no text, and beyond the last there is none", () => {
  expect(new Marks().toText()).toBe("");
  expect(marked([511]).has(512)).toBe(false);
  expect(marked([512]).has(512)).toBe(true);
  expect(marked([]).has(1e9)).toBe(false);
});

test("three hundred thousand rows in a row are some hundred characters", () => {
  const marks = marked(Array.from({ length: 300_000 }, (_, number) => number));
  expect(marks.toText().length).toBeLessThan(500);
  expect(new Marks(marks.toText()).count).toBe(300_000);
});
