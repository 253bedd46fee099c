import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { batch, bodyOf, exchange, three } from "./exchange.ts";

const secret = { type: "datable", host: "acme" };
const intake = { kind: "datable" } as const;
const { destination } = destinationOf(secret);

describe("datable", () => {
  it("makes an array of texts, each with a time", () => {
    const logs = JSON.parse(bodyOf(destination, [...three, "7"])) as Record<string, unknown>[];
    expect(logs.map(({ body }) => body)).toEqual([...three, "7"]);
    expect(logs.map(({ timestamp }) => timestamp)).toEqual([
      "2026-05-01T08:31:02.123456Z",
      "2026-05-01T08:31:03Z",
      "2026-05-01T08:31:04.500Z",
      // A record that tells no time has that of its collection: the same at each retry.
      "2026-05-01T08:31:05.000Z",
    ]);
  });

  it("sends the format that the operator chose", () => {
    const { destination: chosen } = destinationOf({ ...secret, format: "raw" });
    expect(bodyOf(chosen, three)).toBe(bodyOf(destination, three));
    for (const format of ["panther", "runreveal"])
      expect(destinationErrors({ ...secret, format })).toMatchObject([{ key: "format" }]);
  });

  it.each(["", "a.b", "a/b", "a b", "-a", "a-", "é", "a@b", "a:1", "a".repeat(64)])(
    "does not let a host named %j change the address",
    (host) => {
      expect(destinationErrors({ ...secret, host })).toMatchObject([{ key: "host" }]);
    },
  );

  it("wants a host or an address, and lets the address win", () => {
    expect(destinationErrors({ type: "datable" })).toMatchObject([{ key: "host" }]);
    const url = "https://datable.example.com:5201";
    expect(destinationOf({ ...secret, url }).destination.request(batch).url).toBe(`${url}/v1/json`);
    for (const path of ["/v1", "/v1/json", "/v1/json/"])
      expect(destinationErrors({ ...secret, url: url + path })).toMatchObject([{ key: "url" }]);
  });

  it("adds the operator's headers, and none that it sets itself", () => {
    expect(destinationErrors({ ...secret, headers: { "content-type": "text/plain" } })).toMatchObject([
      { key: "headers.content-type" },
    ]);
    expect(destinationErrors({ ...secret, headers: { Host: "x" } })).toMatchObject([{ key: "headers.Host" }]);
  });
});

describe("the simulated Datable", () => {
  it("takes what the forwarder sends, to the character", async () => {
    const { verdict, held, intake: met } = await exchange(secret, intake, bodyOf(destination, three));
    expect([verdict, held]).toEqual([{ kind: "accepted" }, three]);
    expect(met.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("refuses what is no array of texts with times, other types and other addresses", async () => {
    const kindOf = async (text: string, headers = {}, settings = {}) => {
      const { status, verdict } = await exchange({ ...secret, ...settings }, intake, text, headers);
      return [status, verdict.kind];
    };
    const time = '"timestamp":"2026-05-01T08:31:02Z"';
    expect(await kindOf(`[{"body":"a",${time}}]`)).toEqual([200, "accepted"]);
    for (const text of [
      `{"body":"a",${time}}`,
      `[{"body":{},${time}}]`,
      '[{"body":"a"}]',
      '[{"body":"a","timestamp":"now"}]',
    ])
      expect([text, ...(await kindOf(text))]).toEqual([text, 400, "refused"]);
    expect(await kindOf("[]", { "Content-Type": "text/plain" })).toEqual([400, "refused"]);
    expect(await kindOf("[]", {}, { url: "https://acme.dtbl.io:5201/x" })).toEqual([404, "locked-out"]);
    const { status } = await exchange(secret, { ...intake, apiKey: "k" }, "[]");
    expect(status).toBe(401);
  });
});
