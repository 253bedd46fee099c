import { describe, expect, it } from "vitest";
import { isCrossSite, roleOf } from "../../src/web/access.ts";
import { routes } from "../../src/web/routes.ts";
import { asking, browser } from "./asking.ts";
import { adminToken, aGateway, viewerToken } from "./sample.ts";

const tokens = { adminToken, viewerToken };
const basic = (pair: string) => `Basic ${btoa(pair)}`;

describe("without the right credentials", () => {
  const cases = [
    ["GET", "/nothing"],
    ["GET", "/status/nobody"],
    ["POST", "/tenants/nobody/poll"],
    ["PATCH", "/status"],
    ["OPTIONS", "/status"],
    ["POST", "/healthz"],
    ["GET", "/%E0%A4%A"],
  ] as const;
  for (const [method, path] of cases) {
    it(`${method} ${path} is 401 before anything else`, async () => {
      expect((await asking(aGateway())(path, { as: "wrong", method })).status).toBe(401);
    });
  }

  it("is 401 before bad input, too long input and a cross-site post", async () => {
    const ask = asking(aGateway());
    const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" };
    const bodies = ["{", "x".repeat(70_000), undefined];
    for (const body of bodies) {
      const request = { as: "nobody", method: "POST", headers, ...(body !== undefined && { body }) } as const;
      expect((await ask("/tenants/acme/pause", request)).status).toBe(401);
    }
  });

  it("makes a browser ask", async () => {
    const response = await asking(aGateway())("/status", { as: "nobody", headers: browser });
    expect(response.headers.get("WWW-Authenticate")).toMatch(/^Basic realm=/);
    expect(response.headers.get("Content-Type")).toMatch(/^text\/html/);
  });
});

describe("without a usable admin token", () => {
  for (const [name, token] of [
    ["absent", undefined],
    ["empty", ""],
    ["too short", "x".repeat(23)],
    ["blank", " ".repeat(30)],
  ] as const) {
    it(`answers 503 everywhere but at /healthz when it is ${name}`, async () => {
      const ask = asking(aGateway({ adminToken: token }));
      for (const { method, path } of routes) {
        for (const as of ["nobody", "viewer"] as const) {
          expect((await ask(path.replace(":tenant", "acme"), { method, as })).status).toBe(503);
        }
      }
      const response = await ask("/nothing", { as: "nobody" });
      expect(response.status).toBe(503);
      expect(await response.text()).toContain("wrangler secret put ADMIN_TOKEN");
      expect((await ask("/healthz", { as: "nobody" })).status).toBe(200);
    });
  }

  it("does not let a request in whose token is as empty as the secret", async () => {
    const ask = asking(aGateway({ viewerToken: "" }));
    for (const authorization of ["Bearer ", "Bearer", basic(":"), basic("x:"), "Basic ", "Basic %%%"]) {
      expect((await ask("/status", { as: "nobody", headers: { Authorization: authorization } })).status).toBe(401);
    }
  });

  it("accepts one of exactly 24 characters", async () => {
    expect(await roleOf(`Bearer ${"x".repeat(24)}`, { adminToken: "x".repeat(24) })).toBe("admin");
    expect(await roleOf(`Bearer ${"x".repeat(23)}`, { adminToken: "x".repeat(23) })).toBeUndefined();
  });
});

describe("roleOf", () => {
  const cases: readonly [string, string | undefined, string | undefined][] = [
    ["bearer", `Bearer ${adminToken}`, "admin"],
    ["bearer in small letters", `bearer ${viewerToken}`, "viewer"],
    ["basic with a user name", basic(`somebody:${adminToken}`), "admin"],
    ["basic without a user name", basic(`:${viewerToken}`), "viewer"],
    ["basic with the token as user name", basic(`${adminToken}:`), undefined],
    ["a beginning of the token", `Bearer ${adminToken.slice(0, -1)}`, undefined],
    ["another scheme", `Token ${adminToken}`, undefined],
    ["no scheme", adminToken, undefined],
    ["nothing", undefined, undefined],
  ];
  for (const [name, authorization, role] of cases) {
    it(`reads ${name}`, async () => {
      expect(await roleOf(authorization, tokens)).toBe(role);
    });
  }

  it("reads a password with colons and letters beyond ASCII", async () => {
    const token = "schlüssel:mit:doppelpunkten:0123";
    const pair = String.fromCharCode(...new TextEncoder().encode(`x:${token}`));
    expect(await roleOf(basic(pair), { adminToken: token })).toBe("admin");
  });

  it("ignores the newline that a secret was put with", async () => {
    expect(await roleOf(`Bearer ${adminToken}`, { adminToken: `${adminToken}\n` })).toBe("admin");
  });
});

describe("isCrossSite", () => {
  const url = "https://forwarder.example/tenants/acme/poll";
  const cases: readonly [string, Record<string, string>, boolean][] = [
    ["a program", {}, false],
    ["our own page", { "Sec-Fetch-Site": "same-origin", Origin: "https://forwarder.example" }, false],
    ["our own page, which sends no referrer", { "Sec-Fetch-Site": "same-origin", Origin: "null" }, false],
    ["an older browser on our own page", { Origin: "https://forwarder.example" }, false],
    ["another site", { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" }, true],
    ["a sibling", { "Sec-Fetch-Site": "same-site", Origin: "https://other.example" }, true],
    ["another site that hides its origin", { "Sec-Fetch-Site": "cross-site", Origin: "null" }, true],
    ["another site in an older browser", { Origin: "https://evil.example" }, true],
    ["a sandboxed frame in an older browser", { Origin: "null" }, true],
    ["the same host without encryption", { Origin: "http://forwarder.example" }, true],
  ];
  for (const [name, headers, refused] of cases) {
    it(`${refused ? "refuses" : "accepts"} a post of ${name}`, () => {
      expect(isCrossSite("POST", url, new Headers(headers))).toBe(refused);
      expect(isCrossSite("DELETE", url, new Headers(headers))).toBe(refused);
      expect(isCrossSite("GET", url, new Headers(headers))).toBe(false);
    });
  }

  it("is refused with 403, and nothing happens", async () => {
    const gateway = aGateway();
    const headers = { "Sec-Fetch-Site": "cross-site" };
    expect((await asking(gateway)("/tenants/acme/poll", { method: "POST", headers })).status).toBe(403);
    expect(gateway.calls).toEqual([]);
  });
});
