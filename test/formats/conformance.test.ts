import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datasets, feeds } from "../../src/datasets/registry.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { formats } from "../../src/formats/registry.ts";
import { changes, samples } from "../datasets/records.ts";
import { rawOf } from "../simulator/shapes.ts";
import { checks } from "./checks.ts";
import { hostileJson } from "./hostile-json.ts";
import { shapedBy } from "./shaped.ts";

/** What every format must hold, for every dataset. A format without checks fails, and so does a dataset without records. */

const unknownDatasets = ["forwarder-journal", "forwarder-health", "of-a-later-version"];

const shape = (format: FormatName, dataset: string, raw: string): string => shapedBy(format)(raw, { dataset });

/** Those that put the object itself among keys of their own have no room for blanks around it, which are no part of it. */
const contentOf = (format: string, raw: string): string =>
  format === "panther" || format === "runreveal" ? raw.trim() : raw;

describe("the registry", () => {
  it("has checks for every format, and a format for all checks", () => {
    expect(Object.keys(checks).toSorted()).toEqual([...formats.keys()].toSorted());
  });

  it("has records of every dataset, with every change that the forwarder notes", () => {
    const without = [...datasets.keys()].filter((name) => (samples.get(name) ?? []).length === 0);
    expect(without).toEqual([]);
    for (const [name, records] of samples) {
      if (feeds.has(name)) continue;
      const found = records.map(({ raw }) => /"change":"(\w+)"/u.exec(raw)?.[1]);
      expect(new Set(found)).toEqual(new Set(changes));
    }
  });
});

describe.each([...formats.values()])("$name", (format) => {
  const { name } = format;

  it("names its source", () => {
    expect(format.source.protocol).toBe("https:");
    expect(format.title).not.toBe("");
    expect(format.version).toBeGreaterThan(0);
  });

  describe.each([...samples])("%s", (dataset, records) => {
    it.each(records)("$of", ({ raw }) => {
      const text = shape(name, dataset, raw);
      checks[name]?.({ dataset, raw, text });
      expect(rawOf(text)).toBe(contentOf(name, raw));
      expect(text).not.toMatch(/[\r\n]/u);
      expect(shape(name, dataset, raw)).toBe(text);
    });
  });

  it("shapes any JSON of any dataset, and nothing of it is lost", () => {
    fc.assert(
      fc.property(hostileJson, fc.constantFrom(...datasets.keys(), ...unknownDatasets), (raw, dataset) => {
        const text = shape(name, dataset, raw);
        checks[name]?.({ dataset, raw, text });
        expect(rawOf(text)).toBe(contentOf(name, raw));
      }),
      { numRuns: 3000 },
    );
  });

  const odd = [
    "7",
    "[]",
    "null",
    '"text"',
    "{}",
    '{"__proto__":{"id":"x"}}',
    '{"id":1e400}',
    '{"a":1,"a":2}',
    // Spaces, digits and escapes that do not survive being parsed and written again.
    String.raw` {"id" : "1", "n":12345678901234567890.10 ,"s":"\u0041\/\ud83d"} `,
  ];

  it.each(odd)("shapes %s of every dataset", (raw) => {
    for (const dataset of [...datasets.keys(), ...unknownDatasets]) {
      const text = shape(name, dataset, raw);
      checks[name]?.({ dataset, raw, text });
      expect(rawOf(text)).toBe(contentOf(name, raw));
    }
  });

  it.each([
    ["lists", "[", "]"],
    ["objects", '{"new_state":', "}"],
  ])("shapes %s that are too deep to be written again", (_, open, close) => {
    const depth = 200_000;
    const inner = open.repeat(depth) + "{}" + close.repeat(depth);
    const raw = `{"id":"1","target_type":"blueprint","new_state":{"deep":${inner}},"metadata":{},"user":${inner}}`;
    for (const dataset of ["audit-events", "devices"])
      expect(rawOf(shape(name, dataset, raw))).toBe(contentOf(name, raw));
  });
});
