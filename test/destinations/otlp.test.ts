import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/destinations/destination.ts";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { SimulatedIntake } from "../simulator/intake.ts";
import { batch, bodyOf, deliver, exchange, judged, three } from "./exchange.ts";

const token = "token-0123456789abcdef";
const secret = { type: "otlp", url: "https://otel.example.com:4318", headers: { Authorization: `Bearer ${token}` } };
const intake = { kind: "otlp", apiKey: token } as const;
const { destination } = destinationOf(secret);
const judge = (body: string | undefined, records = 3): Verdict =>
  destination.judge({ status: 200, headers: new Headers(), body }, { records });

interface LogRecord {
  readonly timeUnixNano?: string;
  readonly eventName: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
}

const logOf = (raw: string, changed: object = {}): LogRecord =>
  JSON.parse(destination.encode({ raw }, { ...batch, ...changed })) as LogRecord;
const attributesOf = (raw: string): object =>
  Object.fromEntries(logOf(raw).attributes.map(({ key, value }) => [key, value.stringValue]));

describe("otlp", () => {
  it("says once what the records of a request share", () => {
    const attributes = (changed: object) => {
      const { open, close } = destination.frame({ ...batch, ...changed });
      const whole = JSON.parse(open + close) as { resourceLogs: { resource: { attributes: object[] } }[] };
      return whole.resourceLogs[0]?.resource.attributes;
    };
    const pair = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const shared = [pair("service.name", "kandji"), pair("kandji.tenant", "acme")];
    expect(attributes({})).toEqual([...shared, pair("kandji.dataset", "audit-events")]);
    expect(attributes({ test: true })).toEqual([...shared, pair("kandji.dataset", "verification")]);
  });

  it.each([
    ["2026-05-01T08:31:02.123456789Z", "1777624262123456789"],
    ["1970-01-01T00:00:00.000000001Z", "1"],
    // 0 says that there is none, and the field holds 64 bits: what is more would spoil the whole request.
    ["1970-01-01T00:00:00Z", undefined],
    ["1969-12-31T23:59:59Z", undefined],
    ["2554-07-21T23:34:33.709551615Z", "18446744073709551615"],
    ["2554-07-21T23:34:33.709551616Z", undefined],
    ["9999-12-31T23:59:59Z", undefined],
    ["yesterday", undefined],
  ])("writes the time %s as %s nanoseconds", (time, nanoseconds) => {
    expect(logOf(JSON.stringify({ occurred_at: time })).timeUnixNano).toBe(nanoseconds);
  });

  it("copies what people search by, each key once, and no more than an attribute's worth", () => {
    const event = { id: "01K8", action: "update", target_type: "device", target_component: "", actor_id: 7 };
    const actor = { email: "dana@northbay.example", name: null };
    expect(attributesOf(JSON.stringify({ ...event, _actor: actor, device_name: "é".repeat(1024) }))).toEqual({
      "kandji.id": "01K8",
      "kandji.action": "update",
      "kandji.target_type": "device",
      "kandji.device_name": "é".repeat(1024),
      "user.email": "dana@northbay.example",
    });
    expect(attributesOf(JSON.stringify({ id: "01K8", device_name: "é".repeat(1025) }))).toEqual({
      "kandji.id": "01K8",
    });
  });

  it("names an event by what happened to what, and everything else by its dataset", () => {
    expect(logOf('{"target_type":"library_item","action":"update"}').eventName).toBe("kandji.library_item.update");
    expect(logOf('{"target_type":"Library item","action":"update"}').eventName).toBe("kandji.audit-events");
    expect(logOf("{}", { dataset: "devices" }).eventName).toBe("kandji.devices");
  });

  it.each(["7", "[]", "null", '"a"', '{"__proto__":1}', '{"_actor":[],"_forwarder":7}'])("sends %s, too", (raw) => {
    expect(Object.keys(attributesOf(raw))).toEqual(["kandji.id"]);
  });

  it.each(["/v1/logs", "/otlp/v1/logs/"])("does not take %s for a base", (path) => {
    expect(destinationErrors({ ...secret, url: `https://otel.example.com${path}` })).toMatchObject([{ key: "url" }]);
  });

  it.each(["content-type", "User-Agent", "Content-Encoding", "Host"])(
    "leaves the header %s to the forwarder",
    (name) => {
      expect(destinationErrors({ ...secret, headers: { [name]: "x" } })).toMatchObject([{ key: `headers.${name}` }]);
    },
  );

  it("compresses unless it is told not to", () => {
    expect(destination.request(batch).gzip).toBe(true);
    expect(destinationOf({ ...secret, gzip: false }).destination.request(batch).gzip).toBe(false);
  });
});

describe("an answer of an OTLP intake", () => {
  it.each([
    "",
    "{}",
    '{"partialSuccess":{}}',
    '{"partialSuccess":null}',
    '{"partialSuccess":{"rejectedLogRecords":0,"errorMessage":"be careful"}}',
    '{"partialSuccess":{"rejectedLogRecords":"0"}}',
    '{"unknown":7}',
  ])("%j says that it has them all", (body) => {
    expect(judge(body)).toEqual({ kind: "accepted" });
  });

  it.each([1, "1", 2, "2"])("that rejects %j of three is never sent again", (count) => {
    expect(judge(JSON.stringify({ partialSuccess: { rejectedLogRecords: count, errorMessage: token } }))).toEqual({
      kind: "accepted-some",
      why: `The OTLP intake answered 200: of 3 records it refuses ${count}`,
    });
  });

  it.each([3, "3", 4, "9223372036854775807"])("that rejects %j of three has none of them", (count) => {
    expect(judge(JSON.stringify({ partialSuccess: { rejectedLogRecords: count } }))).toMatchObject({ kind: "refused" });
  });

  it.each([
    undefined,
    "ok",
    "[]",
    "null",
    "7",
    '{"partialSuccess":{"rejectedLogRecords":-1}}',
    '{"partialSuccess":{"rejectedLogRecords":"many"}}',
    '{"partialSuccess":{"rejectedLogRecords":1.5}}',
    '{"partialSuccess":{"rejectedLogRecords":1e300}}',
    '{"partialSuccess":{"rejectedLogRecords":true}}',
  ])("%j is not believed", (body) => {
    expect(judge(body)).toMatchObject({ kind: "try-later" });
  });

  it("with a code that OTLP calls permanent loses nothing: it holds, and says why", () => {
    for (const status of [408, 500, 501, 505]) expect(judged(secret, status)).toBe("locked-out");
    for (const status of [429, 502, 503, 504]) expect(judged(secret, status)).toBe("try-later");
    expect(destination.judge({ status: 500, headers: new Headers(), body: "" }, { records: 1 })).toEqual({
      kind: "locked-out",
      why: "The OTLP intake answered 500, which OTLP calls permanent",
      fix: "Look at what the intake logs; it is tried again every minute",
    });
  });
});

describe("the simulated OTLP intake", () => {
  const body = bodyOf(destination, three);

  it("takes what the forwarder sends, to the character", async () => {
    const { verdict, held, intake: met } = await exchange(secret, intake, body);
    expect(verdict).toEqual({ kind: "accepted" });
    expect(held).toEqual(three);
    expect(met.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("takes the rest of a request, or nothing, and counts what it refuses", async () => {
    const sendTo = async (contains: string) => {
      const told = new SimulatedIntake({ ...intake, refuse: [{ contains, status: 400 }] });
      const { status, verdict, held } = await deliver(secret, told, { body, records: 3 });
      return [status, verdict.kind, held];
    };
    expect(await sendTo("PE73K4KGHW3N8BY4SW7X")).toEqual([200, "accepted-some", [three[0], three[2]]]);
    expect(await sendTo("{")).toEqual([200, "refused", []]);
  });

  it("refuses other tokens, types, texts and addresses", async () => {
    const kindOf = async (text: string, headers = {}, settings = {}) => {
      const { status, verdict } = await exchange({ ...secret, ...settings }, intake, text, headers);
      return [status, verdict.kind];
    };
    expect(await kindOf(body, {}, { headers: { Authorization: "Bearer other" } })).toEqual([401, "locked-out"]);
    expect(await kindOf(body, {}, { headers: {} })).toEqual([401, "locked-out"]);
    expect(await kindOf(body, { "Content-Type": "application/x-protobuf" })).toEqual([415, "locked-out"]);
    expect(await kindOf('{"a":1}')).toEqual([400, "refused"]);
    const spoilt = [
      body.replace('"severityNumber":9', '"severityNumber":"SEVERITY_NUMBER_INFO"'),
      body.replace(/"timeUnixNano":"(\d+)"/u, '"timeUnixNano":$1'),
      body.replace(/"timeUnixNano":"(\d+)"/u, '"timeUnixNano":"18446744073709551616"'),
      body.replace(/\{"stringValue":("(?:[^"\\]|\\.)*")\},"attributes"/u, '$1,"attributes"'),
      body.replace('"key":"kandji.tenant"', '"key":"service.name"'),
    ];
    for (const text of spoilt) expect([text === body, await kindOf(text)]).toEqual([false, [400, "refused"]]);
  });

  it("counts bytes after decompression", async () => {
    const maxBytes = Buffer.byteLength(body);
    const kindOf = async (most: number) => (await exchange(secret, { ...intake, maxBytes: most }, body)).verdict.kind;
    expect([await kindOf(maxBytes), await kindOf(maxBytes - 1)]).toEqual(["accepted", "too-big"]);
  });
});
