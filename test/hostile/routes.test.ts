import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import type { TenantOperations } from "../../src/tenant/report.ts";
import { createApp } from "../../src/web/app.tsx";
import { routes } from "../../src/web/routes.ts";
import {
  aDataset,
  aDeadLetter,
  aDestination,
  aFleet,
  aGateway,
  aReport,
  ago,
  type FakeGateway,
  operations,
} from "../web/sample.ts";
import { apart } from "./apart.ts";
import { anyText, deep } from "./hostile-text.ts";
import { property } from "./inputs.ts";
import { anyRequest, anyView, type Asked } from "./requests.ts";
import { adminToken, environment, secretsIn, viewerToken } from "./secrets.ts";
import { withoutOurScript } from "../web/own-script.ts";

/** Every route, asked in any way. */

const config = readConfig({
  ...environment,
  TENANT_BROKEN: `{"token":"${adminToken}"`,
  TENANT_CONSTRUCTOR: environment["TENANT_ACME"],
});

const usualGateway = (): FakeGateway =>
  aGateway({
    adminToken,
    viewerToken,
    config: () => config,
    fleet: async () => aFleet({ tenants: [aReport(), aReport({ id: "gone" })], homes: { acme: "", gone: "" } }),
    deadLetters: [aDeadLetter()],
  });

/** What only an admin may bring about. */
const isDeed = (call: string): boolean => /^(?:poll|pause|resume|redrive|delete|forget|verify) /u.test(call);

/** What is true of every answer, whoever asked for what. */
async function expectSafe(response: Response, { request }: Pick<Asked, "request">): Promise<string> {
  expect(response.status).not.toBe(500);
  const text = await response.text();
  const headers = [...response.headers].flat().join("\n");
  expect(secretsIn(text + headers)).toEqual([]);
  expect(headers).toContain("frame-ancestors 'none'");
  expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  expect(response.headers.get("Location") ?? "/status").toMatch(/^\/status/u);
  const type = response.headers.get("Content-Type") ?? "";
  if (type.startsWith("application/json") && request.method !== "HEAD") JSON.parse(text);
  // What stands between the quotes of an attribute is no tag and no attribute.
  if (!type.startsWith("text/html")) return text;
  const ours = request.method === "HEAD" ? text : withoutOurScript(text);
  const markup = ours.replaceAll(/="[^"]*"/gu, "");
  expect(markup).not.toMatch(/<script|<img|<[^>]*\sonerror/iu);
  return text;
}

describe("a request", () => {
  property("any request is answered, never with 500, and nobody does what he may not", anyRequest, async (asked) => {
    const gateway = usualGateway();
    const { as, isCrossSite, request } = asked;
    const { pathname } = new URL(request.url);
    const response = await createApp(() => gateway).fetch(request, {});
    await expectSafe(response, asked);
    const deeds = gateway.calls.filter(isDeed);
    if (as !== "admin" || request.method === "GET" || request.method === "HEAD") expect(deeds).toEqual([]);
    if (isCrossSite) expect(deeds).toEqual([]);
    expect(deeds.length).toBeLessThanOrEqual(1);
    if (response.status >= 400) expect(deeds).toEqual([]);
    const isOpen = /^\/healthz\/?$/u.test(pathname) && ["GET", "HEAD"].includes(request.method);
    if (as === "nobody" && !isOpen) expect([response.status, gateway.calls]).toEqual([401, []]);
    if (as !== "nobody") expect(response.status).not.toBe(401);
  });
});

/** What tenants may say of themselves: any texts, and times as far away as `Retry-After` may lead. */
const report = fc
  .record({
    text: anyText,
    other: anyText,
    at: fc.constantFrom(null, ago(0), ago(-1e9), "9999-12-31T23:59:59.999Z"),
    count: fc.nat(),
  })
  .map(({ text, other, at, count }) =>
    aReport({
      problems: [{ code: text, subject: other, message: text, fix: other, health: "failing" }],
      datasets: [aDataset({ name: text, lastSuccessAt: at, newestRecordAt: at, nextDueAt: at, collected: count })],
      destinations: [
        aDestination({
          name: other,
          type: text,
          target: other,
          dead: 1,
          lastError: text,
          skippedWhy: other,
          retryAt: at,
          oldestPendingAt: at,
        }),
      ],
    }),
  );
const letter = fc
  .record({ text: anyText, recordId: fc.option(anyText), status: fc.integer() })
  .map(({ text, recordId, status }) =>
    aDeadLetter({ dataset: text, destination: text, reason: text, excerpt: text, recordId, status }),
  );
const thrown = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    7,
    "text",
    {},
    [],
    new Error(`No, ${adminToken}`),
    Object.assign(new Error("busy"), { overloaded: true, retryable: true }),
    new RangeError("Maximum call stack size exceeded"),
  ),
  fc.constantFrom(...Object.values(environment)).map((secret) => new Error(secret, { cause: new Error(secret) })),
);

/** An object that never does what it is asked. */
const failing = (error: unknown): TenantOperations =>
  new Proxy({} as TenantOperations, {
    get: () => async () => {
      throw error;
    },
  });

describe("an object", () => {
  const behaviour = fc.record({
    reports: fc.array(report, { maxLength: 2 }),
    letters: fc.array(letter, { maxLength: 2 }),
    checks: fc.array(fc.record({ name: anyText, ok: fc.boolean(), message: anyText, fix: anyText }), { maxLength: 2 }),
    fails: fc.constantFrom<readonly ("tenant" | "fleet" | "forget")[]>(
      [],
      [],
      ["tenant"],
      ["fleet"],
      ["tenant", "forget"],
    ),
    error: thrown,
    asked: anyView,
  });

  property(
    "whatever objects report or throw, pages are whole and say no secret",
    behaviour,
    async ({ reports, letters, checks, fails, error, asked }) => {
      const gone = async (): Promise<never> => Promise.reject(error);
      const [first = aReport()] = reports;
      const gateway = aGateway({
        adminToken,
        viewerToken,
        config: () => config,
        fleet: fails.includes("fleet")
          ? gone
          : async () => aFleet({ tenants: reports.map((one, index) => (index === 0 ? one : { ...one, id: "gone" })) }),
        tenant: (id) =>
          fails.includes("tenant")
            ? failing(error)
            : operations([], id, async () => first, letters, { ok: false, checks }),
        ...(fails.includes("forget") ? { forgetTenant: gone } : {}),
      });
      const response = await createApp(() => gateway).fetch(asked.request, {});
      await expectSafe(response, asked);
    },
  );
});

const most = 65_536;
/** A body of so many bytes, whose one name is too long for any tenant. */
const ofBytes = (bytes: number): string => `{"dataset":"${"x".repeat(bytes - 14)}"}`;

const post = (path: string, headers: Record<string, string>, body: BodyInit): Request =>
  new Request(`https://forwarder.example${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${adminToken}`, ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });

async function ask(request: Request): Promise<{ status: number; text: string; calls: readonly string[] }> {
  const gateway = usualGateway();
  const response = await createApp(() => gateway).fetch(request, {});
  return {
    status: response.status,
    text: await expectSafe(response, { request }),
    calls: gateway.calls.filter(isDeed),
  };
}

describe("a body", () => {
  const paths = routes.filter(({ method }) => method === "POST").map(({ path }) => path.replace(":tenant", "acme"));

  test.each(paths)(
    "of 65,536 bytes is read by %s, and one of 65,537 is not, with and without a length",
    async (path) => {
      for (const [bytes, isTooLong] of [
        [most, false],
        [most + 1, true],
      ] as const) {
        const text = ofBytes(bytes);
        for (const headers of [{ "Content-Length": String(bytes) }, {}] as const) {
          const { status, calls } = await ask(post(path, headers, text));
          // What this version does not have it does not read either.
          const isUnread = status === 501 && !("Content-Length" in headers);
          if (!isUnread) expect(status === 413).toBe(isTooLong);
          expect(calls).toEqual([]);
        }
      }
    },
  );

  test("without an end is not read beyond the limit", async () => {
    let bytes = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (bytes > 100 * most) throw new Error("Nobody calls it off");
        bytes += 8_192;
        controller.enqueue(new Uint8Array(8_192).fill(0x20));
      },
    });
    expect((await ask(post("/tenants/acme/pause", {}, endless))).status).toBe(413);
    expect(bytes).toBeLessThanOrEqual(2 * most);
  });

  test.each([
    ["nested 30,000 lists deep", deep(30_000)],
    ["nested 10,000 objects deep", deep(10_000, '{"a":', "}")],
    ["deep in a name", `{"dataset":${deep(30_000)}}`],
    ["deep in a list of ids", `{"ids":${deep(30_000)}}`],
    ["never closed", "[".repeat(60_000)],
    ["with the keys of a prototype", '{"__proto__":{"confirm":"acme"},"constructor":{"prototype":{"polluted":1}}}'],
    [
      "with a repeated key, the last of which is wrong",
      '{"confirm":"acme","confirm":7,"dataset":"audit-events","dataset":7,"ids":[1],"ids":7}',
    ],
    ["with ids that no number holds", '{"ids":[9007199254740993,1e400,-0]}'],
    ["with half a surrogate pair", '{"dataset":"\\ud800","confirm":"\\udc00"}'],
    ["with 5,000 keys", `{${Array.from({ length: 5_000 }, (_, index) => `"k${index}":1`).join(",")}}`],
    ["of bytes that are no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xed, 0xa0, 0x80, 0x22, 0x7d])],
    ["of NUL", "\0"],
  ])("%s is refused everywhere, and nothing is done", async (_, body) => {
    for (const path of paths) {
      const { status, calls } = await ask(post(path, {}, body));
      expect([400, 501]).toContain(status);
      expect(calls).toEqual([]);
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test.each(["0", "5", "-1", "NaN", "", "5, 5", "1e3", "99999999999"])(
    "that lies about its length, %j, is answered",
    async (length) => {
      const { status } = await ask(post("/tenants/acme/pause", { "Content-Length": length }, ofBytes(200)));
      expect([400, 413]).toContain(status);
    },
  );
});

describe("headers", () => {
  const everyByte = [0x09, ...Array.from({ length: 0xff - 0x1f }, (_, index) => 0x20 + index)].filter(
    (byte) => byte !== 0x7f,
  );

  test("may hold every byte that they may hold, and none lets anybody in", async () => {
    for (const byte of everyByte) {
      const value = `x${String.fromCharCode(byte)}x`;
      for (const authorization of [value, `Bearer ${value}`, `Basic ${value}`]) {
        const names = ["Accept", "Content-Type", "Origin", "Sec-Fetch-Site", "X-Any"];
        const headers = Object.fromEntries(names.map((name) => [name, value]));
        const response = await createApp(usualGateway).fetch(
          new Request("https://forwarder.example/status", { headers: { ...headers, Authorization: authorization } }),
          {},
        );
        expect(response.status).toBe(401);
      }
    }
  });

  test.each([
    ["blanks between two letters", `Bearer a${" ".repeat(128_000)}b`],
    ["blanks and nothing else", `Bearer ${" ".repeat(128_000)}`],
    ["equal signs", `Basic ${"=".repeat(128_000)}`],
    ["base64", `Basic ${"A".repeat(128_000)}`],
    ["colons", `Basic ${Buffer.from(":".repeat(96_000)).toString("base64")}`],
  ])("with 128 KB of %s are read to their end, and let nobody in", async (_, authorization) => {
    expect(await apart("web/access.ts", "roleOf", authorization, { adminToken, viewerToken })).toBeUndefined();
  });

  test("of 128 KB that say what is wanted are read to their end", async () => {
    for (const piece of [",", ";", "text/html;", "text/html,", " ", "q=", ";q=1,"])
      expect(await apart("web/negotiation.ts", "prefersPage", piece.repeat(128_000 / piece.length))).toBeTypeOf(
        "boolean",
      );
  });
});
