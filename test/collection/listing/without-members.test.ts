import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutMembers } from "../../../src/collection/cut.ts";
import { answerText, jsonText } from "../json-text.ts";

const raw = String.raw;
const secret = new Set(["pin", "PIN", "key"]);

/** Without them, as one would do it with the value. */
const without = (text: string, names: ReadonlySet<string>): unknown =>
  JSON.parse(text, function (this: unknown, name, value: unknown) {
    return !Array.isArray(this) && names.has(name) ? undefined : value;
  });

describe("cutting members out of a text", () => {
  test.each([
    ["the only one", '{"pin":1}', "{}"],
    ["the first", '{"pin":1,"a":2}', '{"a":2}'],
    ["one in the midst", '{"a":1, "pin":2, "b":3}', '{"a":1,  "b":3}'],
    ["the last", '{"a":1 , "pin":2 }', '{"a":1 }'],
    ["all", '{"pin":1,"PIN":2 , "key":{"pin":3}}', "{}"],
    ["several last ones", '{"a":1, "pin":2,"PIN":3}', '{"a":1}'],
    ["within", '{"a":[{"b":{"pin":"x"}},{"pin":[1,{"key":2}],"c":3}]}', '{"a":[{"b":{}},{"c":3}]}'],
    ["a name that is spelled with escapes", raw`{"p\u0069n":1,"a":"\u0041"}`, raw`{"a":"\u0041"}`],
    ["a repeated name", '{"pin":1,"a":2,"pin":3}', '{"a":2}'],
    ["with brackets and quotes in it", raw`{"pin":"}\",\\","a":1}`, '{"a":1}'],
    ["none where it is a value", '{"a":"pin","b":["pin","key"]}', '{"a":"pin","b":["pin","key"]}'],
    ["none whose name only begins so", '{"pins":1," pin":2,"Pin":3}', '{"pins":1," pin":2,"Pin":3}'],
    ["none that stands in a text", raw`{"a":"{\"pin\":1}"}`, raw`{"a":"{\"pin\":1}"}`],
  ])("%s", (_, text, rest) => {
    expect(withoutMembers(text, secret).replaceAll(" ", "")).toBe(rest.replaceAll(" ", ""));
    expect(JSON.parse(withoutMembers(text, secret))).toEqual(without(text, secret));
  });

  test("leaves what JSON.parse would leave, whatever the JSON", () => {
    const names = fc.uniqueArray(fc.constantFrom("results", "next", "", "__proto__", "constructor"), { minLength: 1 });
    fc.assert(
      fc.property(fc.oneof(answerText, jsonText), names, (text, list) => {
        const cut = withoutMembers(text, new Set(list));
        const keysOf = (value: unknown): string[] =>
          Array.isArray(value)
            ? value.flatMap(keysOf)
            : typeof value === "object" && value !== null
              ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
              : [];
        expect(keysOf(JSON.parse(cut)).filter((key) => new Set<string>(list).has(key))).toEqual([]);
        expect(JSON.stringify(JSON.parse(cut))).toBe(JSON.stringify(reduced(JSON.parse(text), new Set(list))));
      }),
      { numRuns: 2_000 },
    );
  });

  test("keeps every other character in its order", () => {
    const numbers = '{"n":12345678901234567890,"e":1E+400,"s":"\\u0041\\/", "x" :\t[ 1 ,2.50 ]';
    expect(withoutMembers(`${numbers},"pin":1}`, secret)).toBe(`${numbers}}`);
    fc.assert(
      fc.property(fc.array(jsonText, { maxLength: 5 }), fc.nat({ max: 5 }), (values, at) => {
        const members = values.map((value, index) => `"m${index}": ${value}`);
        const among = members.toSpliced(at, 0, '"pin":"x"');
        expect(withoutMembers(`{${among.join(",")}}`, new Set(["pin"]))).toBe(`{${members.join(",")}}`);
      }),
    );
  });

  test("a text without any is the same text, and no names cut nothing", () => {
    expect(withoutMembers('{"pin" :1}', new Set())).toBe('{"pin" :1}');
    expect(withoutMembers("7", secret)).toBe("7");
    expect(withoutMembers('"pin"', secret)).toBe('"pin"');
  });
});

function reduced(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((inner) => reduced(inner, names));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !names.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, reduced(inner, names)]));
}
