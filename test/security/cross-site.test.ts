/** A page of another site, open in the browser of somebody whose browser knows the token, changes nothing and reads nothing. */
import { describe, expect, test } from "vitest";
import { routes } from "../../src/web/routes.ts";
import { asking, browser } from "../web/asking.ts";
import { aGateway } from "../web/sample.ts";

const own = "https://forwarder.example";

const origins: readonly (string | undefined)[] = [
  undefined,
  own,
  "null",
  "https://evil.example",
  "http://forwarder.example",
  "https://forwarder.example:8443",
  "https://sub.forwarder.example",
  "https://forwarder.example.evil.example",
  "https://forwarder.example@evil.example",
  "https://forwarder.example, https://evil.example",
  "HTTPS://EVIL.EXAMPLE",
  "",
];
const sites: readonly (string | undefined)[] = [
  undefined,
  "same-origin",
  "none",
  "same-site",
  "cross-site",
  "Same-Origin",
  "same-origin, cross-site",
  "",
];
const contentTypes: readonly (string | undefined)[] = [
  undefined,
  "application/x-www-form-urlencoded",
  "text/plain",
  "application/json",
];

/**
 * All that is let through: programs, which send neither header; our own pages, whose forms have the origin "null" because
 * they send no referrer; browsers that do not know one of the two headers.
 */
const letThrough: readonly (readonly [origin: string | undefined, site: string | undefined])[] = [
  [undefined, undefined],
  [undefined, "same-origin"],
  [undefined, "none"],
  [own, undefined],
  [own, "same-origin"],
  [own, "none"],
  ["null", "same-origin"],
  ["null", "none"],
];

const combinations = origins.flatMap((origin) =>
  sites.flatMap((site) => contentTypes.map((contentType) => ({ origin, site, contentType }))),
);

const isLetThrough = (origin: string | undefined, site: string | undefined): boolean =>
  letThrough.some(([one, other]) => one === origin && other === site);

/** What the gateway notes of an operation that reached a tenant's object. */
const changes = /^(?:poll|pause|resume|replay|redrive|delete|forget|verify) /;

const mutating = routes.filter(({ method }) => method !== "GET");

describe("an operation", () => {
  test("knows no other method than POST and DELETE, and no route that changes something is a GET", () => {
    expect(new Set(mutating.map(({ method }) => method))).toEqual(new Set(["POST", "DELETE"]));
    expect(routes.filter(({ method, operates }) => method === "GET" && operates)).toEqual([]);
  });

  test.each(mutating.map(({ method, path }) => [method, path] as const))(
    "%s %s is done for our own pages and for programs, whatever the kind of body, and for nobody else",
    async (method, path) => {
      const gateway = aGateway();
      const ask = asking(gateway);
      for (const { origin, site, contentType } of combinations) {
        gateway.calls.length = 0;
        const headers = {
          ...(origin !== undefined && { Origin: origin }),
          ...(site !== undefined && { "Sec-Fetch-Site": site }),
          ...(contentType !== undefined && { "Content-Type": contentType }),
        };
        const response = await ask(path.replace(":tenant", "acme"), { method, headers });
        const label = JSON.stringify({ origin, site, contentType });
        const isRefused = response.status === 403;
        expect([label, isRefused]).toEqual([label, !isLetThrough(origin, site)]);
        if (isRefused) expect(gateway.calls).toEqual([]);
      }
    },
  );
});

describe("a page of another site", () => {
  const foreign = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };

  test("is never told that it may read an answer or send what needs leave, on any route", async () => {
    const ask = asking(aGateway());
    const preflight = {
      ...foreign,
      "Access-Control-Request-Method": "DELETE",
      "Access-Control-Request-Headers": "authorization, content-type",
    };
    for (const path of [...new Set(routes.map((route) => route.path)), "/healthz", "/nowhere"]) {
      const address = path.replace(":tenant", "acme");
      for (const [method, headers] of [
        ["OPTIONS", preflight],
        ["GET", foreign],
        ["GET", { ...foreign, ...browser }],
        ["POST", foreign],
      ] as const) {
        const response = await ask(address, { method, headers });
        const leave = [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
        expect([method, path, leave]).toEqual([method, path, []]);
        expect(response.headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
        if (method === "OPTIONS") expect(response.status).toBeGreaterThanOrEqual(400);
      }
    }
  });

  test("gets nothing done by what a browser sends without asking: pictures, links, prefetches", async () => {
    const gateway = aGateway();
    const ask = asking(gateway);
    for (const { path } of routes) {
      for (const method of ["GET", "HEAD"]) {
        await ask(path.replace(":tenant", "acme"), { method, headers: foreign });
      }
    }
    expect(gateway.calls.filter((call) => changes.test(call))).toEqual([]);
  });

  test("what is looked for would be found: an operation of our own is noted", async () => {
    const gateway = aGateway();
    await asking(gateway)("/tenants/acme/poll", { method: "POST" });
    expect(gateway.calls.filter((call) => changes.test(call))).toEqual(["poll acme@"]);
  });

  test("cannot make one method of another", async () => {
    const gateway = aGateway();
    const ask = asking(gateway);
    const disguises = { "X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE", "X-Method-Override": "DELETE" };
    for (const query of ["_method=DELETE", "method=POST"]) {
      await ask(`/tenants/acme?${query}`, { headers: disguises });
      await ask(`/tenants/acme/dead-letters?${query}`, { headers: disguises });
    }
    expect(gateway.calls.filter((call) => changes.test(call))).toEqual([]);
  });
});
