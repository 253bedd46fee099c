import { describe, expect, test } from "vitest";
import {
  firstPlace,
  pageLimitOf,
  pageParameters,
  readListingPage,
  type Place,
} from "../../../src/collection/listing/pages.ts";
import { UnreadableAnswer } from "../../../src/datasets/dataset.ts";
import type { Paging, Way } from "../../../src/datasets/listing.ts";
import { things } from "./setting.ts";

const offset: Paging = { by: "offset", limit: 3, total: ["meta", "count"] };
const page: Paging = { by: "page", limit: 3, total: "total" };
const cursor: Paging = { by: "cursor", parameter: "after", next: "next", size: { parameter: "size", limit: 3 } };
const bare: Paging = { by: "cursor", parameter: "cursor", next: "next" };
const nothing: Paging = { by: "nothing" };

const wayOf = (paging: Paging, rows: Way["rows"] = [["results"]]): Way => ({ ...things.ways[0], paging, rows });

const read = (paging: Paging, answer: unknown, place: Place = firstPlace(paging), rows?: Way["rows"]) =>
  readListingPage(wayOf(paging, rows), typeof answer === "string" ? answer : JSON.stringify(answer), place);

describe("asking for a page", () => {
  test.each([
    [offset, 0, { limit: "2", offset: "0" }, 3],
    [page, 1, { size: "3", page: "1" }, 3],
    [cursor, "", { size: "2" }, 3],
    [bare, "", {}, 1],
    [nothing, "", {}, 1],
  ] as const)("the first, %j", (paging, place, parameters, limit) => {
    expect(firstPlace(paging)).toBe(place);
    expect(pageParameters(paging, place, 2)).toEqual(parameters);
    expect(pageLimitOf(paging)).toBe(limit);
  });

  test("a later one", () => {
    expect(pageParameters(offset, 40, 2)).toEqual({ limit: "2", offset: "40" });
    // Another size would move the pages.
    expect(pageParameters(page, 4, 2)).toEqual({ size: "3", page: "4" });
    expect(pageParameters(cursor, "a b", 2)).toEqual({ size: "2", after: "a b" });
  });
});

describe("where to read on", () => {
  test.each([
    ["behind what was read", { results: [1, 2], meta: { count: 9 } }, 4, 6],
    ["also without a total", { results: [1, 2, 3] }, 4, 7],
    ["also after a page that is not full", { results: [1] }, 4, 5],
    ["nowhere when all were read", { results: [1, 2], meta: { count: 6 } }, 4, null],
    ["nowhere after an empty page", { results: [], meta: { count: 9 } }, 4, null],
    ["a total that is no number is none", { results: [1], meta: { count: "1" } }, 0, 1],
  ])("by offset: %s", (_, answer, place, next) => {
    expect(read(offset, answer, place).next).toBe(next);
  });

  test.each([
    ["the next page", { results: [1, 2, 3], total: 7 }, 2, 3],
    ["also after one that is not full", { results: [1], total: 7 }, 2, 3],
    ["nowhere behind the last", { results: [1], total: 7 }, 3, null],
    ["nowhere after an empty one", { results: [] }, 2, null],
    ["on while no total is told", { results: [1] }, 2, 3],
  ])("by page: %s", (_, answer, place, next) => {
    expect(read(page, answer, place).next).toBe(next);
  });

  test.each([
    ["a bare one", "abc==", "abc=="],
    ["in a URL", "https://acme.api.kandji.io/x?size=3&after=a%2Bb", "a+b"],
    ["in a URL of another host, of which only the cursor is used", "https://evil.example/?after=abc", "abc"],
    ["none", null, null],
    ["an empty one", "", null],
  ])("by cursor: %s", (_, next, expected) => {
    expect(read(cursor, { results: [1], next }).next).toBe(expected);
  });

  test("by cursor: a page that is empty is not the end, and a missing key is", () => {
    expect(read(cursor, { results: [], next: "abc" }).next).toBe("abc");
    expect(read(cursor, { results: [1] }).next).toBeNull();
  });

  test.each([7, true, {}, ["abc"], "https://acme.api.kandji.io/x?cursor=abc"])(
    "by cursor: %j is taken for no end",
    (next) => {
      expect(() => read(cursor, { results: [], next })).toThrow(UnreadableAnswer);
    },
  );

  test("without pages: nowhere", () => {
    expect(read(nothing, { results: [1], next: "abc" })).toMatchObject({ next: null, total: null });
  });
});

describe("the rows of an answer", () => {
  test("stand in it to the character, each on one line", () => {
    const text = '{"results":[ {"n":1.50,\n"a" : 2} ,{"n":12345678901234567890}],"meta":{"count":2}}';
    expect(read(offset, text)).toEqual({
      rows: [
        { raw: '{"n":1.50,"a" : 2}', value: { n: 1.5, a: 2 }, list: "" },
        { raw: '{"n":12345678901234567890}', value: { n: 12345678901234567000 }, list: "" },
      ],
      next: null,
      total: 2,
    });
  });

  test("are the answer itself where it is an array, or all of it", () => {
    expect(read(offset, "[[1],2]", 0, [[]]).rows.map(({ raw }) => raw)).toEqual(["[1]", "2"]);
    expect(read(nothing, ' {"a":\n1} ', "", "whole").rows).toEqual([{ raw: '{"a":1}', value: { a: 1 }, list: "" }]);
  });

  test("bear the name of their list where there are several, of which one may be missing", () => {
    const lists = [["items"], ["deep", "parameters"]];
    const listsOf = (answer: unknown): string[] =>
      read(nothing, answer, "", lists).rows.map(({ raw, list }) => `${list} ${raw}`);
    expect(listsOf({ items: [1], deep: { parameters: [2] } })).toEqual(["items 1", "parameters 2"]);
    expect(listsOf({ items: [1] })).toEqual(["items 1"]);
    expect(() => listsOf({ items: null })).toThrow(UnreadableAnswer);
  });

  test.each([
    ["no JSON", "<html>", undefined],
    ["cut off", '{"results":[', undefined],
    ["an array in place of an object", "[]", undefined],
    ["no list", "{}", undefined],
    ["an object for a list", '{"results":{}}', undefined],
    ["null", "null", undefined],
    ["an object for an array", "{}", [[]]],
    ["an array for the one row", "[]", "whole" as const],
    ["a number for the one row", "7", "whole" as const],
  ])("%s is unreadable", (_, text, rows) => {
    expect(() => read(offset, text, 0, rows)).toThrow(UnreadableAnswer);
  });
});
