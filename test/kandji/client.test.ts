import { describe, expect, test } from "vitest";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import { CutBody, TimedOut, type HttpAnswer, type HttpRequest, type Ports } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { NodeSql } from "../tenant/node-sql.ts";

const token = "0e5b2b1e-token-of-acme";
const origin = "https://acme.api.kandji.io";
const permission = { label: "List audit events", method: "GET", path: "/api/v1/audit/events" };
const request = { path: "/api/v1/audit/events", search: { limit: "500", cursor: "a+b/c= &host=evil.example" } };

interface Sent {
  readonly request: HttpRequest;
  readonly limits: { readonly timeoutMs: number; readonly maxBytes: number };
}

function clientOf(answer: Partial<HttpAnswer> | Error) {
  const sent: Sent[] = [];
  const clock = { at: Date.parse("2026-05-01T08:00:00Z") };
  const ports: Ports = {
    now: () => clock.at,
    random: () => 0.5,
    sleep: async (ms) => void (clock.at += ms),
    sql: new NodeSql(),
    http: async (asked, limits) => {
      sent.push({ request: asked, limits });
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: new Headers(), body: "{}", ...answer };
    },
  };
  const budget = new RequestBudget(ports, { perHour: 100, forLive: 1 }, noUsage);
  return { client: new KandjiClient(ports, origin, new Secret(token), budget), budget, clock, sent };
}

describe("a request to Kandji", () => {
  test("goes to the configured host with the token in its header and nowhere else", async () => {
    const { client, sent } = clientOf({});
    await client.get(request, permission);
    const [{ request: asked } = { request: undefined }] = sent;
    expect(new URL(asked?.url ?? "")).toMatchObject({ origin, pathname: "/api/v1/audit/events" });
    expect(new URL(asked?.url ?? "").searchParams.get("cursor")).toBe(request.search.cursor);
    expect(asked?.headers).toMatchObject({ Authorization: `Bearer ${token}`, Accept: "application/json" });
    expect(asked?.url).not.toContain(token);
    expect(client.host).toBe("acme.api.kandji.io");
  });

  test("waits 30 s for an answer and reads 16 MB of it", async () => {
    const { client, sent } = clientOf({});
    await client.get(request, permission);
    expect(sent[0]?.limits).toEqual({ timeoutMs: 30_000, maxBytes: 16_000_000 });
  });

  test("is counted, whatever comes of it", async () => {
    for (const answer of [{}, { status: 500 }, new TimedOut(), new CutBody(), new Error("No connection")]) {
      const { client, budget } = clientOf(answer);
      await client.get(request, permission);
      expect(budget.used()).toBe(1);
    }
  });

  test.each([
    [
      "no connection",
      new Error(`connect ECONNREFUSED ${token}`),
      "kandji-unreachable",
      "No connection to the API host",
    ],
    ["no answer in time", new TimedOut(), "kandji-unreachable", "No answer within 30 s"],
    ["a body that broke off", new CutBody(), "unreadable-answer", "The answer broke off"],
    ["a body over the cap", { body: undefined }, "unreadable-answer", "The answer is longer than 16000000 bytes"],
    ["a redirect, which is not followed", { status: 302, body: "" }, "wrong-host", "Kandji answered 302"],
  ])("fails with %s", async (_, answer, kind, message) => {
    const { client, sent } = clientOf(answer);
    expect(await client.get(request, permission)).toMatchObject({ ok: false, failure: { kind, message } });
    expect(sent).toHaveLength(1);
  });

  test("answers the body as it is", async () => {
    const { client } = clientOf({ body: "not even JSON" });
    expect(await client.get(request, permission)).toEqual({ ok: true, body: "not even JSON" });
  });

  test("Retry-After keeps everybody from asking before", async () => {
    const { client, budget, clock } = clientOf({ status: 429, headers: new Headers({ "Retry-After": "90" }) });
    await client.get(request, permission);
    expect(budget.availableAt("live")).toBe(clock.at + 90_000);
    expect(budget.availableAt("history")).toBe(clock.at + 90_000);
  });

  test("an error that repeats the token does not bring it into the message", async () => {
    for (const body of [`{"detail":"Unknown token ${token}"}`, `<p>Authorization: Bearer ${token}</p>`]) {
      const { client } = clientOf({ status: 401, body });
      expect(JSON.stringify(await client.get(request, permission))).not.toContain(token);
    }
  });
});
