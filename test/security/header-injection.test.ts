/** Header fields are what the forwarder and its operator wrote, whatever stands in secrets, records, answers or addresses. */
import { describe, expect, test, vi } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { routes } from "../../src/web/routes.ts";
import { epoch, Household, hour, secrets } from "../tenant/household.ts";
import { asking, browser, form } from "../web/asking.ts";
import { aGateway } from "../web/sample.ts";
import { hostileTexts } from "./hostile-texts.ts";

/** What ends a line for somebody: as it is, as a fold, and as wide characters whose low byte does when it is cut off. */
const breaks = [
  "\r\n",
  "\r",
  "\n",
  "\0",
  "\v",
  "\f",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u010a\u010d",
  "\u560a\u560d",
  "\x7f",
];
const injected = "X-Evil: 1";
/** A break in front, in the middle, with a header behind it, as a fold, and at the end. */
const spellingsOf = (text: string): string[] =>
  breaks.flatMap((end) => [
    `${end}${text}`,
    `${text.slice(0, 2)}${end}${text.slice(2)}`,
    `${text}${end}${injected}`,
    `${text}${end} d`,
    `${text}${end}`,
  ]);

const tenant = (more: object) => ({ TENANT_ACME: JSON.stringify({ subdomain: "acme", token: "t", ...more }) });
const datadog = (more: object) => ({
  DESTINATION_SIEM: JSON.stringify({ type: "datadog", site: "datadoghq.eu", apiKey: "k", ...more }),
});
const webhook = (more: object) => ({
  DESTINATION_SIEM: JSON.stringify({ type: "webhook", url: "https://logs.example.com/in", ...more }),
});
const betterStack = (more: object) => ({
  DESTINATION_SIEM: JSON.stringify({
    type: "better-stack",
    ingestingHost: "s1.example.com",
    sourceToken: "t",
    ...more,
  }),
});
const logscale = (more: object) => ({
  DESTINATION_SIEM: JSON.stringify({ type: "logscale", url: "https://logs.example.com", ingestToken: "t", ...more }),
});
const newRelic = (more: object) => ({
  DESTINATION_SIEM: JSON.stringify({ type: "new-relic", licenseKey: "k", ...more }),
});

const panther = (more: object) => ({
  DESTINATION_SIEM: JSON.stringify({ type: "panther", url: "https://logs.example.com/in", ...more }),
});
const runreveal = (more: object) => ({
  DESTINATION_SIEM: JSON.stringify({ type: "runreveal", url: "https://logs.example.com/in", ...more }),
});
const datable = (more: object) => ({ DESTINATION_SIEM: JSON.stringify({ type: "datable", ...more }) });

const key = "A".repeat(40);

/** Every place of a secret whose value comes into a request line or a header, and a value that may stand there. */
const places: readonly [string, string, (text: string) => Record<string, string>][] = [
  ["token", "abc", (text) => tenant({ token: text })],
  ["subdomain", "abc", (text) => tenant({ subdomain: text })],
  ["id of a destination", "abc", (text) => tenant({ destinations: [text] })],
  ["apiKey", "abc", (text) => datadog({ apiKey: text })],
  ["site", "datadoghq.com", (text) => datadog({ site: text })],
  ["sourceToken", "abc", (text) => betterStack({ sourceToken: text })],
  ["ingestingHost", "s1.example.com", (text) => betterStack({ ingestingHost: text })],
  ["ingestToken", "abc", (text) => logscale({ ingestToken: text })],
  ["licenseKey", "abc", (text) => newRelic({ licenseKey: text })],
  ["bearerToken", "abc", (text) => panther({ bearerToken: text })],
  ["username", "abc", (text) => panther({ username: text, password: "p" })],
  ["password", "abc", (text) => panther({ username: "u", password: text })],
  ["sharedSecretHeader", "abc", (text) => panther({ sharedSecretHeader: text, sharedSecret: "s" })],
  ["sharedSecret", "abc", (text) => panther({ sharedSecretHeader: "x-s", sharedSecret: text })],
  ["hmacHeader", "abc", (text) => panther({ hmacHeader: text, hmacSecret: "s" })],
  ["hmacPrefix", "abc", (text) => panther({ hmacHeader: "x-h", hmacSecret: "s", hmacPrefix: text })],
  ["token of RunReveal", "abc", (text) => runreveal({ token: text })],
  ["host of Datable", "abc", (text) => datable({ host: text })],
  ["name of a header of Datable", "abc", (text) => datable({ host: "abc", headers: { [text]: "v" } })],
  ["value of a header of Datable", "abc", (text) => datable({ host: "abc", headers: { "X-Source": text } })],
  ["name of a header", "abc", (text) => webhook({ headers: { [text]: "v" } })],
  ["value of a header", "abc", (text) => webhook({ headers: { "X-Source": text } })],
  ["signingSecret", key, (text) => webhook({ signingSecret: `whsec_${text}` })],
];

describe("a line break in a secret", () => {
  test.each(places)("is refused in the place of the %s, wherever in it", (_, good, secretWith) => {
    const verdicts = (text: string): boolean[] => {
      const { tenants, destinations } = readConfig(secretWith(text));
      return [...tenants.values(), ...destinations.values()].map(({ ok }) => ok);
    };
    for (const text of spellingsOf(good)) expect([text, verdicts(text)]).toEqual([text, [false]]);
    expect(verdicts(good)).toEqual([true]);
  });

  test("is refused in the name of a secret: the names of tenants stand in headers and addresses", () => {
    for (const text of spellingsOf("abc")) {
      const config = readConfig({
        [`TENANT_${text}`]: '{"subdomain":"acme","token":"t"}',
        [`DESTINATION_${text}`]: "{}",
      });
      expect([config.tenants.size, config.destinations.size, config.misnamed.length]).toEqual([0, 0, 2]);
    }
  });

  test("does not survive in the address of an intake", () => {
    for (const text of spellingsOf("abc")) {
      const { destinations } = readConfig(webhook({ url: `https://logs.example.com/in?x=${text}` }));
      const siem = destinations.get("siem");
      if (siem?.ok !== true) continue;
      const { url, headers } = siem.value.destination.request({
        tenant: "acme",
        dataset: "audit-events",
        collectedAt: 1_777_624_265_000,
        id: "id",
      });
      for (const sent of [url, ...Object.keys(headers), ...Object.values(headers)])
        expect(sent).toMatch(/^[\x20-\x7e]*$/);
    }
  });
});

/** The names of the header fields of all requests, and every value but that of the date of a signature. */
async function headersOfHistory(destination: object, hostile: boolean) {
  const house = new Household(
    { kandji: { acme: { token: "token-of-acme" } }, intakes: { siem: { kind: "webhook" } } },
    {
      ...secrets({ siem: destination }),
    },
  );
  const names = new Set<string>();
  const values = new Set<string>();
  const { fetch: go } = house.world;
  vi.spyOn(house.world, "fetch").mockImplementation(async (request) => {
    for (const [name, value] of request.headers) {
      names.add(name);
      values.add(value);
    }
    return go(request);
  });
  const at = epoch - hour;
  const raws = hostileTexts.map((text, index) => {
    const said = JSON.stringify(hostile ? text : "plain");
    const id = JSON.stringify(hostile ? `${index}${text}` : `${index}`);
    return `{"id":${id},"occurred_at":"${new Date(at + index).toISOString()}","actor_id":${said},"action":${said},${JSON.stringify(hostile ? `${injected}\r\n` : "x")}:${said}}`;
  });
  house.world.kandji.get("acme")?.store.add(
    raws.map((raw, index) => ({
      id: `${index}`,
      key: `${index}`,
      at: (at + index) * 1000,
      visibleAt: at,
      raw,
      served: 0,
    })),
  );
  // To its end: compression takes time that the simulated clock does not see.
  await house.tick();
  expect(house.report().destinations[0]?.delivered).toBe(raws.length);
  return { names: [...names].toSorted(), values: [...values] };
}

describe("records with line breaks and headers in every field", () => {
  test.each([
    ["webhook", {}],
    [
      "webhook, signed and compressed",
      { gzip: true, signingSecret: `whsec_${Buffer.alloc(32, 7).toString("base64")}` },
    ],
    ["datadog", { type: "datadog", apiKey: "k", url: "https://intake.example/intake/siem" }],
  ])("bring nothing into the headers of a request: %s", async (_, destination) => {
    const plain = await headersOfHistory(destination, false);
    const hostile = await headersOfHistory(destination, true);
    expect(hostile.names).toEqual(plain.names);
    for (const value of hostile.values) {
      expect(value).toMatch(/^[\x20-\x7e]*$/);
      expect(hostileTexts.filter((text) => text !== "" && value.includes(text))).toEqual([]);
    }
  });
});

describe("what somebody writes into an address", () => {
  test("is in no header of the answer", async () => {
    const ask = asking(aGateway());
    const tails = [
      "%0d%0aX-Evil:1",
      "%0aSet-Cookie:evil=1",
      "%00evil",
      "%E2%80%A8evil",
      "\\evil",
      "..%2fevil",
      "%5Cevil.example",
    ];
    for (const { method, path } of routes) {
      for (const tail of tails) {
        for (const address of [
          path.replace(":tenant", `acme${tail}`),
          `${path.replace(":tenant", "acme")}?done=${tail}`,
        ]) {
          const body = method === "GET" ? {} : { body: `confirm=acme${tail}` };
          const response = await ask(address, { method, headers: method === "GET" ? browser : form, ...body });
          const fields = [...response.headers].map(([name, value]) => `${name}: ${value}`);
          // The nonce is chance: once in a few hundred runs it holds any four letters.
          const chosen = fields.map((field) => field.replaceAll(/'nonce-[^']*'/g, ""));
          expect(chosen.filter((field) => /evil/i.test(field))).toEqual([]);
          expect(response.headers.has("Set-Cookie")).toBe(false);
        }
      }
    }
  });
});
