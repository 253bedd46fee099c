import { describe, expect, it } from "vitest";
import { tenantErrors, tenantOf } from "./ask.ts";

const acme = { subdomain: "acme", token: "11111111-2222-3333-4444-555555555555" };
const auditEvents = (options: object): object => ({ ...acme, datasets: { "audit-events": options } });
const without = (secret: object, key: string): object =>
  Object.fromEntries(Object.entries(secret).filter(([name]) => name !== key));

describe("a tenant's secret", () => {
  it("needs a subdomain and a token and fills in the rest", () => {
    const tenant = tenantOf(acme);
    expect(tenant).toMatchObject({
      id: "acme",
      secretName: "TENANT_ACME",
      apiOrigin: "https://acme.api.kandji.io",
      destinations: undefined,
      jurisdiction: undefined,
      maxRequestsPerHour: 2500,
      notes: [],
    });
    expect([...tenant.datasets]).toEqual([
      ["audit-events", { everyMs: 60_000, backfillMs: 365 * 86_400_000, overlapMs: 600_000 }],
    ]);
    expect(tenant.token.reveal()).toBe(acme.token);
    expect(tenant.fingerprint).toMatch(/^[0-9a-f]{16}$/u);
  });

  it.each([
    [{ subdomain: "acme", region: "us" }, "https://acme.api.kandji.io"],
    [{ subdomain: "acme", region: "eu" }, "https://acme.api.eu.kandji.io"],
    [{ subdomain: "ACME-1" }, "https://acme-1.api.kandji.io"],
    [{ apiUrl: "https://acme.api.iru.com/" }, "https://acme.api.iru.com"],
    [{ apiUrl: "https://acme.api.eu.kandji.io" }, "https://acme.api.eu.kandji.io"],
  ])("%j leads to %s", (address, origin) => {
    expect(tenantOf({ ...address, token: "t" }).apiOrigin).toBe(origin);
  });

  it("takes every key", () => {
    const tenant = tenantOf({
      ...acme,
      region: "eu",
      datasets: { "audit-events": { every: "5m", backfill: "0s", overlap: "1h" } },
      destinations: ["siem", "data-lake", "siem"],
      jurisdiction: "fedramp",
      maxRequestsPerHour: 10_000,
    });
    expect(tenant.datasets.get("audit-events")).toEqual({ everyMs: 300_000, backfillMs: 0, overlapMs: 3_600_000 });
    expect(tenant.destinations).toEqual(["siem", "data-lake"]);
    expect([tenant.jurisdiction, tenant.maxRequestsPerHour]).toEqual(["fedramp", 10_000]);
  });

  it.each(["eu", "us", "fedramp"])("takes the jurisdiction %s", (jurisdiction) => {
    expect(tenantOf({ ...acme, jurisdiction }).jurisdiction).toBe(jurisdiction);
  });

  it("goes to other hosts in development only", () => {
    const local = { apiUrl: "http://127.0.0.1:8787", token: "t" };
    expect(tenantOf(local, { local: true }).apiOrigin).toBe("http://127.0.0.1:8787");
    expect(tenantErrors(local)).toMatchObject([{ key: "apiUrl" }]);
  });

  it("notes what means nothing, and goes on", () => {
    const secret = {
      ...auditEvents({ snapshotEvery: "never" }),
      filters: { deviceFamilies: ["Mac"], tags: ["t"], blueprints: [] },
    };
    expect(tenantOf(secret).notes).toEqual([
      {
        secret: "TENANT_ACME",
        key: "datasets.audit-events.snapshotEvery",
        message:
          'Cannot read secret "TENANT_ACME": "datasets.audit-events.snapshotEvery" means nothing for a dataset of events',
        fix: "Remove it",
      },
      expect.objectContaining({ key: "filters" }),
    ]);
  });

  it.each<[string, unknown, string, string, string | RegExp]>([
    ["no address", without(acme, "subdomain"), "subdomain", "is missing", /"apiUrl"/u],
    ["no token", without(acme, "token"), "token", "is missing", 'Add the key "token"'],
    ["an empty token", { ...acme, token: "" }, "token", "is empty", /./u],
    ["a token with a line break", { ...acme, token: "abc\n" }, "token", "has a blank, a line break", /Copy it again/u],
    ["a token with a blank", { ...acme, token: "a b" }, "token", "has a blank", /Copy it again/u],
    [
      "a placeholder token",
      { ...acme, token: "…" },
      "token",
      "or a character that no credential has",
      /Copy it again/u,
    ],
    ["a token with its scheme", { ...acme, token: "Bearer abc" }, "token", "begins with the word Bearer", /Leave/u],
    ["a number for a token", { ...acme, token: 5 }, "token", "has the wrong type", "Write a text in quotes"],
    ["null for a token", { ...acme, token: null }, "token", "has the wrong type", "Write a text in quotes"],
    [
      "a host for a subdomain",
      { ...acme, subdomain: "acme.kandji.io" },
      "subdomain",
      "is not a subdomain",
      /first part/u,
    ],
    ["an empty subdomain", { ...acme, subdomain: "" }, "subdomain", "is not a subdomain", /./u],
    ["a subdomain with a hyphen at its edge", { ...acme, subdomain: "-a" }, "subdomain", "is not a subdomain", /./u],
    ["a subdomain of 64 characters", { ...acme, subdomain: "a".repeat(64) }, "subdomain", "is not a subdomain", /./u],
    ["an unknown region", { ...acme, region: "EU" }, "region", "is not one of the values", 'Write "us" or "eu"'],
    [
      "an address twice",
      { ...acme, apiUrl: "https://acme.api.kandji.io" },
      "subdomain",
      'cannot stand beside "apiUrl"',
      /Remove/u,
    ],
    [
      "a region beside an API URL",
      { token: "t", region: "us", apiUrl: "https://a.api.kandji.io" },
      "region",
      "cannot stand",
      /./u,
    ],
    [
      "an API URL with a path",
      { token: "t", apiUrl: "https://a.api.kandji.io/api" },
      "apiUrl",
      "has more than a host",
      /Leave/u,
    ],
    ["an unknown key", { ...acme, tokne: "x" }, "tokne", "is not a key", 'Did you mean "token"? Rename or remove it'],
    [
      "a strange key",
      { ...acme, elephants: 1 },
      "elephants",
      "is not a key",
      /^Remove it; the keys here are "subdomain",/u,
    ],
    ["an unknown jurisdiction", { ...acme, jurisdiction: "de" }, "jurisdiction", "is not one of", /"fedramp"/u],
    ["too few requests", { ...acme, maxRequestsPerHour: 0 }, "maxRequestsPerHour", "is too small", "Write at least 1"],
    [
      "too many requests",
      { ...acme, maxRequestsPerHour: 10_001 },
      "maxRequestsPerHour",
      "is too large",
      "Write at most 10000",
    ],
    [
      "half a request",
      { ...acme, maxRequestsPerHour: 1.5 },
      "maxRequestsPerHour",
      "has the wrong type",
      /whole number/u,
    ],
    [
      "requests as text",
      { ...acme, maxRequestsPerHour: "100" },
      "maxRequestsPerHour",
      "has the wrong type",
      /without quotes/u,
    ],
    ["no dataset", { ...acme, datasets: {} }, "datasets", "names no dataset", /at least one/u],
    ["datasets as a list", { ...acme, datasets: ["audit-events"] }, "datasets", "has the wrong type", /object/u],
    [
      "a mistyped dataset",
      { ...acme, datasets: { "audit-event": {} } },
      "datasets.audit-event",
      "is not a dataset",
      /Did you mean "audit-events"\?/u,
    ],
    [
      "a strange dataset",
      { ...acme, datasets: { elephants: {} } },
      "datasets.elephants",
      "is not a dataset",
      'This version has "audit-events"',
    ],
    [
      "a later dataset",
      { ...acme, datasets: { "prism-apps": {} } },
      "datasets.prism-apps",
      'asks for "prism-apps", which this version does not have yet',
      'This version has "audit-events"',
    ],
    [
      "a mistyped later dataset",
      { ...acme, datasets: { threts: {} } },
      "datasets.threts",
      "is not a dataset",
      /Did you mean "threats"\?/u,
    ],
    ["an unknown option", auditEvents({ evry: "1s" }), "datasets.audit-events.evry", "is not a key", /"every"/u],
    ["options that are no object", auditEvents([]), "datasets.audit-events", "has the wrong type", /object/u],
    ["seconds as a number", auditEvents({ every: 60 }), "datasets.audit-events.every", "has the wrong type", /text/u],
    [
      "a bad duration",
      auditEvents({ every: "1 minute" }),
      "datasets.audit-events.every",
      "is not a duration",
      /"90s"/u,
    ],
    ["too quick a pace", auditEvents({ every: "0s" }), "datasets.audit-events.every", "is too short", /"1s"/u],
    ["too slow a pace", auditEvents({ every: "25h" }), "datasets.audit-events.every", "is too long", /"24h"/u],
    ["a pace of never", auditEvents({ every: "never" }), "datasets.audit-events.every", 'cannot be "never"', /Leave/u],
    [
      "a backfill of never",
      auditEvents({ backfill: "never" }),
      "datasets.audit-events.backfill",
      'cannot be "never"',
      /"0s"/u,
    ],
    [
      "too long a backfill",
      auditEvents({ backfill: "3651d" }),
      "datasets.audit-events.backfill",
      "is too long",
      /"3650d"/u,
    ],
    ["too long an overlap", auditEvents({ overlap: "8d" }), "datasets.audit-events.overlap", "is too long", /"7d"/u],
    [
      "a bad snapshotEvery",
      auditEvents({ snapshotEvery: "daily" }),
      "datasets.audit-events.snapshotEvery",
      "is not a duration",
      /./u,
    ],
    ["no destination", { ...acme, destinations: [] }, "destinations", "names no destination", /at least one/u],
    ["one destination as text", { ...acme, destinations: "siem" }, "destinations", "has the wrong type", /list/u],
    [
      "a secret's name for an id",
      { ...acme, destinations: ["a", "DATA_LAKE"] },
      "destinations.1",
      "is not the id of a destination",
      /lower case/u,
    ],
    [
      "an unknown filter",
      { ...acme, filters: { blueprint: [] } },
      "filters.blueprint",
      "is not a key",
      /"blueprints"/u,
    ],
    ["an empty filter", { ...acme, filters: { tags: [""] } }, "filters.tags.0", "is empty", /./u],
    ["a filter that is no list", { ...acme, filters: { tags: "a" } }, "filters.tags", "has the wrong type", /list/u],
  ])("says what is wrong with %s", (_, secret, key, what, fix) => {
    const errors = tenantErrors(secret);
    const error = errors.find((one) => one.key === key);
    expect(errors).toHaveLength(1);
    expect(error?.message).toContain(`Cannot read secret "TENANT_ACME": "${key}" `);
    expect(error?.message).toContain(what);
    expect(error?.fix).toEqual(typeof fix === "string" ? fix : expect.stringMatching(fix));
  });

  it("takes every bound", () => {
    expect(
      tenantOf(auditEvents({ every: "1s", backfill: "3650d", overlap: "7d" })).datasets.get("audit-events"),
    ).toEqual({
      everyMs: 1000,
      backfillMs: 3650 * 86_400_000,
      overlapMs: 7 * 86_400_000,
    });
    expect(tenantOf(auditEvents({ every: "24h", overlap: "0s" })).datasets.get("audit-events")).toMatchObject({
      overlapMs: 0,
    });
    expect(tenantOf({ ...acme, maxRequestsPerHour: 1 }).maxRequestsPerHour).toBe(1);
  });

  it("tells everything that is wrong at once", () => {
    const errors = tenantErrors({ subdomain: "a.b", token: "", region: "x", datasets: { threats: {} }, nonsense: 1 });
    expect(errors.map((error) => error.key)).toEqual(["subdomain", "region", "token", "datasets.threats", "nonsense"]);
  });
});
