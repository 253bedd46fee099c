import { describe, expect, it } from "vitest";
import { OutgoingRecord } from "../../src/destinations/record.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { formats } from "../../src/formats/registry.ts";
import { rawOf } from "../simulator/shapes.ts";
import { destinationOf } from "../config/ask.ts";
import { batch, bodyOf, exampleEvent, exchange } from "./exchange.ts";
import { fixtures } from "./fixtures.ts";

/** A format that was chosen is what arrives, wherever a record is put in as it is. */

const types = [
  "axiom",
  "better-stack",
  "datadog",
  "logscale",
  "new-relic",
  "r2",
  "splunk-hec",
  "sumo-logic",
  "webhook",
] as const;

const isTakenBy = (type: string, format: string): boolean =>
  destinationTypes.get(type)?.refuses[format as FormatName] === undefined;

describe.each(types)("%s", (type) => {
  const secret = (format: string): object => ({ type, ...fixtures.get(type)?.settings.fewest, format });

  it.each([...formats].filter(([format]) => isTakenBy(type, format)))("sends %s", (name, format) => {
    const { destination } = destinationOf(secret(name));
    const [text = ""] = fixtures.get(type)?.rawOf(bodyOf(destination, [exampleEvent])) ?? [];
    expect(text).toBe(new OutgoingRecord({ raw: exampleEvent }, format, batch).text);
    expect(rawOf(text)).toBe(exampleEvent);
  });
});

it.each(types)("%s is read by its simulated intake in every format that it takes", async (kind) => {
  for (const format of formats.keys()) {
    if (!isTakenBy(kind, format)) continue;
    const secret = { type: kind, ...fixtures.get(kind)?.settings.fewest, format };
    const now = (): number => Date.parse("2026-11-21T05:00:00Z");
    const { held } = await exchange(secret, { kind, now }, bodyOf(destinationOf(secret).destination, [exampleEvent]));
    expect(held).toEqual([exampleEvent]);
  }
});
