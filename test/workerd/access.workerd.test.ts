/** Cloudflare Access in the real runtime: variables, the team's keys over the network, and the person in the journal. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { askWorker } from "../security/watched-env.ts";
import { admins, audience, Team, teamDomain } from "../web/team.ts";
import { Premises } from "./premises.ts";

const variables = ["ACCESS_TEAM_DOMAIN", "ACCESS_AUD", "ACCESS_ADMINS"] as const;

afterEach(() => {
  for (const name of variables) Reflect.deleteProperty(env, name);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("whom Access let in comes in without any token of ours, may what ACCESS_ADMINS says, and stands in the journal", async () => {
  const place = new Premises("entered");
  const team = await Team.of("first");
  const requests: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    if (typeof input !== "string") throw new Error("The forwarder fetches by URL");
    requests.push(`${init?.method ?? "GET"} ${input} ${init?.redirect ?? ""}`);
    const { status, body } = await team.fetchKeys(input);
    return new Response(body, { status });
  });
  place.set("ACCESS_TEAM_DOMAIN", teamDomain);
  place.set("ACCESS_AUD", audience);
  place.set("ACCESS_ADMINS", admins);
  const seconds = Math.floor(place.now / 1000);
  const ask = async (path: string, email: string, method = "GET", end = 60): Promise<Response> => {
    const assertion = await team.token({ claims: { email, exp: seconds + end, iat: seconds, nbf: seconds } });
    const headers = { "Cf-Access-Jwt-Assertion": assertion, "CF-Connecting-IP": "192.0.2.7" };
    return askWorker(env as unknown as Env, path, { method, headers });
  };
  expect((await ask("/status", "bob@example.com")).status).toBe(200);
  expect((await ask("/tenants/entered/pause", "bob@example.com", "POST")).status).toBe(403);
  expect((await ask("/tenants/entered/pause", "ann@example.com", "POST")).status).toBe(202);
  expect((await ask("/status", "ann@example.com", "GET", 0)).status).toBe(401);
  expect(requests).toEqual([`GET https://${teamDomain}/cdn-cgi/access/certs manual`]);
  const { entries } = (await (await ask("/journal?tenant=entered", "bob@example.com")).json()) as {
    entries: JournalEntry[];
  };
  const by = (name: string) => ({ actionName: "PAUSE", actor: { type: "USER", name }, sourceIP: "192.0.2.7" });
  expect(entries).toMatchObject([
    { ...by("ann@example.com"), actionResult: "SUCCEEDED" },
    { ...by("bob@example.com"), actionResult: "FAILED", actionDetails: { status: 403 } },
  ]);
});
