import { createHmac } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { send } from "../../src/delivery/send.ts";
import type { HttpRequest, Ports } from "../../src/ports.ts";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import type { PantherAuth } from "../simulator/panther-intake.ts";
import { SimulatedIntake } from "../simulator/intake.ts";
import { batch, bodyOf, bodyOfSize, exchange, exampleEvent, three } from "./exchange.ts";

const url = "https://logs.acme.runpanther.net/http/source-id";
const secret = { type: "panther", url, bearerToken: "bearer-1" };
const intake = { kind: "panther", panther: { kind: "bearer", token: "bearer-1" } } as const;
const { destination } = destinationOf(secret);
const open = (keys: object) => destinationOf({ type: "panther", url, ...keys }).destination;
const wrong = (keys: object) =>
  destinationErrors({ type: "panther", url, ...keys }).map(({ key, fix }) => ({ key, fix }));

/** Sends as delivery does, signature and all, and says what an intake that knows its senders by `auth` answers. */
async function answerTo(keys: object, auth: PantherAuth) {
  const there = new SimulatedIntake({ kind: "panther", panther: auth });
  const sent: HttpRequest[] = [];
  const ports = {
    now: () => 0,
    http: async (request: HttpRequest) => {
      sent.push(request);
      const { url: to, method, headers, body = "" } = request;
      const answer = await there.fetch(new Request(to, { method, headers, body }));
      return { status: answer.status, headers: answer.headers, body: await answer.text() };
    },
  } as unknown as Ports;
  const outcome = await send(ports, open(keys), { id: "b-1", context: batch, body: bodyOf(open(keys), three) });
  const held = [...there.memory.texts.values()];
  return { status: outcome.answered ? outcome.answer.status : 0, held, request: sent[0] };
}

describe("panther", () => {
  it("sends one event per line, with our time and tenant", () => {
    const lines = bodyOf(destination, [exampleEvent]).split("\n");
    expect(lines).toEqual([
      `${exampleEvent.slice(0, -1)},"received_at":"2026-05-01T08:31:05.000Z","tenant_id":"acme"}`,
      "",
    ]);
  });

  const ways = {
    bearer: { bearerToken: "b" },
    basic: { username: "u", password: "p" },
    "shared secret": { sharedSecretHeader: "x-panther-kandji", sharedSecret: "s" },
    HMAC: { hmacHeader: "x-panther-signature", hmacSecret: "h" },
    none: { auth: "none" },
  } as const;

  it("wants to be told how Panther knows us", () => {
    expect(wrong({})).toEqual([
      { key: "auth", fix: expect.stringMatching(/"bearerToken".*"auth": "none"/u) as string },
    ]);
  });

  it.each(
    Object.entries(ways).flatMap(([one, keys]) => Object.entries(ways).map(([two, more]) => [one, two, keys, more])),
  )("with %s and %s", (one, two, keys, more) => {
    const errors = wrong({ ...(keys as object), ...(more as object) });
    expect(errors).toHaveLength(one === two ? 0 : 1);
    if (one !== two) expect(errors[0]?.fix).toMatch(/^Give one of /u);
  });

  it.each([
    [{ username: "u" }, "password"],
    [{ password: "p" }, "username"],
    [{ sharedSecret: "s" }, "sharedSecretHeader"],
    [{ sharedSecretHeader: "x-s" }, "sharedSecret"],
    [{ hmacSecret: "h" }, "hmacHeader"],
    [{ hmacHeader: "x-h" }, "hmacSecret"],
    [{ bearerToken: "b", hmacEncoding: "hex" }, "hmacEncoding"],
    [{ auth: "none", hmacPrefix: "v1=" }, "hmacPrefix"],
    [{ auth: "nobody" }, "auth"],
    [{ username: "a:b", password: "p" }, "username"],
    [{ sharedSecretHeader: "a b", sharedSecret: "s" }, "sharedSecretHeader"],
    [{ sharedSecretHeader: "Content-Type", sharedSecret: "s" }, "sharedSecretHeader"],
    [{ hmacHeader: "Host", hmacSecret: "h" }, "hmacHeader"],
    [{ hmacHeader: "x-h", hmacSecret: "h", hmacPrefix: "a b" }, "hmacPrefix"],
  ])("does not take %j", (keys, key) => {
    expect(wrong(keys)).toMatchObject([{ key }]);
  });

  it.each([
    [{ bearerToken: "b" }, { kind: "bearer", token: "b" }],
    [
      { username: "kandji", password: "p:w" },
      { kind: "basic", username: "kandji", password: "p:w" },
    ],
    [
      { sharedSecretHeader: "x-panther-kandji", sharedSecret: "s" },
      { kind: "shared-secret", header: "X-Panther-Kandji", value: "s" },
    ],
    [
      { hmacHeader: "x-sig", hmacSecret: "h" },
      { kind: "hmac", header: "x-sig", secret: "h", encoding: "hex", prefix: "" },
    ],
    [
      { hmacHeader: "x-sig", hmacSecret: "h", hmacEncoding: "base64", hmacPrefix: "sha256=" },
      { kind: "hmac", header: "x-sig", secret: "h", encoding: "base64", prefix: "sha256=" },
    ],
  ] satisfies [object, PantherAuth][])("is known by %j, and by nothing else", async (keys, auth) => {
    expect(await answerTo(keys, auth)).toMatchObject({ status: 200, held: three });
    const credential = ["token", "password", "value", "secret"].find((key) => key in auth) ?? "";
    expect(await answerTo(keys, { ...auth, [credential]: "other" })).toMatchObject({
      status: 403,
      held: [],
    });
    expect((await answerTo({ auth: "none" }, auth)).status).toBe(403);
  });

  it("signs the bytes that are sent, compressed or not", async () => {
    const hmac = { hmacHeader: "x-sig", hmacSecret: "h" };
    const auth: PantherAuth = { kind: "hmac", header: "x-sig", secret: "h", encoding: "hex", prefix: "" };
    for (const gzip of [true, false]) {
      const { status, request } = await answerTo({ ...hmac, gzip }, auth);
      const body = Buffer.from(request?.body ?? "");
      expect([status, request?.headers["x-sig"]]).toEqual([200, createHmac("sha256", "h").update(body).digest("hex")]);
      expect((gzip ? gunzipSync(body) : body).toString()).toBe(bodyOf(open(hmac), three));
    }
  });

  it("is refused RunReveal's shape, and takes the open ones", () => {
    expect(wrong({ auth: "none", format: "runreveal" })).toMatchObject([{ key: "format" }]);
    expect(open({ auth: "none", format: "raw" }).encode({ raw: exampleEvent }, batch)).toBe(exampleEvent);
  });
});

describe("the simulated Panther", () => {
  it("takes what the forwarder sends, to the character", async () => {
    const { verdict, held, intake: met } = await exchange(secret, intake, bodyOf(destination, three));
    expect([verdict, held]).toEqual([{ kind: "accepted" }, three]);
    expect(met.memory.batches).toMatchObject([{ tenant: "acme" }]);
  });

  it("stores what does not fit the schema of its source, and says nothing of it", async () => {
    const audit = { ...intake, isIruAudit: true } as const;
    const { verdict, intake: met } = await exchange(secret, audit, bodyOf(destination, [exampleEvent, ...three]));
    expect([verdict.kind, met.memory.arrivals]).toEqual(["accepted", 4]);
    expect(met.memory.unclassified.size).toBe(3);
    expect(met.memory.unclassified.has("01M7Y5P6VW58HV0CDTK6D66Q58")).toBe(true);
  });

  it("takes arrays, and compression that no header tells of", async () => {
    const plain = { ...secret, gzip: false };
    expect((await exchange(plain, intake, `[${three.join(",")}]`)).held).toEqual(three);
    const { headers } = destination.request(batch);
    const there = new SimulatedIntake(intake);
    await there.fetch(new Request(url, { method: "POST", headers, body: gzipSync(bodyOf(destination, three)) }));
    expect([...there.memory.texts.values()]).toEqual(three);
  });

  it("refuses other tokens, methods and what is no JSON", async () => {
    const kindOf = async (text: string, headers = {}) => {
      const { status, verdict } = await exchange(secret, intake, text, headers);
      return [status, verdict.kind];
    };
    expect(await kindOf("{}", { Authorization: "Bearer other" })).toEqual([403, "locked-out"]);
    expect(await kindOf("{}\n{\n")).toEqual([400, "refused"]);
    expect(await kindOf("[{},")).toEqual([400, "refused"]);
    expect((await new SimulatedIntake(intake).fetch(new Request(url))).status).toBe(405);
  });

  it("counts headers and body together, and our limit leaves them their room", async () => {
    const { bytes } = destination.limits;
    // The longest credential that a secret of 5 KB can hold, beside the rest of it.
    const long = { type: "panther", url: `${url}?${"u".repeat(1000)}`, bearerToken: "t".repeat(3900) };
    const auth = { kind: "panther", panther: { kind: "bearer", token: long.bearerToken } } as const;
    const { destination: there } = destinationOf(long);
    expect((await exchange(long, auth, bodyOfSize(there, bytes))).verdict.kind).toBe("accepted");
    expect((await exchange(long, auth, bodyOfSize(there, 1_000_000))).verdict.kind).toBe("too-big");
    // To the byte: what is left of a megabyte beside the headers, and one more.
    const room = async (size: number) => (await exchange(secret, intake, bodyOfSize(destination, size))).status;
    let least = bytes;
    let most = 1_000_000;
    while (most - least > 1) {
      const middle = (least + most) >> 1;
      if ((await room(middle)) === 200) least = middle;
      else most = middle;
    }
    expect([await room(least), await room(least + 1)]).toEqual([200, 413]);
    expect(1_000_000 - least).toBeGreaterThan(100);
  });
});
