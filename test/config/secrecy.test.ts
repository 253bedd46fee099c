import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";

/** Whatever a secret holds, what is said about it holds none of its values. */

const keys = [
  "subdomain",
  "region",
  "apiUrl",
  "token",
  "datasets",
  "filters",
  "destinations",
  "jurisdiction",
  "maxRequestsPerHour",
];
const destinationKeys = [
  "type",
  "url",
  "format",
  "datasets",
  "oldRecords",
  "maxBatchRecords",
  "site",
  "apiKey",
  "encoding",
  "headers",
  "signingSecret",
];
const inner = [
  "audit-events",
  "threats",
  "every",
  "backfill",
  "overlap",
  "snapshotEvery",
  "sensitive",
  "api",
  "enrich",
  "device-status",
  "tags",
  "X-Source",
  "Host",
  "__proto__",
];

// The tail makes a value that no text of ours holds by chance.
const value = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^[\w .:/-]{0,40}$/u),
    fc.webUrl(),
    fc.constantFrom("whsec_", "Bearer ", "https://u:p@h/"),
  )
  .map((text) => `${text}QzX9-7`);
const key = fc.constantFrom(...keys, ...destinationKeys, ...inner);
const types = ["datadog", "webhook", "panther", "datadgo"];
const type = fc.constantFrom(...types);

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    value,
    fc.constantFrom(null, 0, -1, 1.5, true),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(key, tie("json"), { maxKeys: 4 }),
  ),
}));

const secret = fc
  .tuple(fc.dictionary(key, json, { maxKeys: 10 }), fc.option(type))
  .map(([object, name]) => (name === null ? object : { ...object, type: name }));
const text = fc.oneof(
  secret.map((object) => JSON.stringify(object)),
  fc.tuple(secret, fc.nat(400)).map(([object, length]) => JSON.stringify(object).slice(0, length)),
  fc.string({ unit: "binary" }),
  value,
);

function valuesOf(part: unknown): string[] {
  if (typeof part === "string") return part.length >= 6 ? [part] : [];
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(valuesOf) : [];
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}

describe("errors about secrets", () => {
  it("never hold a value, and reading never throws", () => {
    fc.assert(
      fc.property(text, fc.constantFrom("true", undefined), (secretText, allow) => {
        const config = readConfig({ TENANT_A: secretText, DESTINATION_A: secretText, ALLOW_LOCAL_HOSTS: allow });
        const said = [...config.tenants.values(), ...config.destinations.values()].flatMap((one) =>
          one.ok ? [] : one.errors,
        );
        const words = said.map((error) => [error.key, error.message, error.fix].join("\n")).join("\n");
        // The names of types are ours, and no secret.
        const hidden = valuesOf(parsed(secretText)).filter((one) => !types.includes(one));
        for (const one of hidden) expect(words).not.toContain(one);
        expect(words).not.toContain("QzX9");
        for (const error of said) expect(error.message).toMatch(/^Cannot read secret "(?:TENANT|DESTINATION)_A": /u);
        for (const error of said) expect(error.fix).toMatch(/^[A-Z].*[^.]$/u);
      }),
      { numRuns: 2000 },
    );
  });

  it("do not show a token that was pasted as a key", () => {
    const token = "3b0d7a52-6c41-4f0e-9a83-2f7c5d1e9b60";
    const config = readConfig({
      TENANT_A: `{"${token}":"x","datasets":{"${token}":{"${token}":1}}}`,
      DESTINATION_A: `{"type":"webhook","headers":{"${token} ":"x"}}`,
    });
    expect(JSON.stringify([...config.tenants, ...config.destinations])).not.toContain(token);
  });

  it("nor does a configuration that is printed", () => {
    const hidden = ["SecretToken1", "SecretKey2", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"];
    const config = readConfig({
      TENANT_A: `{"subdomain":"acme","token":"${hidden[0]}"}`,
      DESTINATION_A: `{"type":"datadog","site":"datadoghq.com","apiKey":"${hidden[1]}"}`,
      DESTINATION_B: `{"type":"webhook","url":"https://a.example.com/${hidden[1]}","signingSecret":"whsec_${hidden[2]}"}`,
    });
    const all = [...config.tenants, ...config.destinations];
    expect(all.map(([, parsedOne]) => parsedOne.ok)).toEqual([true, true, true]);
    for (const one of hidden) {
      expect(inspect(all, { depth: 9, showHidden: true })).not.toContain(one);
      expect(JSON.stringify(all.map(([, entry]) => (entry.ok ? entry.value : entry)))).not.toContain(one);
    }
  });
});
