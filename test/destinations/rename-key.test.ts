import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renameTopLevelKey } from "../../src/destinations/rename-key.ts";

const rename = (text: string): string => renameTopLevelKey(text, "at", "was");

describe("renameTopLevelKey", () => {
  it.each([
    ['{"at":1}', '{"was":1}'],
    ['{"a":1,"at":2}', '{"a":1,"was":2}'],
    [' {\n "at" : "x" } ', ' {\n "was" : "x" } '],
    ['{"at":12345678901234567890,"b":1.0}', '{"was":12345678901234567890,"b":1.0}'],
    ['{"at":1,"at":2}', '{"was":1,"was":2}'],
    [String.raw`{"\u0061t":1}`, '{"was":1}'],
    ['{"a":{"at":1},"b":[{"at":2}],"at":3}', '{"a":{"at":1},"b":[{"at":2}],"was":3}'],
    ['{"a":"at","b":["at","at"],"c":{"d":"at"}}', '{"a":"at","b":["at","at"],"c":{"d":"at"}}'],
    [String.raw`{"a":"\",\"at\":","at":"\\"}`, String.raw`{"a":"\",\"at\":","was":"\\"}`],
    ['{"a":"}{][,:","at":null}', '{"a":"}{][,:","was":null}'],
    ['{"atx":1,"AT":2,"":3}', '{"atx":1,"AT":2,"":3}'],
    ["{}", "{}"],
    ["[]", "[]"],
    ['["at"]', '["at"]'],
    ['[{"at":1}]', '[{"at":1}]'],
    ['"at"', '"at"'],
    ["5", "5"],
  ])("%s becomes %s", (text, renamed) => {
    expect(rename(text)).toBe(renamed);
  });

  it("does to the text what it would do to the object, and can be undone", () => {
    const key = fc.oneof(fc.constantFrom("at", "b", '"', "\\"), fc.string());
    const object = fc.dictionary(key, fc.jsonValue()).filter((value) => !Object.hasOwn(value, "was"));
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const entries = Object.entries(value).map(([name, entry]) => [name === "at" ? "was" : name, entry]);
        const renamed = rename(text);
        expect(JSON.parse(renamed)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(entries))));
        expect(renameTopLevelKey(renamed, "was", "at")).toBe(text);
      }),
    );
  });

  it("reads a large record through", () => {
    const before = `{"a":"${String.raw`\"x`.repeat(400_000)}",`;
    // Not `toBe`: a difference of megabytes is no message.
    expect(rename(`${before}"at":1}`) === `${before}"was":1}`).toBe(true);
  });
});
