/** Contract §6 and §7.10: who is let in, what a page says, and that no secret is in anything that comes out. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  adminToken,
  base,
  Installation,
  tenantSecret,
  tokenOf,
  webhookSecret,
  type Asked,
  type Secrets,
} from "./installation.ts";
import { withoutOurScript } from "../web/own-script.ts";

const minute = 60_000;
const hour = 60 * minute;
const viewerToken = "viewer-token-of-the-outside-tests";
const apiKey = "datadog-api-key-of-the-outside-tests";
const headerKey = "header-key-of-the-outside-tests";
const queryKey = "query-key-of-the-outside-tests";
const signingKey = Buffer.from("a signing secret that stays inside").toString("base64");
const poison = "nobody takes this one";
/** As it is sent, and as it is in a Basic header. */
const encoded = (token: string): string => Buffer.from(`admin:${token}`).toString("base64");
const secretTexts = [
  ...[adminToken, viewerToken].flatMap((token) => [token, encoded(token)]),
  tokenOf("acme"),
  tokenOf("echo"),
  apiKey,
  headerKey,
  queryKey,
  signingKey,
];

let house: Installation;
/** Everything that came out, by where it came from. */
const said = new Map<string, string>();

const secrets = (): Secrets => ({
  ...base,
  VIEWER_TOKEN: viewerToken,
  TENANT_ACME: tenantSecret(house.addresses),
  TENANT_ECHO: tenantSecret(house.addresses, "echo"),
  DESTINATION_SIEM: JSON.stringify({
    type: "datadog",
    site: "datadoghq.eu",
    apiKey,
    url: house.addresses.intakes["siem"],
  }),
  DESTINATION_HOOK: webhookSecret(house.addresses, "hook", {
    url: `${house.addresses.intakes["hook"]}?key=${queryKey}`,
    signingSecret: `whsec_${signingKey}`,
    headers: { Authorization: `Bearer ${headerKey}` },
  }),
  // An intake and a Kandji that say in their errors what they were sent.
  DESTINATION_LOUD: webhookSecret(house.addresses, "loud", { headers: { "X-Key": headerKey } }),
});

beforeAll(async () => {
  const now = Date.now();
  const events = [{ seed: 1, count: 400, from: now - 3 * hour, to: now - 2000, marked: { count: 1, text: poison } }];
  const shout = (status: number, token: string) =>
    ({ do: "status", status, body: `{"error":"no: ${token}"}` }) as const;
  house = await Installation.start(
    {
      kandji: {
        acme: { token: tokenOf("acme"), events },
        echo: { token: tokenOf("echo"), events, faults: { always: shout(403, tokenOf("echo")) } },
      },
      intakes: {
        siem: { kind: "datadog", apiKey },
        hook: { kind: "webhook", signingSecret: `whsec_${signingKey}`, refuse: [{ contains: poison, status: 422 }] },
        loud: { kind: "webhook", faults: { always: shout(401, headerKey) } },
      },
    },
    () => base,
  );
  await house.worker.restart(secrets());
}, 60_000);
afterAll(async () => house.stop());

/** Asks and notes what was answered, headers too. */
async function ask(path: string, asked: Asked = {}): Promise<Response> {
  const answer = await house.ask(path, asked);
  const text = await answer.clone().text();
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
  said.set(
    `${asked.method ?? "GET"} ${path} ${asked.accept ?? ""} ${answer.status} ${said.size}`,
    [...headers, text].join("\n"),
  );
  return answer;
}

describe("GET /healthz", () => {
  test("is open, says one word, and a forwarder that never ticked is healthy", async () => {
    const answer = await ask("/healthz", { authorization: null });
    expect([answer.status, await answer.text()]).toEqual([200, '{"ok":true}']);
  });
});

describe("the door", () => {
  const anything: readonly (readonly [string, Asked])[] = [
    ["/", {}],
    ["/status", {}],
    ["/status/acme", {}],
    ["/status/nobody", {}],
    ["/nowhere", {}],
    ["/verify/acme", {}],
    ["/status", { method: "PUT" }],
    ["/tenants/nobody/poll", { method: "POST" }],
    ["/tenants/acme/pause", { method: "POST", body: "no scope" }],
    ["/tenants/acme", { method: "DELETE", body: {} }],
  ];

  test.each([
    ["nothing", null],
    ["a wrong token", `Bearer ${adminToken}x`],
    ["a wrong password", `Basic ${encoded("wrong-password-of-24-characters")}`],
    ["another scheme", `Digest ${adminToken}`],
    ["no token", "Bearer"],
  ])("with %s is shut before anything else is looked at", async (_, authorization) => {
    for (const [path, asked] of anything) {
      const answer = await ask(path, { ...asked, authorization });
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
    }
  });

  test("opens for the token as bearer, and as password with any user name", async () => {
    expect((await ask("/status")).status).toBe(200);
    expect((await ask("/status", { authorization: `Basic ${encoded(adminToken)}` })).status).toBe(200);
    const home = await ask("/");
    expect([home.status, home.headers.get("location")]).toEqual([302, "/status"]);
  });

  test("lets a viewer see and not operate", async () => {
    const authorization = `Bearer ${viewerToken}`;
    expect((await ask("/status", { authorization })).status).toBe(200);
    expect((await ask("/tenants/acme/dead-letters", { authorization })).status).toBe(200);
    for (const [path, method] of [
      ["/tenants/acme/poll", "POST"],
      ["/tenants/acme/pause", "POST"],
      ["/tenants/acme", "DELETE"],
    ] as const) {
      expect((await ask(path, { method, authorization })).status).toBe(403);
    }
  });

  test("an unknown tenant is 404, bad input 400 with what, where and the mend", async () => {
    for (const path of ["/status/nobody", "/tenants/nobody/dead-letters"]) expect((await ask(path)).status).toBe(404);
    const answer = await ask("/tenants/acme/pause", { method: "POST", body: { datset: "audit-events" } });
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: Record<string, string> };
    expect(Object.values(error).every((text) => text.length > 3)).toBe(true);
    expect(JSON.stringify(error)).toContain("datset");
  });
});

describe("GET /status", () => {
  test("as JSON has everything that the contract names", async () => {
    await house.fire();
    await house.settled(["siem"]);
    const status = (await (await ask("/status")).json()) as Record<string, unknown>;
    const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    const count: unknown = expect.any(Number);
    expect(status).toMatchObject({
      health: "failing",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      now: time,
      cron: { lastTickAt: time, health: "ok" },
      problems: expect.arrayContaining([
        expect.objectContaining({ code: "token-lacks-permission", subject: "tenant echo / audit-events" }),
      ]) as unknown,
      tenants: [{ id: "acme" }, { id: "echo", health: "failing" }],
    });
    const [acme] = status["tenants"] as Record<string, readonly Record<string, unknown>[]>[];
    expect(acme?.["datasets"]).toEqual([
      expect.objectContaining({
        name: "audit-events",
        health: "ok",
        lastSuccessAt: time,
        nextDueAt: time,
        newestRecordAt: time,
        collected: 400,
        duplicates: count,
        late: 0,
        backfill: { state: "done", percent: 100 },
      }),
    ]);
    expect(acme?.["requests"]).toMatchObject({ lastHour: count, limitPerHour: 2500, left: count });
    const siem = acme?.["destinations"]?.find(({ name }) => name === "siem");
    expect(siem).toMatchObject({
      type: "datadog",
      health: "ok",
      collected: 400,
      delivered: 400,
      pending: 0,
      skipped: 0,
      dead: 0,
    });
    expect(siem).toMatchObject({
      requests: count,
      oldestPendingAt: null,
      lastDeliveredAt: time,
      retryAt: null,
      lastError: null,
    });
    const loud = acme?.["destinations"]?.find(({ name }) => name === "loud");
    expect(loud).toMatchObject({ health: "failing", delivered: 0, pending: 400, oldestPendingAt: time, retryAt: time });
  });

  test("as a page names every tenant and destination, and runs nothing of theirs", async () => {
    for (const path of ["/status", "/status/acme", "/status/echo", "/verify/acme", "/tenants/acme/dead-letters"]) {
      const answer = await ask(path, { accept: "text/html" });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
      const text = withoutOurScript(await answer.text());
      expect(text).not.toMatch(/<script/i);
      if (path.startsWith("/status")) expect(text).toContain("siem");
    }
    const all = await (await ask("/status", { accept: "text/html" })).text();
    for (const name of ["acme", "echo", "siem", "hook", "loud"]) expect(all).toContain(name);
  });
});

test("no secret is in any page, answer or line of the log", async () => {
  for (const accept of ["application/json", "text/html"]) {
    for (const path of ["/journal", "/metrics", "/openapi.json", "/nowhere", "/tenants/acme/dead-letters"])
      await ask(path, { accept });
    for (const tenant of ["acme", "echo"]) {
      await ask(`/tenants/${tenant}/verify`, { method: "POST", accept });
      await ask(`/tenants/${tenant}/poll`, { method: "POST", accept });
      await ask(`/tenants/${tenant}/dead-letters/redrive`, { method: "POST", accept });
      await ask(`/status/${tenant}`, { accept });
    }
  }
  // Secrets in the wrong place: a token where a key should be, and after a mistyped quote.
  const mistyped = { [tokenOf("acme")]: "token", subdomain: "acme" };
  await house.worker.restart({
    ...secrets(),
    TENANT_ACME: JSON.stringify(mistyped),
    DESTINATION_SIEM: `{"type":"datadog","apiKey":"${apiKey}`,
    DESTINATION_HOOK: JSON.stringify({
      type: "webhook",
      url: `ftp://${queryKey}@x.example/`,
      signingSecret: signingKey,
    }),
  });
  await house.fire();
  for (const accept of ["application/json", "text/html"]) {
    for (const path of ["/status", "/status/acme", "/status/echo", "/verify/acme", "/journal"])
      await ask(path, { accept });
  }
  const health = await ask("/healthz", { authorization: null });
  expect([health.status, await health.text()]).toEqual([503, '{"ok":false}']);

  said.set("log", house.worker.output());
  // What is looked for would be found: the lines of the program itself are in the log.
  expect(said.get("log")).toContain('"event":"cron"');
  expect(said.size).toBeGreaterThan(80);
  const leaks = [...said].flatMap(([where, text]) =>
    secretTexts.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${where}`),
  );
  expect(leaks).toEqual([]);
  expect(house.kandji().requests.manners().unauthorized).toBe(0);
  expect(house.world.strays).toEqual([]);
});
