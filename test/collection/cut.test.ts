import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutArray, onOneLine } from "../../src/collection/cut.ts";
import { answerText, jsonText } from "./json-text.ts";

const raw = String.raw;

describe("cutting records out of an answer", () => {
  test("what is cut is what JSON.parse finds there, whatever the JSON", () => {
    fc.assert(
      fc.property(answerText, (text) => {
        const { results } = JSON.parse(text) as { results?: unknown };
        const expected: unknown[] = Array.isArray(results) ? results : [];
        const found = cutArray(text, ["results"]).map((slice) => JSON.stringify(JSON.parse(slice)));
        expect(found).toEqual(expected.map((element) => JSON.stringify(element)));
      }),
      { numRuns: 1_000 },
    );
  });

  test("what is cut stands in the answer to the character, in order, without the space around it", () => {
    fc.assert(
      fc.property(fc.array(jsonText, { maxLength: 6 }), fc.constantFrom("", " ", "\n\t"), (elements, gap) => {
        const text = `{"next":null,"results":[${gap}${elements.join(`${gap},${gap}`)}${gap}]}`;
        expect(cutArray(text, ["results"])).toEqual(elements);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["digits beyond what a number holds", raw`{"n":12345678901234567890.10}`],
    ["a backslash at the end of a string", raw`{"path":"C:\\"}`],
    ["an escaped quote at the end of a string", raw`{"say":"\""}`],
    ["a backslash and an escaped quote at the end", raw`{"say":"\\\""}`],
    ["brackets inside strings", raw`{"s":"]},[{","t":"}]"}`],
    ["half a surrogate pair, escaped", raw`{"s":"\ud83d"}`],
    ["a repeated key", raw`{"id":"1","id":"2"}`],
    ["a key that is an object's prototype", raw`{"__proto__":{"results":[1]}}`],
    ["the key of the records inside a record", raw`{"results":[{"results":[]}]}`],
    ["an escape that was not needed", raw`{"u":"\u0041\/"}`],
  ])("%s stays as it is", (_, record) => {
    expect(cutArray(`{"results":[${record},${record}]}`, ["results"])).toEqual([record, record]);
  });

  test("an empty array, with and without space in it, holds nothing", () => {
    expect(cutArray('{"results":[]}', ["results"])).toEqual([]);
    expect(cutArray(' { "results" : [ \n ] } ', ["results"])).toEqual([]);
    expect(cutArray("{}", ["results"])).toEqual([]);
  });

  test("of a repeated key the last counts, also when it is spelled with escapes or is no array", () => {
    expect(cutArray('{"results":[1],"results":[2,3]}', ["results"])).toEqual(["2", "3"]);
    expect(cutArray(raw`{"results":[1],"\u0072esults":[2]}`, ["results"])).toEqual(["2"]);
    expect(cutArray('{"results":[1],"results":null}', ["results"])).toEqual([]);
  });

  test("a record nested ten thousand deep is cut whole", () => {
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    const objects = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    expect(cutArray(`{"results":[${deep},${objects},7]}`, ["results"])).toEqual([deep, objects, "7"]);
  });
});

describe("a record on one line", () => {
  test("loses its line breaks and nothing else", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const line = onOneLine(text);
        expect(line).not.toMatch(/[\r\n]/);
        expect(line).toBe(text.split(/[\r\n]/).join(""));
        expect(JSON.stringify(JSON.parse(line))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  test("keeps line breaks that are written as escapes, and separators that only look like line breaks", () => {
    const text = `{"s":"a\\nb\\r\u2028c\u0085"}`;
    expect(onOneLine(text)).toBe(text);
  });
});
