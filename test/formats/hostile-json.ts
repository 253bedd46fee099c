import * as fc from "fast-check";
import { samples } from "../datasets/records.ts";

/** JSON texts under the names that readers look for, with values that they do not expect there. */

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function keysIn(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysIn)];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

const known = [...samples.values()].flat().map(({ raw }) => JSON.parse(raw) as unknown);
const keys = [
  ...new Set([...known.flatMap(keysIn), "__proto__", "constructor", "toString", "hasOwnProperty", "length", ""]),
];
const words = [...new Set(known.flatMap(textsIn))];

const word = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom("__proto__", "constructor", "toString", "\ud800"),
  fc.string(),
);

const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom("null", "true", "false", "0", "-0.0", "1e400", "-1", "99", "12345678901234567890.10"),
    word.map((text) => JSON.stringify(text)),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
    tie("object"),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...keys), tie("value")), { maxLength: 8 })
    .map((pairs) => `{${pairs.map(([key, inner]) => `${JSON.stringify(key)}:${inner}`).join(",")}}`),
}));

/** A true record in which some values are others. */
const mutated = fc
  .tuple(fc.constantFrom(...[...samples.values()].flat()), fc.array(fc.tuple(fc.nat(), value), { maxLength: 4 }))
  .map(([{ raw }, swaps]) => {
    let text = raw;
    for (const [at, other] of swaps) {
      const values = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|null|true|false|-?\d[\d.e+-]*)(?=[,}])/gu)];
      const found = values[at % Math.max(1, values.length)];
      if (found?.[1] === undefined) continue;
      const start = found.index + 1;
      text = text.slice(0, start) + other + text.slice(start + found[1].length);
    }
    return text;
  });

export const hostileJson: fc.Arbitrary<string> = fc.oneof({ weight: 2, arbitrary: mutated }, value);
