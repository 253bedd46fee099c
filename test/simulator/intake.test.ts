import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { SimulatedIntake, type IntakeOptions } from "./intake.ts";
import { formatMoment } from "./micro-time.ts";
import { sliceArray } from "./record-text.ts";

const START = Date.UTC(2026, 4, 1, 8);

let now = START;
beforeEach(() => {
  now = START;
});

const idOf = (n: number): string => `01K8QZ3M4T7R9W2X5Y6A${String(n).padStart(6, "0")}`;
const record = (n: number, note = ""): string => `{"id":"${idOf(n)}", "note":"${note}" }`;

const intakeOf = (options: IntakeOptions): SimulatedIntake => new SimulatedIntake({ now: () => now, ...options });

function post(
  intake: SimulatedIntake,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  const all = { "content-type": "application/x-ndjson", ...headers };
  return intake.fetch(new Request("https://intake.example/intake/archive", { method: "POST", headers: all, body }));
}

describe("webhook", () => {
  it("reads lines and arrays, plain and compressed, to the character", async () => {
    const intake = intakeOf({ kind: "webhook" });
    const lines = `${record(1)}\n${record(2, 'a, ] \\" }')}\n`;
    expect((await post(intake, lines)).status).toBe(200);
    expect((await post(intake, gzipSync(record(3)), { "content-encoding": "gzip" })).status).toBe(200);
    const array = ` [ ${record(4, "[{")},${record(5, "\\\\")} ]`;
    expect((await post(intake, array, { "content-type": "application/json" })).status).toBe(200);
    expect([...intake.memory.texts.values()]).toEqual([
      record(1),
      record(2, 'a, ] \\" }'),
      record(3),
      record(4, "[{"),
      record(5, "\\\\"),
    ]);
    expect((await post(intake, "not json")).status).toBe(400);
  });

  it("remembers tenant, dataset, repeats, and whether a retry was the same", async () => {
    const intake = intakeOf({ kind: "webhook" });
    const headers = { "webhook-id": "b1", "x-kandji-tenant": "acme", "x-kandji-dataset": "audit-events" };
    await post(intake, record(1), headers);
    await post(intake, record(1), headers);
    expect(intake.memory.changedBatches.size).toBe(0);
    await post(intake, record(2), headers);
    expect([...intake.memory.changedBatches]).toEqual(["b1"]);
    expect(intake.memory.times.get(idOf(1))).toBe(2);
    expect(intake.memory.batches[0]).toMatchObject({
      id: "b1",
      tenant: "acme",
      dataset: "audit-events",
      accepted: true,
    });
  });

  it("verifies Standard Webhooks signatures over the bytes sent", async () => {
    const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
    const intake = intakeOf({ kind: "webhook", signingSecret: secret });
    const body = gzipSync(record(1));
    const key = Buffer.from(secret.slice(6), "base64");
    const signed = (at: number): Record<string, string> => ({
      "content-encoding": "gzip",
      "webhook-id": "b1",
      "webhook-timestamp": String(at),
      "webhook-signature": `v1,AAAA v1,${createHmac("sha256", key).update(`b1.${at}.`).update(body).digest("base64")}`,
    });
    const seconds = START / 1000;
    expect((await post(intake, body, signed(seconds))).status).toBe(200);
    expect((await post(intake, body, signed(seconds - 301))).status).toBe(401);
    expect((await post(intake, body, { ...signed(seconds), "webhook-id": "b2" })).status).toBe(401);
    expect((await post(intake, record(1))).status).toBe(401);
    expect(intake.memory.arrivals).toBe(1);
  });

  it("refuses a whole batch for one bad record, and what is beyond its limits", async () => {
    const intake = intakeOf({
      kind: "webhook",
      maxRecords: 2,
      maxBytes: 200,
      refuse: [{ contains: "poison", status: 422 }],
    });
    expect((await post(intake, `${record(1)}\n${record(2, "poison")}`)).status).toBe(422);
    expect([...intake.memory.refused]).toEqual([idOf(2)]);
    expect(intake.memory.arrivals).toBe(0);
    expect((await post(intake, [1, 2, 3].map((n) => record(n)).join("\n"))).status).toBe(413);
    const [exact, over] = [200, 201].map((size) => record(1, "x".repeat(size - record(1).length)));
    expect((await post(intake, exact ?? "")).status).toBe(200);
    expect((await post(intake, over ?? "")).status).toBe(413);
  });

  it("can take a batch and lose the answer", async () => {
    const intake = intakeOf({ kind: "webhook" });
    intake.faults.set({ script: [{ do: "lost-answer" }, { do: "cut" }, { do: "status", status: 503 }] });
    await expect(post(intake, record(1)).then((answer) => answer.text())).rejects.toThrow("connection reset");
    await expect(post(intake, record(2)).then((answer) => answer.text())).rejects.toThrow("connection reset");
    expect((await post(intake, record(3))).status).toBe(503);
    expect([...intake.memory.times.keys()]).toEqual([idOf(1)]);
  });
});

describe("datadog", () => {
  const intake = (): SimulatedIntake => intakeOf({ kind: "datadog", apiKey: "right" });
  const send = (to: SimulatedIntake, body: unknown, key = "right", path = "/api/v2/logs"): Promise<Response> =>
    to.fetch(
      new Request(`https://intake.example/intake/siem${path}`, {
        method: "POST",
        headers: { "dd-api-key": key },
        body: JSON.stringify(body),
      }),
    );
  const entry = (n: number, ageMs: number): object => ({
    ddsource: "kandji",
    ddtags: "tenant:acme,dataset:audit-events",
    timestamp: now,
    message: `{"id":"${idOf(n)}","occurred_at":"${formatMoment((now - ageMs) * 1000)}"}`,
  });

  it("answers as documented", async () => {
    const to = intake();
    expect((await send(to, [entry(1, 0)], "wrong")).status).toBe(403);
    expect((await send(to, [entry(1, 0)], "right", "/api/v1/input")).status).toBe(404);
    expect((await send(to, { not: "an array" })).status).toBe(400);
    const hundred = Array.from({ length: 1000 }, (_, n) => entry(n, 0));
    expect((await send(to, [...hundred, entry(1000, 0)])).status).toBe(400);
    expect((await send(to, [{ ...entry(1, 0), padding: "p".repeat(5_000_000) }])).status).toBe(413);
    const accepted = await send(to, hundred);
    expect([accepted.status, await accepted.text()]).toEqual([202, "{}"]);
    expect(to.memory.batches[0]).toMatchObject({ tenant: "acme", dataset: "audit-events" });
  });

  it("drops what is older than 18 hours by the event's own time, without a word", async () => {
    const to = intake();
    const hours = 3_600_000;
    expect((await send(to, [entry(1, 18 * hours), entry(2, 18 * hours + 1)])).status).toBe(202);
    expect([...to.memory.times.keys()]).toEqual([idOf(1)]);
    expect([...to.memory.dropped]).toEqual([idOf(2)]);
  });
});

describe("sliceArray", () => {
  it("knows what is no array", () => {
    for (const text of ["", "{}", "[1", "[1]]", '["a]', "[1] x"]) expect(sliceArray(text), text).toBeUndefined();
    expect(sliceArray("[]")).toEqual([]);
    expect(sliceArray('[ {"a":[1,{"b":"],"}]} , 2]')).toEqual(['{"a":[1,{"b":"],"}]}', "2"]);
  });
});

describe("a part of a batch", () => {
  const token = { apiKey: "right", refuse: [{ contains: "poison", status: 400 }] } as const;
  const axiom = (to: SimulatedIntake, records: readonly string[]): Promise<Response> =>
    to.fetch(
      new Request("https://intake.example/intake/siem/v1/datasets/kandji/ingest", {
        method: "POST",
        headers: { authorization: "Bearer right", "content-type": "application/json" },
        body: JSON.stringify(records.map((text) => ({ record: text }))),
      }),
    );

  it("is kept where the protocol can tell, with what was refused beside it", async () => {
    const to = intakeOf({ kind: "axiom", ...token });
    const answer = await axiom(to, [record(1), record(2, "poison"), record(3)]);
    expect([answer.status, await answer.json()]).toMatchObject([200, { ingested: 2, failed: 1 }]);
    expect(to.memory.batches[0]).toMatchObject({
      accepted: true,
      keys: [idOf(1), idOf(3)],
      refusedBeside: [idOf(2)],
    });
  });

  it("is none when all of it is refused", async () => {
    const to = intakeOf({ kind: "axiom", ...token });
    await axiom(to, [record(1, "poison")]);
    expect(to.memory.batches[0]).toMatchObject({ accepted: false, keys: [idOf(1)], refusedBeside: [] });
  });

  it("is none where a fault denies all of it", async () => {
    const to = intakeOf({ kind: "axiom", apiKey: "right" });
    to.faults.set({ script: [{ do: "deny" }] });
    expect(await (await axiom(to, [record(1)])).json()).toMatchObject({ ingested: 0, failed: 1 });
    expect([...to.memory.refused]).toEqual([idOf(1)]);
    await axiom(to, [record(1)]);
    expect([...to.memory.times.keys()]).toEqual([idOf(1)]);
  });
});

it("knows a record in any format by what Kandji sent", async () => {
  const intake = intakeOf({ kind: "webhook" });
  const ocsf = JSON.stringify({ class_uid: 3004, id: "another", raw_data: record(1) });
  const ecs = JSON.stringify({ event: { original: record(2) } });
  await post(intake, `${ocsf}\n${ecs}\n${record(3, "class_uid")}`);
  expect([...intake.memory.texts]).toEqual([1, 2, 3].map((n) => [idOf(n), record(n, n === 3 ? "class_uid" : "")]));
});
