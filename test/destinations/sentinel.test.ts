import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columns } from "../../src/destinations/sentinel-table.ts";
import { SimulatedIntake } from "../simulator/intake.ts";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { batch, bodyOf, exchange, granted, judged, three } from "./exchange.ts";

const secret = {
  type: "sentinel",
  tenantId: "11111111-2222-3333-4444-555555555555",
  clientId: "66666666-7777-8888-9999-000000000000",
  clientSecret: "right",
  url: "https://kandji-a1b2.westeurope-1.ingest.monitor.azure.com",
  dcrImmutableId: "dcr-0123456789abcdef0123456789abcdef",
};
const now = batch.collectedAt;
const intake = { kind: "sentinel", apiKey: "right", now: () => now } as const;
const { destination, oldRecords } = destinationOf(secret);
const hour = 3_600_000;
const day = 24 * hour;

type Row = Readonly<Record<string, unknown>>;
const rowOf = (raw: string, restampedAt?: number): Row =>
  JSON.parse(destination.encode(restampedAt === undefined ? { raw } : { raw, restampedAt }, batch)) as Row;
const rawColumns = (row: Row): string[] =>
  Object.entries(row).flatMap(([name, text]) => (name.startsWith("RawRecord") ? [String(text)] : []));
const event = (at: number): string => `{"id":"e","occurred_at":"${new Date(at).toISOString()}"}`;

describe("sentinel", () => {
  it("keeps three records to the character", async () => {
    const sent = await exchange(secret, intake, bodyOf(destination, three));
    expect(sent).toMatchObject({ status: 204, verdict: { kind: "accepted" }, held: three });
    expect(sent.intake.memory.dropped.size).toBe(0);
    expect(sent.intake.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
    expect(destination.request(batch).gzip).toBe(true);
  });

  it("loses nothing of any record in columns of 64 KB, counted as UTF-8 and as UTF-16", async () => {
    const piece = fc.constantFrom("a", "é", "\u20ac", "\u{1f600}", '"', "\\");
    const long = fc.array(fc.tuple(piece, fc.integer({ min: 1, max: 40_000 })), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(long, async (pieces) => {
        const text = pieces.map(([one, times]) => one.repeat(times)).join("");
        const raw = `{"id":"long","text":${JSON.stringify(text)}}`;
        const parts = rawColumns(rowOf(raw));
        expect(parts.join("")).toBe(raw);
        for (const part of parts) {
          expect(part.isWellFormed()).toBe(true);
          expect(Math.max(Buffer.byteLength(part), part.length * 2)).toBeLessThanOrEqual(64_000);
        }
        const body = bodyOf(destination, [raw]);
        if (Buffer.byteLength(body) > destination.limits.bytes) return;
        expect(await exchange(secret, intake, body)).toMatchObject({ status: 204, held: [raw] });
      }),
      { numRuns: 40 },
    );
  });

  it("has columns for the longest record that a request can carry", async () => {
    const pad = (length: number): string => `{"id":"l","s":"${"p".repeat(length)}"}`;
    const { bytes } = destination.limits;
    const full = pad(999_000 - Buffer.byteLength(bodyOf(destination, [pad(0)])));
    const body = bodyOf(destination, [full]);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(bytes);
    expect(rawColumns(rowOf(full)).length).toBeGreaterThan(30);
    expect(await exchange(secret, intake, body)).toMatchObject({ status: 204, held: [full] });
  });

  it("has the record as an object where it fits, and as text only where it does not", () => {
    const pad = (length: number): string => `{"id":"l","s":"${"p".repeat(length - 17)}"}`;
    expect(pad(32_000)).toHaveLength(32_000);
    expect(rowOf(pad(32_000))["Record"]).toEqual(JSON.parse(pad(32_000)));
    expect(rowOf(pad(32_001))).not.toHaveProperty("Record");
    expect(rawColumns(rowOf(pad(32_001)))).toHaveLength(2);
    expect(rowOf('{"n":1.10,"n":2}')["RawRecord"]).toBe('{"n":1.10,"n":2}');
  });

  it("makes a row of any JSON", async () => {
    const raws = ["7", "[]", "null", "true", '"x"', '{"action":7,"actor_id":["a"],"id":""}'];
    expect(await exchange(secret, intake, bodyOf(destination, raws))).toMatchObject({ status: 204, held: raws });
    expect(rowOf(raws[5] ?? "")).not.toHaveProperty("Action");
  });

  it("fills columns that are declared and no others, under names that Azure takes", () => {
    const declared = new Set(columns.map(({ name }) => name));
    const all = `{"id":"a","_forwarder":{"change":"created","seenAt":"2026-05-01T08:31:04.500Z"},"action":"a","actor_id":"a","actor_type":"a","target_id":"a","target_type":"a","target_component":"a","device_id":"a","device_name":"a","serial_number":"a","pad":"${"p".repeat(950_000)}"}`;
    const filled = new Set([...Object.keys(rowOf(all)), ...Object.keys(rowOf(all.slice(0, 200) + '"}'))]);
    expect([...filled].filter((name) => !declared.has(name))).toEqual([]);
    const reserved = new Set(["_resourceid", "id", "_subscriptionid", "tenantid", "type", "uniqueid", "title"]);
    for (const name of declared) {
      expect(name).toMatch(/^[A-Za-z]\w{0,44}$/u);
      expect(reserved.has(name.toLowerCase())).toBe(false);
    }
    expect([...declared].filter((name) => name !== "Record" && !filled.has(name))).toEqual([
      "RawRecord31",
      "RawRecord32",
    ]);
  });

  it("skips unasked what is older than two days, and stamps anew what is more than a day ahead", async () => {
    expect(oldRecords).toBe("skip");
    expect(destination.limits).toMatchObject({ maxAgeMs: 2 * day, maxAheadMs: day });
    for (const [at, isKept] of [
      [now - 2 * day, true],
      [now - 2 * day - 1, false],
      [now + day, true],
      [now + day + 1, false],
    ] as const) {
      const { held } = await exchange(secret, intake, bodyOf(destination, [event(at)]));
      expect(held.length === 1).toBe(isKept);
    }
    expect(rowOf(event(now - 30 * day), now)).toMatchObject({
      TimeGenerated: "2026-05-01T08:31:05.0000000Z",
      EventTime: "2026-04-01T08:31:05.0000000Z",
    });
  });

  it.each(["0000-06-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])(
    "says no time that Azure has none for: %s",
    (time) => {
      expect(rowOf(`{"id":"a","occurred_at":"${time}"}`)).not.toHaveProperty("TimeGenerated");
    },
  );

  it.each(["ocsf", "ecs"])("says why the format %s makes no sense", (format) => {
    expect(destinationErrors({ ...secret, format })).toMatchObject([{ key: "format" }]);
  });

  it.each<[string, object, string]>([
    ["the whole address for a base", { url: `${secret.url}/dataCollectionRules/dcr-1/streams/x` }, "url"],
    ["a rule's name for its immutable ID", { dcrImmutableId: "kandji-forwarder" }, "dcrImmutableId"],
    ["a rule that is a path", { dcrImmutableId: "dcr-1/../x" }, "dcrImmutableId"],
    ["a stream that is a path", { streamName: "Custom-a/b" }, "streamName"],
    ["a table's name for a stream's", { streamName: "Kandji_CL" }, "streamName"],
    ["another cloud", { cloud: "germany" }, "cloud"],
    ["an app with a blank", { clientId: "a b" }, "clientId"],
  ])("refuses %s", (_, change, key) => {
    expect(destinationErrors({ ...secret, ...change }).map((error) => error.key)).toEqual([key]);
  });

  it("believes a 204 and no other success", () => {
    expect([200, 201, 202, 204].map((status) => judged(secret, status, ""))).toEqual([
      "try-later",
      "try-later",
      "try-later",
      "accepted",
    ]);
  });
});

describe("the login of sentinel", () => {
  const read = (status: number, said: object | string) =>
    destination.authorization?.read({
      status,
      headers: new Headers(),
      body: typeof said === "string" ? said : JSON.stringify(said),
    });
  const refusal = (code: number): object => ({
    error: "invalid_client",
    error_description: `AADSTS${code}: echo-of-the-app`,
    error_codes: [code],
  });

  it("gives a token that is good as long as it says", () => {
    const grant = read(200, { access_token: "t", expires_in: 3599 });
    expect(grant).toMatchObject({ kind: "granted", expiresInMs: 3_599_000 });
    expect(grant?.kind === "granted" && grant.token.reveal()).toBe("t");
    expect(read(200, { access_token: "t", expires_in: "3599" })).toMatchObject({ expiresInMs: 3_599_000 });
    expect(read(200, '{"access_token":"t","expires_in":1e400}')).toMatchObject({ expiresInMs: day });
  });

  it.each<[string, object | string]>([
    ["nothing", ""],
    ["a page", "<html>"],
    ["half of it", '{"access_token":"t","expires'],
    ["no token", { expires_in: 3599 }],
    ["an empty token", { access_token: "", expires_in: 3599 }],
    ["a token that is a number", { access_token: 7, expires_in: 3599 }],
    ["a token that would be two headers", { access_token: "t\r\nX-Evil: 1", expires_in: 3599 }],
    ["no end", { access_token: "t" }],
    ["an end that was", { access_token: "t", expires_in: 0 }],
    ["an end that is none", { access_token: "t", expires_in: "soon" }],
  ])("is asked again after a 200 with %s", (_, said) => {
    expect(read(200, said)).toMatchObject({ kind: "try-later" });
  });

  it.each([
    [401, 7000215, /secret is wrong/u, /"clientSecret"/u],
    [401, 7000222, /has expired/u, /"clientSecret"/u],
    [400, 700016, /not in this directory/u, /"clientId"/u],
    [400, 90002, /no such directory/u, /"tenantId"/u],
    [400, 1, /does not accept/u, /"clientId"/u],
    [401, 1, /does not accept/u, /"clientSecret"/u],
    [403, 1, /403/u, /"tenantId"/u],
    [413, 1, /413/u, /"tenantId"/u],
  ])("locks out with %i and AADSTS%i, and says the mend in Azure's words", (status, code, why, fix) => {
    const grant = read(status, refusal(code));
    expect(grant).toMatchObject({ kind: "locked-out", why: expect.stringMatching(why) as string });
    expect(grant?.kind === "locked-out" && grant.fix).toMatch(fix);
    expect(JSON.stringify(grant)).not.toContain("echo");
  });

  it.each([429, 500, 503])("is asked again after %i", (status) => {
    expect(read(status, refusal(7000215))).toMatchObject({ kind: "try-later" });
  });

  it("is asked again where it says that it cannot now", () => {
    expect(read(400, { error: "temporarily_unavailable", error_codes: [90033] })).toMatchObject({ kind: "try-later" });
  });
});

describe("the simulated Azure", () => {
  const body = bodyOf(destination, three);

  it("refuses a wrong secret, and tokens that it did not give or that are over", async () => {
    expect(
      await granted(destinationOf({ ...secret, clientSecret: "x" }).destination, new SimulatedIntake(intake)),
    ).toMatchObject({ kind: "locked-out", why: expect.stringContaining("AADSTS7000215") as string });
    const strange = await exchange(secret, intake, body, { Authorization: "Bearer other" });
    expect(strange).toMatchObject({ status: 401, verdict: { kind: "locked-out" } });
    const clock = { at: now };
    const met = new SimulatedIntake({ ...intake, now: () => clock.at, tokenSeconds: 60 });
    const grant = await granted(destination, met);
    const headers = { Authorization: `Bearer ${grant?.kind === "granted" ? grant.token.reveal() : ""}` };
    clock.at += 59_999;
    expect((await exchange(secret, intake, body, headers, met)).status).toBe(204);
    clock.at += 1;
    expect((await exchange(secret, intake, body, headers, met)).status).toBe(401);
  });

  it("wants the role, the rule's own stream, and an array", async () => {
    const kindOf = async (settings: object, options: object, text = body) => {
      const { status, verdict } = await exchange({ ...secret, ...settings }, { ...intake, ...options }, text);
      return [status, verdict.kind];
    };
    expect(await kindOf({}, { lacksRole: true })).toEqual([403, "locked-out"]);
    expect(await kindOf({ streamName: "Custom-Other_CL" }, {})).toEqual([404, "locked-out"]);
    expect(await kindOf({}, {}, "{}")).toEqual([400, "refused"]);
    expect(await kindOf({}, {}, '[{"TimeGenerated":"yesterday"}]')).toEqual([400, "refused"]);
  });

  it("answers a request that is too large as if there were no rule", async () => {
    const sized = (bytes: number): string => `[{"RawRecord":"${"p".repeat(bytes - 18)}"}]`;
    expect(Buffer.byteLength(sized(1_000_000))).toBe(1_000_000);
    expect((await exchange(secret, intake, sized(1_000_000))).status).toBe(204);
    expect((await exchange(secret, intake, sized(1_000_001))).status).toBe(404);
  });

  it("cuts fields and drops what is not declared, with a 204", async () => {
    const long = await exchange(secret, intake, `[{"RawRecord":"${"p".repeat(32_769)}"}]`);
    expect([long.status, long.held, long.intake.memory.dropped.size]).toEqual([204, [], 1]);
    const more = await exchange(secret, intake, '[{"RawRecord":"{}","Surprise":1}]');
    expect([more.status, more.held, more.intake.memory.dropped.size]).toEqual([204, [], 1]);
  });
});
