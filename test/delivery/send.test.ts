import { createHmac } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { send } from "../../src/delivery/send.ts";
import { CutBody, TimedOut, type HttpRequest, type Ports } from "../../src/ports.ts";
import { NodeSql } from "../tenant/node-sql.ts";
import { destinationOf as configured } from "../config/ask.ts";

const secret = Buffer.from("a key of thirty-two bytes, indeed");
const signingSecret = `whsec_${secret.toString("base64")}`;
const batch = {
  id: "acme_g1_audit-events_live_0_2_01234567-1",
  context: { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000 },
  body: '{"s":"é😀"}\n{"n":12345678901234567890}\n',
};

function wire(answer: Error | { status: number } = { status: 200 }) {
  const clock = { at: Date.parse("2026-05-01T08:00:00.900Z") };
  const sent: { request: HttpRequest; limits: { timeoutMs: number; maxBytes: number } }[] = [];
  const ports: Ports = {
    now: () => clock.at,
    random: () => 0,
    sleep: async () => undefined,
    sql: new NodeSql(),
    http: async (request, limits) => {
      sent.push({ request, limits });
      if (answer instanceof Error) throw answer;
      return { headers: new Headers(), body: "", ...answer };
    },
  };
  const through = async (settings: object = {}) => {
    const { destination } = configured({ type: "webhook", url: "https://logs.example.com/in", ...settings });
    const result = await send(ports, destination, batch);
    const request = sent.at(-1)?.request;
    if (request === undefined) throw new Error("Nothing was sent");
    return { result, request };
  };
  return { clock, sent, through };
}

/** Verifies as the specification says, written without the code under test: https://www.standardwebhooks.com */
function isSignedBy(key: Buffer, { headers, body }: HttpRequest): boolean {
  const signed = Buffer.concat([
    Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`),
    typeof body === "string" ? Buffer.from(body, "utf8") : Buffer.from(body ?? new Uint8Array()),
  ]);
  const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return (headers["webhook-signature"] ?? "").split(" ").includes(expected);
}

describe("a batch on the wire", () => {
  test("is posted as it is, waiting 30 s", async () => {
    const { sent, through } = wire();
    const { request, result } = await through();
    expect(request).toMatchObject({ method: "POST", url: "https://logs.example.com/in", body: batch.body });
    expect(request.headers).not.toHaveProperty("webhook-signature");
    expect(request.headers).not.toHaveProperty("Content-Encoding");
    expect(sent[0]?.limits).toEqual({ timeoutMs: 30_000, maxBytes: 1_000_000 });
    expect(result).toMatchObject({ answered: true, answer: { status: 200 } });
  });

  test("is signed as Standard Webhooks say, over id, time and bytes", async () => {
    const { request } = await wire().through({ signingSecret });
    expect(request.headers).toMatchObject({ "webhook-id": batch.id, "webhook-timestamp": "1777622400" });
    expect(isSignedBy(secret, request)).toBe(true);
    expect(isSignedBy(Buffer.from("another key of thirty-two bytes!!"), request)).toBe(false);
    expect(isSignedBy(secret, { ...request, body: `${batch.body} ` })).toBe(false);
  });

  test("at a second try has the same id and the same bytes, and its time and signature are new", async () => {
    const { clock, through } = wire();
    const { request: first } = await through({ signingSecret });
    clock.at += 61_000;
    const { request: second } = await through({ signingSecret });
    expect(second.body).toBe(first.body);
    expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
    expect(second.headers["webhook-timestamp"]).toBe(String(Number(first.headers["webhook-timestamp"]) + 61));
    expect(second.headers["webhook-signature"]).not.toBe(first.headers["webhook-signature"]);
    expect(isSignedBy(secret, second)).toBe(true);
  });

  test("is compressed when asked for, and signed over the bytes that are sent", async () => {
    const { request } = await wire().through({ signingSecret, gzip: true });
    expect(request.headers).toMatchObject({ "Content-Encoding": "gzip" });
    if (!(request.body instanceof Uint8Array)) throw new Error("The body is not compressed");
    expect(gunzipSync(request.body).toString("utf8")).toBe(batch.body);
    expect(isSignedBy(secret, request)).toBe(true);
  });

  test("compressed twice is the same bytes", async () => {
    const { through } = wire();
    const [first, second] = [await through({ gzip: true }), await through({ gzip: true })];
    expect(second.request.body).toEqual(first.request.body);
  });

  test.each([
    [new TimedOut(), "timed-out", "No answer within 30 s"],
    [new CutBody(), "broken-off", "The answer broke off"],
    [
      new Error("connect ECONNREFUSED https://logs.example.com/in?key=secret"),
      "no-connection",
      "No connection to the host",
    ],
  ])("without an answer it says why, and no address", async (error, kind, why) => {
    expect((await wire(error).through()).result).toEqual({ answered: false, kind, why });
  });
});
