import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { bodyOf, bodyOfSize, exampleEvent, exchange, judged, three } from "./exchange.ts";

const secret = { type: "logscale", url: "https://cloud.us.humio.com", ingestToken: "right" };
const intake = { kind: "logscale", apiKey: "right" } as const;
const { destination } = destinationOf(secret);
const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000, id: "b-1" };

describe("logscale", () => {
  it("makes three lines of three records, each with its own time, to the character", async () => {
    const origin = '"forwarder.tenant":"acme","forwarder.dataset":"audit-events"';
    const line = (time: string, nanos: number, raw: string | undefined): string =>
      `{"time":${time},"source":"kandji-forwarder","fields":{${origin},"@timestamp.nanos":${nanos}},"event":${JSON.stringify(raw)}}\n`;
    const body = bodyOf(destination, three);
    expect(body).toBe(
      line("1777624262.123", 456_000, three[0]) + line("1777624263", 0, three[1]) + line("1777624264.5", 0, three[2]),
    );
    const sent = await exchange(secret, intake, body);
    expect(sent).toMatchObject({ status: 200, verdict: { kind: "accepted" }, held: three });
    expect(sent.intake.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("is refused with a wrong token, with what is no JSON, or with nothing", async () => {
    const body = bodyOf(destination, three);
    const wrong = await exchange({ ...secret, ingestToken: "wrong" }, intake, body);
    expect(wrong).toMatchObject({ status: 401, verdict: { kind: "locked-out" }, held: [] });
    expect(JSON.stringify(wrong.verdict)).not.toContain('"wrong"');
    expect(await exchange(secret, intake, `${body}{"event":`)).toMatchObject({
      status: 400,
      verdict: { kind: "refused" },
      held: [],
    });
    expect(await exchange(secret, intake, "")).toMatchObject({ status: 400 });
  });

  it("fills a request to the last byte and not beyond", async () => {
    const { bytes } = destination.limits;
    expect(await exchange(secret, intake, bodyOfSize(destination, bytes))).toMatchObject({ status: 200 });
    expect(await exchange(secret, intake, bodyOfSize(destination, bytes + 1))).toMatchObject({
      status: 413,
      verdict: { kind: "too-big" },
    });
  });

  it("sends no record that LogScale would cut with a 200", async () => {
    const { recordBytes = 0 } = destination.limits;
    const raw = `{"id":"x","pad":"${"p".repeat(recordBytes)}"}`;
    expect(Buffer.byteLength(destination.encode({ raw }, batch))).toBeGreaterThan(recordBytes);
    const sent = await exchange(secret, intake, bodyOf(destination, [raw]));
    expect(sent).toMatchObject({ status: 200, verdict: { kind: "accepted" } });
    expect(sent.held[0]).toMatch(/p\.\.\.$/u);
    const fitting = bodyOfSize(destination, recordBytes + 1);
    const whole = await exchange(secret, intake, fitting);
    expect(whole.held.map((held) => destination.encode({ raw: held }, batch))).toEqual([fitting.trimEnd()]);
  });

  it.each([
    [200, '{"text":"Success","code":0,"eventCount":3}', "accepted"],
    [200, "{}", "accepted"],
    [200, "", "accepted"],
    [200, undefined, "accepted"],
    [200, '{"text":"Invalid data format","code":6}', "refused"],
    [200, '{"text":"Server is busy","code":9}', "try-later"],
    [200, '{"text":"?","code":"0"}', "try-later"],
    [200, '{"text":"Succ', "try-later"],
    [200, "<html>", "try-later"],
    [260, '{"text":"Success","code":0}', "try-later"],
    [503, "", "try-later"],
  ])("takes %i with %j for %s", (status, body, kind) => {
    expect(judged(secret, status, body)).toBe(kind);
  });

  it.each([
    ["https://cloud.us.humio.com/", "https://cloud.us.humio.com/services/collector"],
    ["https://logs.example.com/logscale", "https://logs.example.com/logscale/services/collector"],
    ["https://logs.example.com/api/v1/ingest/hec", "https://logs.example.com/api/v1/ingest/hec"],
    ["https://logs.example.com/services/collector/", "https://logs.example.com/services/collector"],
  ])("goes from %s to %s", (url, whole) => {
    expect(destinationOf({ ...secret, url }).destination.request(batch).url).toBe(whole);
  });

  it("names the parser when told to", () => {
    const named = destinationOf({ ...secret, sourcetype: "crowdstrike/kandji:audit" }).destination;
    expect(named.encode({ raw: "{}" }, batch)).toContain('"sourcetype":"crowdstrike/kandji:audit"');
    expect(destinationErrors({ ...secret, sourcetype: "my parser" })).toMatchObject([{ key: "sourcetype" }]);
  });

  it("shows in its document what it sends", () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/destinations/logscale.md"), "utf8");
    const example = destination.encode({ raw: exampleEvent }, batch);
    expect(document).toContain(`\n${example}\n`);
  });
});
