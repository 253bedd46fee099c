import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listings } from "../../src/datasets/registry.ts";
import { oddEvents, recordsOf, usualEvents } from "../datasets/records.ts";
import { fitsIruAudit } from "../simulator/panther-intake.ts";
import { rawOf } from "../simulator/shapes.ts";
import { shapedBy } from "./shaped.ts";

/** Panther's Iru.Audit: https://docs.panther.com/data-onboarding/supported-logs/iru. */

const shaped = shapedBy("panther");
const ends = '"received_at":"2026-05-01T08:31:05.000Z","tenant_id":"acme"}';
const read = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe("panther", () => {
  it("adds two keys at the end and touches nothing else", () => {
    const raw = String.raw`{"id":"01K8" , "n":12345678901234567890.10,"s":"\u00e9"}`;
    expect(shaped(raw)).toBe(`${raw.slice(0, -1)},${ends}`);
    expect(shaped("{}")).toBe(`{${ends}`);
    expect(shaped("{ }")).toBe(`{ ${ends}`);
  });

  it.each(["7", '"a"', "null", "[]", '[{"a":1}]', "12345678901234567890"])("puts %s into an object", (raw) => {
    expect(shaped(raw)).toBe(`{"value":${raw},${ends}`);
    expect(rawOf(shaped(raw))).toBe(raw);
  });

  it("leaves a key that Kandji sends itself as it is, and adds it no second time", () => {
    const own = '{"tenant_id":"theirs","id":"1"}';
    expect(shaped(own)).toBe('{"tenant_id":"theirs","id":"1","received_at":"2026-05-01T08:31:05.000Z"}');
    const both = '{"received_at":null,"tenant_id":7}';
    expect(shaped(both)).toBe(both);
    for (const raw of [own, both, '{"received_at":"2026-05-01T08:31:05.123456Z"}', '{"a":{"tenant_id":"x"}}'])
      expect(rawOf(shaped(raw))).toBe(raw);
  });

  it("writes a tenant's name as JSON", () => {
    expect(read(shaped("{}", { tenant: 'a"b\\' }))["tenant_id"]).toBe('a"b\\');
  });

  it.each(usualEvents.map((raw) => [raw] as const))("fits Iru.Audit: %s", (raw) => {
    const text = shaped(raw);
    expect(fitsIruAudit(text)).toBe(true);
    expect(read(text)).toMatchObject({ tenant_id: "acme", received_at: "2026-05-01T08:31:05.000Z" });
    expect(rawOf(text)).toBe(raw);
  });

  it("gives unusual events back to the character, though Iru.Audit may not take them", () => {
    for (const raw of oddEvents) expect(rawOf(shaped(raw))).toBe(raw);
    expect(oddEvents.some((raw) => !fitsIruAudit(shaped(raw)))).toBe(true);
  });

  it.each([...listings])("gives every record of %s back to the character, with both keys", (dataset, listing) => {
    const records = recordsOf(listing);
    expect(records.length).toBeGreaterThan(0);
    for (const raw of records) {
      const text = shaped(raw, { dataset });
      expect(rawOf(text)).toBe(raw);
      expect(Object.keys(read(text)).slice(-2)).toEqual(["received_at", "tenant_id"]);
    }
  });

  it("makes one object on one line of any JSON, and loses nothing of it", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const text = shaped(json);
        expect(text).not.toMatch(/[\r\n]/u);
        const value: unknown = JSON.parse(json);
        const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
        const { received_at: at, tenant_id: tenant, ...rest } = read(text);
        expect([typeof at, typeof tenant]).toEqual(["string", "string"]);
        expect(rest).toEqual(isObject ? value : { value });
      }),
    );
  });
});
