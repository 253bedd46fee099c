import { describe, expect, it } from "vitest";
import { datasets, listings } from "../../src/datasets/registry.ts";
import { tenantErrors, tenantOf } from "./ask.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const acme = { subdomain: "acme", token: "11111111-2222-3333-4444-555555555555" };
const dataset = (name: string, options: object): object => ({ ...acme, datasets: { [name]: options } });
const auditEvents = (options: object): object => dataset("audit-events", options);
const auditDefaults = {
  everyMs: minute,
  backfillMs: 365 * day,
  overlapMs: 10 * minute,
  sweepMs: 3 * day,
  sweepEveryMs: 6 * hour,
  snapshotEveryMs: Infinity,
  sensitive: [],
  enrich: [],
};
/** What a dataset has that is told nothing. */
const nothing = {
  backfillMs: 0,
  overlapMs: 0,
  sweepMs: 0,
  sweepEveryMs: 0,
  snapshotEveryMs: Infinity,
  sensitive: [],
  enrich: [],
};
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
    expect([...tenant.datasets]).toEqual([["audit-events", auditDefaults]]);
    expect(tenant.filters).toEqual({});
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
      datasets: {
        "audit-events": { every: "5m", backfill: "0s", overlap: "1h", enrich: ["actor"] },
        threats: { every: "1m", backfill: "30d", api: "v2" },
        "device-details": { every: "7d", snapshotEvery: "never", sensitive: ["last_location"] },
      },
      filters: { blueprints: ["8e5f1c20"], deviceFamilies: ["Mac"], tags: ["production", "lab"] },
      destinations: ["siem", "data-lake", "siem"],
      jurisdiction: "fedramp",
      maxRequestsPerHour: 10_000,
    });
    expect(Object.fromEntries(tenant.datasets)).toEqual({
      "audit-events": {
        ...auditDefaults,
        everyMs: 5 * minute,
        backfillMs: 0,
        overlapMs: hour,
        enrich: ["actor"],
      },
      threats: { ...nothing, everyMs: minute, backfillMs: 30 * day, api: "v2" },
      "device-details": { ...nothing, everyMs: 7 * day, sensitive: ["last_location"] },
    });
    expect(tenant.filters).toEqual({ blueprints: ["8e5f1c20"], deviceFamilies: ["Mac"], tags: ["production", "lab"] });
    expect(tenant.notes).toEqual([]);
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

  it("collects every dataset that there is with its own defaults", () => {
    const names = [...datasets.keys()];
    const tenant = tenantOf({ ...acme, datasets: Object.fromEntries(names.map((name) => [name, {}])) });
    expect([...tenant.datasets.keys()]).toEqual(names);
    expect(tenant.notes).toEqual([]);
    expect(tenant.datasets.get("audit-events")).toEqual(auditDefaults);
    expect(tenant.datasets.get("threats")).toEqual({ ...nothing, everyMs: 5 * minute, backfillMs: 365 * day });
    expect(tenant.datasets.get("devices")).toEqual({ ...nothing, everyMs: hour, snapshotEveryMs: day });
    expect(tenant.datasets.get("device-activity")).toEqual({ ...nothing, everyMs: 12 * hour, backfillMs: 30 * day });
  });

  it.each<[string, string, object, string]>([
    ["snapshotEvery", "audit-events", { snapshotEvery: "never" }, "means nothing for a dataset of events"],
    ["snapshotEvery", "threats", { snapshotEvery: "1h" }, "means nothing for a dataset of events"],
    ["snapshotEvery", "device-activity", { snapshotEvery: "1h" }, "means nothing for a dataset of events"],
    ["overlap", "threats", { overlap: "1h" }, "means nothing for a dataset that is read whole"],
    ["overlap", "devices", { overlap: "0s" }, "means nothing for a dataset that is read whole"],
    ["backfill", "devices", { backfill: "365d" }, "means nothing for a dataset of state"],
    ["backfill", "prism-apps", { backfill: "0s" }, "means nothing for a dataset of state"],
  ])("notes that %s means nothing for %s, and goes on as if it had not been written", (key, name, options, why) => {
    const tenant = tenantOf(dataset(name, options));
    const path = `datasets.${name}.${key}`;
    const message = `Cannot read secret "TENANT_ACME": "${path}" ${why}`;
    expect(tenant.notes).toEqual([{ secret: "TENANT_ACME", key: path, message, fix: "Remove it" }]);
    expect(tenant.datasets.get(name)).toEqual(tenantOf(dataset(name, {})).datasets.get(name));
  });

  it("notes filters that narrow none of the datasets", () => {
    const filters = { deviceFamilies: ["Mac"] };
    for (const names of [["audit-events"], ["tags", "users", "blueprints"]]) {
      const chosen = Object.fromEntries(names.map((name) => [name, {}]));
      expect(tenantOf({ ...acme, filters, datasets: chosen }).notes).toMatchObject([
        { key: "filters", fix: "Remove it", message: expect.stringContaining("none is collected") },
      ]);
    }
    for (const name of ["devices", "device-apps", "prism-apps", "threats"])
      expect(tenantOf({ ...dataset(name, {}), filters }).notes).toEqual([]);
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
      /^This version has "audit-events", .*"forwarder-health" and "prism-" with one of its categories$/u,
    ],
    [
      "a category of Prism as the API writes it",
      dataset("prism-launch_agents_and_daemons", {}),
      "datasets.prism-launch_agents_and_daemons",
      "is not a dataset",
      /^Did you mean "prism-launch-agents-and-daemons"\?/u,
    ],
    [
      "a mistyped log of the forwarder",
      dataset("forwarder-jurnal", {}),
      "datasets.forwarder-jurnal",
      "is not a dataset",
      /^Did you mean "forwarder-journal"\?/u,
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
    ["too quick a walk", dataset("devices", { every: "0s" }), "datasets.devices.every", "is too short", /"1s"/u],
    ["too slow a walk", dataset("devices", { every: "31d" }), "datasets.devices.every", "is too long", /"30d"/u],
    ["a walk of never", dataset("devices", { every: "never" }), "datasets.devices.every", 'be "never"', /Leave/u],
    [
      "snapshots without a pause",
      dataset("devices", { snapshotEvery: "0s" }),
      "datasets.devices.snapshotEvery",
      "is too short",
      'Write at least "1s"',
    ],
    [
      "snapshots too far apart",
      dataset("devices", { snapshotEvery: "3651d" }),
      "datasets.devices.snapshotEvery",
      "is too long",
      'Write at most "3650d"',
    ],
    [
      "what means nothing and is no duration either",
      dataset("devices", { overlap: "soon" }),
      "datasets.devices.overlap",
      "is not a duration",
      /"90s"/u,
    ],
    [
      "a past that is never",
      dataset("device-activity", { backfill: "never" }),
      "datasets.device-activity.backfill",
      'cannot be "never"',
      'Write "0s" to start from now',
    ],
    [
      "a sensitive key of another dataset",
      dataset("device-status", { sensitive: ["log", "last_location"] }),
      "datasets.device-status.sensitive.1",
      "is not one of the values that it may have",
      'Write "log", "last_audit_log" or "control_log"',
    ],
    [
      "one sensitive key as text",
      dataset("device-status", { sensitive: "log" }),
      "datasets.device-status.sensitive",
      "has the wrong type",
      /list/u,
    ],
    [
      "sensitive keys where none is cut out",
      dataset("tags", { sensitive: ["name"] }),
      "datasets.tags.sensitive",
      "is not an option of this dataset: no key of it is cut out",
      "Remove it",
    ],
    [
      "a version of the API that there is not",
      dataset("threats", { api: "v3" }),
      "datasets.threats.api",
      "is not one of the values that it may have",
      'Write "v1" or "v2"',
    ],
    [
      "a version of the API without a choice",
      dataset("devices", { api: "v1" }),
      "datasets.devices.api",
      "is not an option of this dataset: Kandji has one endpoint for it",
      "Remove it",
    ],
    [
      "something else to add to events",
      auditEvents({ enrich: ["target"] }),
      "datasets.audit-events.enrich.0",
      "is not one of the values that it may have",
      'Write "actor"',
    ],
    [
      "actors of a dataset of rows",
      dataset("devices", { enrich: ["actor"] }),
      "datasets.devices.enrich",
      'is an option of "audit-events" only',
      "Remove it",
    ],
    [
      "a mistyped option of some datasets only",
      dataset("threats", { apis: "v2" }),
      "datasets.threats.apis",
      "is not a key",
      /^Did you mean "api"\?/u,
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
    ["a filter that lets nothing through", { ...acme, filters: { tags: [] } }, "filters.tags", "is empty", /leave/u],
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
    const optionsOf = (name: string, options: object) => tenantOf(dataset(name, options)).datasets.get(name);
    expect(optionsOf("audit-events", { every: "1s", backfill: "3650d", overlap: "7d" })).toMatchObject({
      everyMs: 1000,
      backfillMs: 3650 * day,
      overlapMs: 7 * day,
    });
    expect(optionsOf("audit-events", { every: "24h", overlap: "0s" })).toMatchObject({ everyMs: day, overlapMs: 0 });
    expect(optionsOf("devices", { every: "1s", snapshotEvery: "1s" })).toMatchObject({
      everyMs: 1000,
      snapshotEveryMs: 1000,
    });
    expect(optionsOf("devices", { every: "30d", snapshotEvery: "3650d" })).toMatchObject({
      everyMs: 30 * day,
      snapshotEveryMs: 3650 * day,
    });
    expect(optionsOf("devices", { snapshotEvery: "never" })).toMatchObject({ snapshotEveryMs: Infinity });
    expect(optionsOf("device-activity", { backfill: "3650d" })).toMatchObject({ backfillMs: 3650 * day });
    expect(tenantOf({ ...acme, maxRequestsPerHour: 1 }).maxRequestsPerHour).toBe(1);
  });

  it("takes each sensitive key of each dataset that has some, and each version of the API", () => {
    for (const [name, found] of listings) {
      const keys = Object.keys(found.sensitive);
      const versions = found.ways.flatMap(({ api }) => api ?? []);
      if (keys.length > 0)
        expect(tenantOf(dataset(name, { sensitive: keys })).datasets.get(name)?.sensitive).toEqual(keys);
      for (const api of versions) expect(tenantOf(dataset(name, { api })).datasets.get(name)?.api).toBe(api);
    }
  });

  it("tells everything that is wrong at once", () => {
    const errors = tenantErrors({ subdomain: "a.b", token: "", region: "x", datasets: { thorats: {} }, nonsense: 1 });
    expect(errors.map((error) => error.key)).toEqual(["subdomain", "region", "token", "datasets.thorats", "nonsense"]);
  });
});
