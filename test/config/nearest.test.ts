import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../../src/config/nearest.ts";

const names = ["datadog", "webhook", "apiKey", "url", "maxBatchBytes", "maxBatchRecords", "audit-events"];

describe("nearest", () => {
  it.each([
    ["datadgo", "datadog"],
    ["Datadog", "datadog"],
    ["webhooks", "webhook"],
    ["api_key", "apiKey"],
    ["apikey", "apiKey"],
    ["ulr", "url"],
    ["uri", "url"],
    ["maxBatchByte", "maxBatchBytes"],
    ["max_batch_record", "maxBatchRecords"],
    ["auditevents", "audit-events"],
    ["audit_event", "audit-events"],
  ])("takes %s for %s", (typed, meant) => {
    expect(nearest(typed, names)).toBe(meant);
  });

  it.each(["", "x", "elephant", "password", "d".repeat(65), "d".repeat(100_000)])(
    "guesses nothing for a strange word",
    (typed) => {
      expect(nearest(typed, names)).toBeUndefined();
    },
  );

  it("finds the name behind any single slip", () => {
    fc.assert(
      fc.property(fc.constantFrom("datadog", "webhook", "maxBatchRecords"), fc.nat(), (name, seed) => {
        const at = seed % name.length;
        expect(nearest(name.slice(0, at) + name.slice(at + 1), names)).toBe(name);
        expect(nearest(`${name.slice(0, at)}z${name.slice(at)}`, names)).toBe(name);
      }),
    );
  });
});
