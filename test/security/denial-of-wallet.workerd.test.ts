/** What a stranger can make us pay for: at most one object call per minute and isolate, and three rows in ten minutes for the journal. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { routes } from "../../src/web/routes.ts";
import { meterRows, type RowMeter } from "../bench/row-meter.ts";
import { minute, Premises } from "../workerd/premises.ts";
import { askWorker, watch, type WatchedEnv } from "./watched-env.ts";

const bindings = env as unknown as Env;
const adminToken = "admin-token-of-the-wallet-tests";
const nothing = { sql: 0, alarms: 0, keys: 0 };
let meter: RowMeter | undefined;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An installation that has run, and whose objects are watched from then on. */
async function installation(name: string): Promise<{ place: Premises; watched: WatchedEnv; rows: RowMeter }> {
  const place = new Premises(name, [{ seed: 1, count: 20, from: Date.now() - minute, to: Date.now() }]);
  place.set("ADMIN_TOKEN", adminToken);
  place.set("VIEWER_TOKEN", "viewer-token-of-the-wallet-tests");
  // Classes are wrapped once, for all objects of the isolate.
  meter ??= await runInDurableObject(place.stub, (_, { storage }) => meterRows(storage));
  await place.fire();
  const written = meter.take();
  expect(written.sql).toBeGreaterThan(0);
  expect(written.keys).toBeGreaterThan(0);
  return { place, watched: watch(bindings), rows: meter };
}

const basic = (pair: string): string => `Basic ${btoa(pair)}`;

/** Everything that a stranger may send for credentials. */
const credentials: readonly (string | undefined)[] = [
  undefined,
  "",
  "Bearer",
  "Bearer wrong-token-of-the-wallet-tests",
  `Bearer ${adminToken.slice(0, -1)}`,
  `Bearer ${adminToken}x`,
  `bearer "${adminToken}"`,
  `Digest ${adminToken}`,
  adminToken,
  basic("admin:wrong-token-of-the-wallet-tests"),
  basic(`${adminToken}:`),
  basic(adminToken),
  "Basic %%%",
  `Bearer ${"x".repeat(20_000)}`,
];

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];

const paths = (tenant: string): string[] => [
  ...new Set(routes.map(({ path }) => path.replace(":tenant", tenant))),
  "/status/nobody",
  "/tenants/nobody/poll",
  "/nowhere",
  "/%E0%A4%A",
  "/cdn-cgi/handler/scheduled",
  "/.env",
];

test("no request without the token reaches a tenant, on any route, with any method; all of them are one call and one entry", async () => {
  const { watched, rows } = await installation("fenced");
  let asked = 0;
  for (const path of paths("fenced")) {
    for (const method of methods) {
      for (const authorization of credentials) {
        const headers = authorization === undefined ? {} : { Authorization: authorization };
        const body = method === "POST" ? { body: '{"confirm":"fenced"}' } : {};
        const response = await askWorker(watched.env, path, { method, headers, ...body });
        expect([path, method, authorization, response.status]).toEqual([path, method, authorization, 401]);
        asked += 1;
      }
    }
  }
  expect(asked).toBeGreaterThan(1_500);
  expect(watched.take()).toEqual(["FORWARDER forwarder refused"]);
  // An entry and its index.
  expect(rows.take()).toEqual({ ...nothing, sql: 2, keys: 1 });
  // What is looked for would be found.
  await askWorker(watched.env, "/status", { headers: { Authorization: `Bearer ${adminToken}` } });
  expect(watched.take()).toEqual(["FORWARDER forwarder fleet"]);
});

test("flooded for an hour with wrong tokens, an isolate tells seven times, and the journal has two entries of it", async () => {
  const { place, watched, rows } = await installation("flooded");
  place.pass(2 * 60 * minute);
  await place.fire();
  rows.take();
  watched.take();
  for (let minutes = 0; minutes <= 60; minutes += 1) {
    for (let asked = 0; asked < 20; asked += 1) {
      const headers = { Authorization: `Bearer wrong-${asked}`, "CF-Connecting-IP": `192.0.2.${asked}` };
      await askWorker(watched.env, "/status", { headers });
    }
    // Without any credentials: not even that.
    await askWorker(watched.env, "/status");
    place.pass(minute);
  }
  expect(watched.take()).toEqual(Array.from({ length: 7 }, () => "FORWARDER forwarder refused"));
  expect(rows.take()).toEqual({ ...nothing, sql: 4, keys: 7 });
});

test("nothing is told and nothing written while there is no admin token", async () => {
  const { place, rows } = await installation("shut");
  place.unset("ADMIN_TOKEN");
  const watched = watch(bindings);
  for (const path of paths("shut")) {
    for (const method of methods) expect((await askWorker(watched.env, path, { method })).status).toBe(503);
  }
  expect(watched.take()).toEqual([]);
  expect(rows.take()).toEqual(nothing);
});

test("/healthz costs one object call a minute and writes no row, however many ask in whatever way", async () => {
  const { place, watched, rows } = await installation("asked");
  const spellings = ["/healthz", "/healthz/", "/healthz?x=1", "/healthz?x=2#y", "/%68ealthz", "//healthz", "/HEALTHZ"];
  const flood = async (): Promise<void> => {
    const all = spellings.flatMap((path) => methods.map((method) => ({ path, method })));
    await Promise.all(all.map(async ({ path, method }) => askWorker(watched.env, path, { method })));
    for (const { path, method } of all) await askWorker(watched.env, path, { method });
  };
  // The first minute begins with the first of them.
  place.pass(2 * minute);
  await flood();
  expect(watched.take()).toEqual(["FORWARDER forwarder fleet"]);
  place.pass(minute - 1);
  await flood();
  expect(watched.take()).toEqual([]);
  place.pass(1);
  await flood();
  expect(watched.take()).toEqual(["FORWARDER forwarder fleet"]);
  for (let minutes = 0; minutes < 10; minutes += 1) {
    place.pass(minute);
    await flood();
  }
  expect(watched.take()).toHaveLength(10);
  expect(rows.take()).toEqual(nothing);
});

test("an object that fails is not asked more often", async () => {
  const { place, watched, rows } = await installation("failing");
  place.pass(5 * minute);
  let calls = 0;
  const broken = {
    ...watched.env,
    FORWARDER: {
      getByName: () => ({
        fleet: async () => {
          calls += 1;
          throw new Error("The object is overloaded");
        },
      }),
    },
  } as unknown as Env;
  for (let asked = 0; asked < 100; asked += 1) {
    expect((await askWorker(broken, "/healthz")).status).toBe(503);
  }
  expect(calls).toBe(1);
  expect(rows.take()).toEqual(nothing);
});
