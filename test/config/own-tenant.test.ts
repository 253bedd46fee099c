import { describe, expect, it } from "vitest";
import { fingerprintsOf } from "../../src/config/fingerprints.ts";
import { readConfig } from "../../src/config/read-config.ts";

const tenant = (settings: object): string => JSON.stringify({ subdomain: "acme", token: "token-of-acme", ...settings });
const own = (env: Readonly<Record<string, string>>) => {
  const parsed = readConfig(env).tenants.get("forwarder");
  return parsed?.ok === true ? parsed.value : undefined;
};
const journal = { "audit-events": {}, "forwarder-journal": {} };
const health = { "forwarder-health": { every: "5m" } };

describe("the forwarder's own tenant", () => {
  it("is there as soon as a tenant collects a log of the forwarder, and not before", () => {
    expect(own({ TENANT_ACME: tenant({}) })).toBeUndefined();
    expect(own({ TENANT_ACME: tenant({ datasets: journal }) })?.id).toBe("forwarder");
  });

  it("collects what tenants do, and nothing of Kandji", () => {
    const both = own({ TENANT_ACME: tenant({ datasets: journal }), TENANT_GLOBEX: tenant({ datasets: health }) });
    expect([...(both?.datasets.keys() ?? [])].toSorted()).toEqual(["forwarder-health", "forwarder-journal"]);
    expect(both?.datasets.get("forwarder-health")?.everyMs).toBe(300_000);
    expect(both?.token.reveal()).toBe("");
  });

  it("sends to all destinations where its tenants do", () => {
    expect(own({ TENANT_ACME: tenant({ datasets: journal }) })?.destinations).toBeUndefined();
  });

  it("sends to those alone that all tenants share which collect such a log", () => {
    const env = {
      TENANT_ACME: tenant({ datasets: journal, destinations: ["acme-siem", "archive"] }),
      TENANT_GLOBEX: tenant({ datasets: health, destinations: ["archive", "globex-siem"] }),
      TENANT_INITECH: tenant({ destinations: ["initech-siem"] }),
    };
    expect(own(env)?.destinations).toEqual(["archive"]);
    expect(own({ ...env, TENANT_ALL: tenant({ datasets: journal }) })?.destinations).toEqual(["archive"]);
  });

  it("sends to nobody where they share nothing", () => {
    const env = {
      TENANT_ACME: tenant({ datasets: journal, destinations: ["acme-siem"] }),
      TENANT_GLOBEX: tenant({ datasets: journal, destinations: ["globex-siem"] }),
    };
    expect(own(env)?.destinations).toEqual([]);
  });

  it("is made of valid secrets only, and is no secret itself", () => {
    const env = {
      TENANT_ACME: tenant({ datasets: journal, regoin: "eu" }),
      TENANT_GLOBEX: tenant({ datasets: health }),
    };
    expect([...(own(env)?.datasets.keys() ?? [])]).toEqual(["forwarder-health"]);
    expect(Object.keys(fingerprintsOf(readConfig(env))).toSorted()).toEqual(["TENANT_ACME", "TENANT_GLOBEX"]);
  });

  it("cannot be named by a secret", () => {
    const config = readConfig({ TENANT_FORWARDER: tenant({ datasets: journal }) });
    expect(config.tenants.size).toBe(0);
    expect(config.misnamed.map(({ secret }) => secret)).toEqual(["TENANT_FORWARDER"]);
  });
});
