/** A Kandji, or an intake, that answers whatever would do most harm. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { kandjiLog } from "../../src/collection/log.ts";
import { PageSource } from "../../src/collection/page-source.ts";
import { placeAt, type Place } from "../../src/collection/walk.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { exchange } from "../../src/http.ts";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import { messageOf } from "../../src/kandji/failure.ts";
import type { HttpRequest } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { listen } from "../simulator/http-server.ts";
import { NodeSql } from "../tenant/node-sql.ts";

const now = Date.parse("2026-05-01T08:00:00Z");
const token = "token-of-acme-0123456789";
const origin = "https://acme.api.kandji.io";

/** Reads on, page after page, wherever such answers lead; what was asked on the way. */
async function follow(next: string): Promise<HttpRequest[]> {
  const asked: HttpRequest[] = [];
  const page = JSON.stringify({ results: [{ id: "a", occurred_at: new Date(now).toISOString() }], next });
  const ports = {
    now: () => now,
    random: () => 0.5,
    sleep: async () => undefined,
    sql: new NodeSql(),
    http: async (request: HttpRequest) => {
      asked.push(request);
      return { status: 200, headers: new Headers(), body: page };
    },
  };
  const budget = new RequestBudget(ports, { perHour: 1e6, forLive: 1 }, noUsage);
  const source = new PageSource(kandjiLog(new KandjiClient(ports, origin, new Secret(token), budget), auditEvents));
  let place: Place | null = placeAt(now * 1000);
  for (let pages = 0; place !== null && pages < 10; pages += 1) {
    const result = await source.read(place, undefined);
    place = result.ok ? result.onward.place : null;
  }
  return asked;
}

describe("wherever next points", () => {
  test.each([
    "https://evil.example/api/v1/audit/events?cursor=abc",
    "HTTPS://EVIL.EXAMPLE/?cursor=abc",
    "http://acme.api.kandji.io/?cursor=abc",
    "https://acme.api.kandji.io@evil.example/?cursor=abc",
    "https://acme.api.kandji.io.evil.example/?cursor=abc",
    "https://acme.api.kandji.io:8443/?cursor=abc",
    "https://evil.example\\@acme.api.kandji.io/?cursor=abc",
    "//evil.example/?cursor=abc",
    "\\\\evil.example\\abc",
    "https:\\\\evil.example\\?cursor=abc",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,abc",
    "file:///etc/passwd?cursor=abc",
    "https://[::1/?cursor=abc",
    "/../../../../admin?cursor=abc",
    "abc#fragment",
    "?limit=1&sort_by=-id",
    "abc&limit=1&start_date=1999-01-01",
    "abc\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1",
    "abc%0d%0aX-Evil:%201",
    "\u0000",
    "\u2028\ud800",
    "\u202ecba",
  ])("%j: the token goes to the one host and path, and the cursor is one parameter", expectOneWay);

  test("so it is when it is 100,000 characters long", () => expectOneWay("a".repeat(100_000)));

  async function expectOneWay(next: string): Promise<void> {
    const asked = await follow(next);
    expect(asked.length).toBeGreaterThan(0);
    for (const { url, headers, method } of asked) {
      const { origin: host, pathname, searchParams, hash } = new URL(url);
      expect([method, host, pathname, hash]).toEqual(["GET", origin, "/api/v1/audit/events", ""]);
      expect(headers["Authorization"]).toBe(`Bearer ${token}`);
      const names = [...searchParams.keys()];
      expect(names).toEqual([...new Set(names)]);
      expect(names.filter((name) => !["limit", "sort_by", "start_date", "end_date", "cursor"].includes(name))).toEqual(
        [],
      );
      expect([searchParams.get("limit"), searchParams.get("sort_by")]).toEqual(["500", "occurred_at"]);
      expect(url).toMatch(/^[\x21-\x7e]+$/);
    }
  }

  test("what is looked for would be found: a next of its own host is followed", async () => {
    const asked = await follow(`${origin}/api/v1/audit/events?cursor=abc&limit=7`);
    expect(asked.map(({ url }) => new URL(url).searchParams.get("cursor"))).toContain("abc");
  });
});

describe("a redirect, over a real connection", () => {
  test.each([301, 302, 303, 307, 308])(
    "%i is not followed: neither credentials nor records go where it leads",
    async (status) => {
      const strays: string[] = [];
      const trap = await listen(async (request) => {
        strays.push(request.url);
        return new Response("{}");
      });
      const headers = {
        Location: `${trap.origin}/trap`,
        Refresh: `0; url=${trap.origin}/trap`,
        Link: `<${trap.origin}>`,
      };
      const server = await listen(async () => new Response(null, { status, headers }));
      try {
        const limits = { timeoutMs: 5_000, maxBytes: 1000 };
        const secret = { Authorization: `Bearer ${token}` };
        for (const request of [
          { url: server.origin, method: "GET", headers: secret },
          { url: server.origin, method: "POST", headers: secret, body: '{"id":"a"}' },
        ] as const) {
          expect(await exchange(fetch, request, limits)).toMatchObject({ status });
        }
      } finally {
        await Promise.all([server.close(), trap.close()]);
      }
      expect(strays).toEqual([]);
    },
  );
});

describe("a body that is small on the wire and large in memory", () => {
  const maxBytes = 1_000_000;
  const codings = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };

  const answered = async (coding: keyof typeof codings, bytes: number) => {
    const body = codings[coding](Buffer.alloc(bytes, 0x20));
    expect(body.length).toBeLessThan(bytes / 100);
    const headers = { "Content-Encoding": coding, "Content-Type": "application/json" };
    const server = await listen(async () => new Response(body, { headers }));
    try {
      return await exchange(fetch, { url: server.origin, method: "GET", headers: {} }, { timeoutMs: 20_000, maxBytes });
    } finally {
      await server.close();
    }
  };

  test.each(["gzip", "br", "deflate"] as const)(
    "is counted as it is in memory: %s, at n and n + 1 bytes",
    async (coding) => {
      expect((await answered(coding, maxBytes)).body).toHaveLength(maxBytes);
      expect((await answered(coding, maxBytes + 1)).body).toBeUndefined();
    },
  );

  test("is given up when it is fifty times the limit", async () => {
    expect((await answered("gzip", 50 * maxBytes)).body).toBeUndefined();
  });
});

describe("the text of a failure", () => {
  test("is looked for in the beginning of a body alone: pairs of brackets are not looked for in 16 MB of them", () => {
    expect(messageOf(`${"<".repeat(20_000)}>far behind`)).not.toContain("far behind");
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "is no property that every object has: %s",
    (name) => {
      expect(messageOf(`{"${name}":{}}`)).not.toMatch(/function|native code/);
    },
  );
});
