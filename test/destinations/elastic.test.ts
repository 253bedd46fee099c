import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/destinations/destination.ts";
import { formats } from "../../src/formats/registry.ts";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { SimulatedIntake } from "../simulator/intake.ts";
import { batch, bodyOf, deliver, exampleEvent, exchange, three } from "./exchange.ts";

const url = "https://acme.es.eu-west-1.aws.elastic.cloud";
const apiKey = "a2V5aWQwMDAwMDAwMDAwMDE6c2VjcmV0MDAwMDAwMDAwMQ==";
const secret = { type: "elastic", url, apiKey };
const intake = { kind: "elastic", apiKey } as const;
const { destination } = destinationOf(secret);

interface Sent {
  readonly action: { readonly create: { readonly _index: string; readonly _id: string } };
  readonly document: Readonly<Record<string, unknown>>;
}

function sent(raw: string, changed: object = {}, settings: object = {}): Sent {
  const [action = "", document = ""] = destinationOf({ ...secret, ...settings })
    .destination.encode({ raw }, { ...batch, ...changed })
    .split("\n");
  return { action: JSON.parse(action) as Sent["action"], document: JSON.parse(document) as Sent["document"] };
}

interface Item {
  readonly status: unknown;
  readonly error?: unknown;
}

const judge = (items: readonly Item[], records = items.length): Verdict =>
  destination.judge(
    {
      status: 200,
      headers: new Headers(),
      body: JSON.stringify({ errors: true, items: items.map((create) => ({ create })) }),
    },
    { records },
  );

const good = { status: 201 };
const bad = { status: 400, error: { type: "document_parsing_exception", reason: "[1:9] failed to parse" } };
const busy = { status: 429, error: { type: "es_rejected_execution_exception", reason: "rejected" } };

describe("elastic", () => {
  it("sends events and devices where Elastic's package for Iru reads them, others under our name", () => {
    const raw = { format: "raw" };
    const indexOf = (dataset: string, settings: object = raw) => sent("{}", { dataset }, settings).action.create._index;
    expect(indexOf("audit-events", {})).toBe("logs-iru.audit-default");
    expect(indexOf("devices", {})).toBe("logs-iru.device-default");
    expect(indexOf("device-apps")).toBe("logs-kandji.device_apps-default");
    expect(indexOf("prism-activation-lock", { ...raw, namespace: "eu" })).toBe("logs-kandji.prism_activation_lock-eu");
  });

  it("keeps records of verifications apart", () => {
    expect(sent("{}", { test: true }).action.create._index).toBe("logs-kandji.verification-default");
  });

  it("has one id for one record, and another one for each tenant", () => {
    const idOf = (raw: string, tenant = "acme") => sent(raw, { tenant }).action.create._id;
    expect(idOf('{"id":"01K8"}')).toBe("acme:01K8");
    expect(idOf('{"id":"01K8"}', "globex")).toBe("globex:01K8");
    expect(idOf("7")).toMatch(/^acme:[a-z-]+:[0-9a-f]{64}$/u);
    const longest = "\u{1F4BB}".repeat(64);
    expect(Buffer.byteLength(idOf(JSON.stringify({ id: longest })))).toBeLessThan(512);
  });

  it("names the person who acted beside the record, which it leaves as it is", () => {
    const actor = { email: "dana@northbay.example", name: "Dana Ruiz", role: null };
    const raw = `{"id":"01K8","actor_id":"3b0d","actor_type":"user","_actor":${JSON.stringify(actor)}}`;
    const { document } = sent(raw);
    expect(document["message"]).toBe(raw);
    expect(document["user"]).toEqual({ email: "dana@northbay.example", name: "Dana Ruiz" });
    expect(sent('{"id":"01K8"}').document).not.toHaveProperty("user");
    expect(sent('{"_actor":[]}').document).not.toHaveProperty("user");
    expect(sent('{"_actor":{"role":"admin","email":7}}').document["user"]).toEqual({ roles: ["admin"] });
  });

  it.each(["7", "[]", "null", '"a"', "true", '{"__proto__":1}'])("sends %s, too", (raw) => {
    expect(sent(raw).document["message"]).toBe(raw);
  });

  // As soon as this version has the format.
  it.runIf(formats.has("ecs"))("leaves a document of ECS its own time, and says once where it goes", async () => {
    const whole = { ...secret, format: "ecs" };
    const { action, document } = sent(exampleEvent, {}, { format: "ecs" });
    expect(action.create._index).toBe("logs-kandji.audit_events-default");
    expect(document).toMatchObject({ "@timestamp": expect.stringMatching(/^2026-11-21T04:26:31/u) });
    const body = bodyOf(destinationOf(whole).destination, three);
    const { verdict, held } = await deliver(whole, new SimulatedIntake(intake), { body, records: 3 });
    expect([verdict.kind, held]).toEqual(["accepted", three]);
  });

  it.runIf(formats.has("ocsf"))("adds the time to what has none under that name", async () => {
    const whole = { ...secret, format: "ocsf" };
    const body = bodyOf(destinationOf(whole).destination, three);
    const { verdict, held } = await deliver(whole, new SimulatedIntake(intake), { body, records: 3 });
    expect([verdict.kind, held]).toEqual(["accepted", three]);
  });
});

describe("the secret of elastic", () => {
  const without = { type: "elastic", url };
  const user = { username: "kandji", password: "word" };

  it.each([
    ["apiKey", {}],
    ["username", { ...user, apiKey }],
    ["password", { password: "word", apiKey }],
    ["password", { username: "kandji" }],
    ["username", { password: "word" }],
    ["apiKey", { apiKey: "" }],
    ["apiKey", { apiKey: `ApiKey ${apiKey}` }],
    ["apiKey", { apiKey: "keyid000000000001:secret0000000001" }],
    ["username", { ...user, username: "a:b" }],
    ["password", { ...user, password: "" }],
    ["url", { apiKey, url: `${url}/_bulk/` }],
  ])("complains about %s in %j", (key, changed) => {
    expect(destinationErrors({ ...without, ...changed })[0]).toMatchObject({ key });
  });

  it("takes either way in", () => {
    expect(destinationErrors({ ...without, apiKey })).toEqual([]);
    expect(destinationErrors({ ...without, ...user })).toEqual([]);
  });

  it.each(["", "a-b", "A", "a b", "a#b", "a:b", "a/b", "a*", 'a"', "é".repeat(51)])(
    "does not take %j for a namespace",
    (namespace) => {
      expect(destinationErrors({ ...secret, namespace })).toMatchObject([{ key: "namespace" }]);
    },
  );

  it.each(["default", "prod_eu.1", "é".repeat(50)])("takes %j for a namespace", (namespace) => {
    expect(destinationErrors({ ...secret, namespace })).toEqual([]);
  });
});

describe("an answer of Elastic", () => {
  it.each([200, 201, 409])("with %i for a document says that it is there", (status) => {
    expect(judge([good, { status }])).toEqual({ kind: "accepted" });
  });

  it("with 400 for documents costs those alone", () => {
    expect(judge([bad, good, bad])).toEqual({
      kind: "accepted-except",
      refused: new Map([0, 2].map((index) => [index, expect.stringContaining("400 (document_parsing_exception)")])),
    });
  });

  it("with what a pipeline refuses costs that alone, though it comes with status 500", () => {
    expect(judge([good, { status: 500, error: { type: "fail_processor_exception", reason: "no" } }])).toMatchObject({
      kind: "accepted-except",
      refused: new Map([[1, expect.stringContaining("500 (fail_processor_exception)")]]),
    });
  });

  it.each([408, 429, 500, 502, 503, 504, 599, 100, 206, 302, 0, -1, 1e9])(
    "with %i for one document means all of them again, later",
    (status) => {
      expect(judge([good, bad, { status }])).toMatchObject({ kind: "try-later", why: expect.stringContaining("200") });
    },
  );

  it.each([401, 403, 404])("with %i for one document holds, whatever the others are", (status) => {
    expect(judge([good, bad, busy, { status }])).toMatchObject({
      kind: "locked-out",
      why: expect.stringContaining(`Elastic answered 200. For a document Elastic answered ${status}`),
    });
  });

  it("says what mends it in the words of Elastic", () => {
    expect(judge([{ status: 403 }])).toMatchObject({ fix: expect.stringMatching(/create_doc.*auto_configure/u) });
    expect(judge([{ status: 404 }])).toMatchObject({ fix: expect.stringContaining("index template") });
  });

  it("is not believed when it does not tell of each document", () => {
    expect(judge([good], 2).kind).toBe("try-later");
    expect(judge([good, good], 1).kind).toBe("try-later");
    expect(judge([{ status: "201" }, good], 1).kind).toBe("try-later");
    for (const item of [{ status: "201" }, { status: null }])
      expect(judge([item])).toMatchObject({ kind: "try-later" });
    for (const body of ["", "{}", "null", "[]", '{"errors":false}', '{"items":{}}', '{"items":[7]}'])
      expect(destination.judge({ status: 200, headers: new Headers(), body }, { records: 1 }).kind).toBe("try-later");
  });

  it("is asked for again in halves when it is too long to be read", () => {
    const verdict = destination.judge({ status: 200, headers: new Headers(), body: undefined }, { records: 9 });
    expect(verdict.kind).toBe("too-big");
  });

  it("tells the kind and the field, and none of its other words", () => {
    const reasonOf = (type: unknown, reason: unknown) => {
      const verdict = judge([good, { status: 400, error: { type, reason } }]);
      return verdict.kind === "accepted-except" ? verdict.refused.get(1) : undefined;
    };
    const start = "Elastic answered 200. For a document it answered 400";
    const parsing = "document_parsing_exception";
    const said = "[1:345] failed to parse field [iru.audit.new_state.active] of type [boolean] in document with id 'x'";
    expect(reasonOf(parsing, `${said}. Preview of field's value: 'a secret'`)).toBe(
      `${start} (${parsing}: field iru.audit.new_state.active of type boolean)`,
    );
    expect(reasonOf(parsing, `failed to parse field [${apiKey}] of type [boolean]`)).toBe(`${start} (${parsing})`);
    expect(reasonOf(parsing, `field [${"a.".repeat(90)}b] of type [boolean]`)).toBe(`${start} (${parsing})`);
    for (const type of [apiKey, "A secret", 7, `${"a".repeat(61)}_exception`]) expect(reasonOf(type, said)).toBe(start);
  });
});

describe("the simulated Elastic", () => {
  const body = bodyOf(destination, three);
  const second = "PE73K4KGHW3N8BY4SW7X";
  const isRefused = { kind: "accepted-except", refused: new Map([[1, expect.stringContaining("400")]]) };

  it("takes what the forwarder sends, to the character", async () => {
    const { verdict, held, intake: met } = await deliver(secret, new SimulatedIntake(intake), { body, records: 3 });
    expect(verdict).toEqual({ kind: "accepted" });
    expect(held).toEqual(three);
    expect(met.memory.batches).toMatchObject([{ tenant: "acme", dataset: "iru.audit" }]);
  });

  it("has a record once, however often it comes", async () => {
    const one = new SimulatedIntake(intake);
    for (let time = 0; time < 3; time += 1)
      expect((await deliver(secret, one, { body, records: 3 })).verdict).toEqual({ kind: "accepted" });
    expect([...one.memory.times.values()]).toEqual([1, 1, 1]);
    const twice = bodyOf(destination, ["7", "7"]);
    expect((await deliver(secret, one, { body: twice, records: 2 })).verdict).toEqual({ kind: "accepted" });
    expect(one.memory.arrivals).toBe(4);
  });

  it("keeps the neighbours of what it refuses, and of what it has no time for", async () => {
    const refuse = [{ contains: second, status: 400 }] as const;
    const refusing = await deliver(secret, new SimulatedIntake({ ...intake, refuse }), { body, records: 3 });
    expect([refusing.verdict, refusing.held]).toEqual([isRefused, [three[0], three[2]]]);
    const overrun = await deliver(secret, new SimulatedIntake({ ...intake, busyWith: second }), { body, records: 3 });
    expect([overrun.verdict.kind, overrun.held]).toEqual(["try-later", [three[0], three[2]]]);
  });

  it("refuses other keys, types, texts and addresses", async () => {
    const kindOf = async (text: string, headers = {}, settings = {}) => {
      const { status, verdict } = await exchange({ ...secret, ...settings }, intake, text, headers);
      return [status, verdict.kind];
    };
    expect(await kindOf(body, {}, { apiKey: "b3RoZXI=" })).toEqual([401, "locked-out"]);
    expect(await kindOf(body, { Authorization: `Bearer ${apiKey}` })).toEqual([401, "locked-out"]);
    const user = { apiKey: undefined, username: "kandji", password: apiKey };
    expect(await kindOf(bodyOf(destination, ["{}"]), {}, user)).toEqual([200, "accepted"]);
    expect(await kindOf(body, {}, { ...user, password: "other" })).toEqual([401, "locked-out"]);
    expect(await kindOf(body, { "Content-Type": "text/plain" })).toEqual([406, "locked-out"]);
    expect(await kindOf(body.trimEnd())).toEqual([400, "refused"]);
    expect(await kindOf('{"create":{}}\n')).toEqual([400, "refused"]);
  });

  it("refuses documents that its data streams do not take", async () => {
    const [action = "", document = ""] = bodyOf(destination, ["{}"]).split("\n");
    const kindOf = async (one: string, other: string) => {
      const { verdict, held } = await exchange(secret, intake, `${one}\n${other}\n`);
      return [verdict.kind, held.length];
    };
    const refused = ["accepted-except", 0];
    expect(await kindOf(action, document)).toEqual(["accepted", 1]);
    expect(await kindOf(action.replace("logs-iru.audit", "logs-other"), document)).toEqual(["locked-out", 0]);
    expect(await kindOf(action.replace("create", "index"), document)).toEqual(["try-later", 0]);
    expect(await kindOf(action, '{"message":"{}"}')).toEqual(refused);
    expect(await kindOf(action, document.replace(':"default"', ':"other"'))).toEqual(refused);
    expect(await kindOf(action, document.replace("{", '{"message":"",'))).toEqual(refused);
  });

  it("counts bytes after decompression", async () => {
    const maxBytes = Buffer.byteLength(body);
    const kindOf = async (most: number) =>
      (await deliver(secret, new SimulatedIntake({ ...intake, maxBytes: most }), { body, records: 3 })).verdict.kind;
    expect([await kindOf(maxBytes), await kindOf(maxBytes - 1)]).toEqual(["accepted", "too-big"]);
  });
});
