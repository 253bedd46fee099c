/** What stands in foreign JSON under names that objects have of their own changes no object but the one that was read. */
import { afterEach, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { readPage } from "../../src/collection/page.ts";
import { fireCron } from "../../src/cron.ts";
import { routes } from "../../src/web/routes.ts";
import { CronWorld, tenantSecret } from "../cron/cron-world.ts";
import { epoch, hour, Household, minute, secrets } from "../tenant/household.ts";
import { asking } from "../web/asking.ts";
import { aConfig, aFleet, aGateway, aReport, validTenant } from "../web/sample.ts";

const before = Object.getOwnPropertyNames(Object.prototype).toSorted();
const bare: Readonly<Record<string, unknown>> = {};

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(before);
  expect([bare["polluted"], bare["ok"], bare["token"], bare["id"]]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

/** Written as text: an object literal would set the prototype instead of having the key. */
const poisons = [
  '{"__proto__":{"polluted":true,"ok":true,"token":"t","id":"i"}}',
  '{"constructor":{"prototype":{"polluted":true,"ok":true}}}',
  '{"__proto__":null}',
  '{"__proto__":[],"toString":null,"hasOwnProperty":"x","valueOf":1}',
];
const within = (poison: string, text: string): string => `${poison.slice(0, -1)},${text.slice(1)}`;

describe("in a secret", () => {
  test.each(poisons)("%s is an unknown key at the top and inside, and nothing is taken from it", (poison) => {
    const token = '{"subdomain":"acme","token":"t"}';
    const webhook = '{"type":"webhook","url":"https://logs.example.com"}';
    const config = readConfig({
      TENANT_A: poison,
      TENANT_B: within(poison, token),
      TENANT_C: within(`{"datasets":${poison}}`, token),
      TENANT_D: within(`{"datasets":{"audit-events":${poison}}}`, token),
      TENANT_GOOD: token,
      DESTINATION_A: poison,
      DESTINATION_B: within(poison, webhook),
      DESTINATION_C: within('{"__proto__":{"type":"webhook","url":"https://logs.example.com"}}', "{}"),
      DESTINATION_GOOD: webhook,
    });
    const verdicts = [...config.tenants, ...config.destinations].map(([id, { ok }]) => `${id} ${ok}`);
    expect(verdicts).toEqual([
      "a false",
      "b false",
      "c false",
      "d false",
      "good true",
      "a false",
      "b false",
      "c false",
      "good true",
    ]);
  });

  test("the headers of a webhook have no prototype of somebody's choosing", () => {
    for (const headers of ['{"__proto__":{"X-Evil":"1"}}', '{"__proto__":"x"}', '{"X-A":"1","__proto__":null}']) {
      const text = `{"type":"webhook","url":"https://logs.example.com","headers":${headers}}`;
      const siem = readConfig({ DESTINATION_SIEM: text }).destinations.get("siem");
      if (siem?.ok !== true) continue;
      const sent = siem.value.destination.request({
        tenant: "acme",
        dataset: "audit-events",
        collectedAt: 1_777_624_265_000,
        id: "id",
      }).headers;
      expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
      expect(new Headers(sent).has("X-Evil")).toBe(false);
    }
  });
});

describe("in an answer of Kandji", () => {
  test.each(poisons)(
    "%s beside the records and as a record: each is what it is, and passed on to the character",
    (poison) => {
      const record = within(poison, '{"id":"a","occurred_at":"2026-05-01T08:00:00.000000Z"}');
      const text = within(poison, `{"results":[${poison},${record}],"next":null}`);
      const { records, next } = readPage(auditEvents, text, 0);
      expect(records.map(({ raw }) => raw)).toEqual([poison, record]);
      expect(records.map(({ drift }) => drift)).toEqual([true, false]);
      expect(records[0]?.id).toMatch(/^sha256:/);
      expect([records[1]?.id, next]).toEqual(["a", null]);
    },
  );

  test("a page is not taken from a prototype", () => {
    expect(() => readPage(auditEvents, '{"__proto__":{"results":[],"next":"x"}}', 0)).toThrow("results");
  });

  test("such records go through the engine like others", async () => {
    const house = new Household(
      { kandji: { acme: { token: "token-of-acme" } }, intakes: { siem: { kind: "webhook" } } },
      secrets(),
    );
    const at = epoch - hour;
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const raws = names.map(
      (name) => `{"id":"${name}","${name}":{"polluted":true},"occurred_at":"${new Date(at).toISOString()}"}`,
    );
    const events = raws.map((raw, index) => ({
      id: names[index]!,
      key: names[index]!,
      at: at * 1000 + index,
      visibleAt: at,
      raw,
      served: 0,
    }));
    house.world.kandji.get("acme")?.store.add(events);
    await house.pass(3 * minute);
    expect(house.world.accounts()[0]).toMatchObject({ delivered: 4, lost: 0, altered: 0, repeated: 0 });
  });
});

describe("in the body of an operation", () => {
  test("is refused, as JSON and as a form, and nothing is done", async () => {
    const gateway = aGateway();
    const ask = asking(gateway);
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    for (const { method, path } of routes.filter(({ method: one, operates }) => one !== "GET" && operates)) {
      if (path.endsWith("/replay")) continue;
      for (const [body, headers] of [
        ...poisons.map((poison) => [poison, {}] as const),
        ["__proto__=x&constructor=y", form] as const,
        ["__proto__[ok]=true", form] as const,
      ]) {
        const response = await ask(path.replace(":tenant", "acme"), { method, body, headers });
        expect([path, body, response.status]).toEqual([path, body, 400]);
      }
    }
    expect(gateway.calls.filter((call) => call !== "fleet")).toEqual([]);
  });
});

describe("a tenant that has the name of something that every object has", () => {
  test("is woken, reported and shown like any other", async () => {
    const world = new CronWorld({ TENANT_CONSTRUCTOR: tenantSecret(), TENANT_VALUEOF: tenantSecret() });
    await world.until(fireCron(world.ports, 0));
    expect(world.ticks.map(({ tenant }) => tenant)).toEqual(["constructor", "valueof"]);
    expect(world.told.map(({ ids, failed }) => [ids, failed])).toEqual([[["constructor", "valueof"], {}]]);

    const named = aGateway({
      config: () => aConfig({ tenants: new Map([["constructor", validTenant("constructor")]]) }),
      fleet: async () => aFleet({ tenants: [aReport({ id: "constructor" })], homes: {}, failed: {} }),
    });
    expect(await (await asking(named)("/status/constructor")).json()).toMatchObject({
      id: "constructor",
      health: "ok",
    });
  });
});
