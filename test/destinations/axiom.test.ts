import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { bodyOf, bodyOfSize, exchange, three } from "./exchange.ts";

const token = "xaat-01234567-89ab-cdef-0123-456789abcdef";
const secret = { type: "axiom", token, dataset: "kandji" };
const intake = { kind: "axiom", apiKey: token } as const;
const { destination } = destinationOf(secret);
const judge = (status: number, body?: string) =>
  destination.judge({ status, headers: new Headers(), body }, { records: 1 });

describe("axiom", () => {
  it("makes an array of three records, each a text", () => {
    const event = (time: string, raw = ""): string =>
      `{"_time":"${time}","tenant":"acme","dataset":"audit-events","forwarder":"kandji-forwarder","record":${JSON.stringify(raw)}}`;
    const times = ["2026-05-01T08:31:02.123456Z", "2026-05-01T08:31:03Z", "2026-05-01T08:31:04.500Z"];
    const events = times.map((time, at) => event(time, three[at]));
    expect(bodyOf(destination, three)).toBe(`[${events.join(",")}]`);
  });

  it.each(["/v1", "/v1/", "/v1/datasets/kandji/ingest", "/v1/ingest/kandji"])("does not take %s for a base", (path) => {
    const url = `https://api.axiom.co${path}`;
    expect(destinationErrors({ ...secret, url })).toMatchObject([{ key: "url" }]);
  });

  it.each(["", "a/b", "a b", "é", ".."])("does not let a dataset named %j change the address", (dataset) => {
    expect(destinationErrors({ ...secret, dataset })).toMatchObject([{ key: "dataset" }]);
  });

  it("believes the counts and nothing else", () => {
    expect(judge(200, '{"ingested":3,"failed":0,"failures":[]}')).toEqual({ kind: "accepted" });
    for (const body of ["", undefined, "<html>", '{"ingested":3,"fai', "{}", "null", '{"ingested":3}', '{"failed":0}'])
      expect(judge(200, body)).toMatchObject({ kind: "try-later" });
    expect(judge(200, '{"ingested":3,"failed":-1}')).toMatchObject({ kind: "try-later" });
  });

  it("takes a count of failures for a refusal, without repeating what it says of them", () => {
    const body = '{"ingested":2,"failed":1,"failures":[{"timestamp":"2026-05-01T08:31:02Z","error":"field limit"}]}';
    expect(judge(200, body)).toEqual({ kind: "refused", why: "Axiom answered 200: of 3 records it refuses 1" });
  });

  it("holds a record back that Axiom would blank", () => {
    expect(destination.limits.recordBytes).toBe(1_000_000);
  });
});

describe("the simulated Axiom", () => {
  const body = bodyOf(destination, three);

  it("takes what the forwarder sends, to the character", async () => {
    const { verdict, held, intake: met } = await exchange(secret, intake, body);
    expect(verdict).toEqual({ kind: "accepted" });
    expect(held).toEqual(three);
    expect(met.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("keeps the neighbours of what it refuses, and says so in a 200", async () => {
    const refuse = [{ contains: "PE73K4KGHW3N8BY4SW7X", status: 400 }] as const;
    const { status, verdict, held } = await exchange(secret, { ...intake, refuse }, body);
    expect([status, verdict.kind, held]).toEqual([200, "refused", [three[0], three[2]]]);
  });

  it("refuses other tokens, types, texts and addresses", async () => {
    const kindOf = async (text: string, headers = {}, settings = {}) => {
      const { status, verdict } = await exchange({ ...secret, ...settings }, intake, text, headers);
      return [status, verdict.kind];
    };
    expect(await kindOf(body, {}, { token: "xaat-other" })).toEqual([403, "locked-out"]);
    expect(await kindOf(body, { Authorization: token })).toEqual([401, "locked-out"]);
    expect(await kindOf(body, { "Content-Type": "text/plain" })).toEqual([400, "refused"]);
    expect(await kindOf('{"a":1}')).toEqual([400, "refused"]);
    expect(await kindOf('[{"_time":"yesterday"}]')).toEqual([200, "refused"]);
  });

  it("takes 10,000 events and not one more", async () => {
    const { records } = destination.limits;
    const many = (count: number): string => `[${Array.from({ length: count }, () => '{"record":"{}"}').join(",")}]`;
    expect((await exchange(secret, intake, many(records))).verdict.kind).toBe("accepted");
    expect((await exchange(secret, intake, many(records + 1))).verdict.kind).toBe("too-big");
  });

  it("blanks a text of more than a megabyte, which our limit keeps from it", async () => {
    const { bytes } = destination.limits;
    const whole = await exchange(secret, intake, bodyOfSize(destination, bytes));
    expect([whole.verdict.kind, whole.held.length]).toEqual(["accepted", 1]);
    const blanked = await exchange(secret, intake, bodyOfSize(destination, bytes + 1000));
    expect([blanked.verdict.kind, blanked.held, blanked.intake.memory.dropped.size]).toEqual(["accepted", [], 1]);
  });
});
