import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { bodyOf, bodyOfSize, exampleEvent, exchange, judged, three } from "./exchange.ts";

const secret = { type: "new-relic", licenseKey: "right" };
const now = Date.UTC(2026, 4, 1, 9);
const intake = { kind: "new-relic", apiKey: "right", now: () => now } as const;
const { destination, oldRecords } = destinationOf(secret);
const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000, id: "b-1" };
const hours = 3_600_000;

describe("new-relic", () => {
  it("makes one document of three records, each with its own time, to the character", async () => {
    const attributes = '"attributes":{"forwarder.tenant":"acme","forwarder.dataset":"audit-events"}';
    const log = (timestamp: number, raw: string | undefined): string =>
      `{"timestamp":${timestamp},"message":${JSON.stringify(raw)},${attributes}}`;
    const body = bodyOf(destination, three);
    const logs = [log(1_777_624_262_123, three[0]), log(1_777_624_263_000, three[1]), log(1_777_624_264_500, three[2])];
    expect(body).toBe(
      `[{"common":{"attributes":{"logtype":"kandji","forwarder":"kandji-forwarder"}},"logs":[${logs.join(",")}]}]`,
    );
    const sent = await exchange(secret, intake, body);
    expect(sent).toMatchObject({ status: 202, verdict: { kind: "accepted" }, held: three });
    expect(sent.intake.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("is compressed", () => {
    expect(destination.request(batch).gzip).toBe(true);
  });

  it("is refused with a wrong key or what is no JSON", async () => {
    const body = bodyOf(destination, three);
    const wrong = await exchange({ ...secret, licenseKey: "wrong" }, intake, body);
    expect(wrong).toMatchObject({ status: 403, verdict: { kind: "locked-out" }, held: [] });
    expect(JSON.stringify(wrong.verdict)).not.toContain('"wrong"');
    const broken = await exchange(secret, intake, body.slice(0, -1));
    expect(broken).toMatchObject({ status: 400, verdict: { kind: "refused" }, held: [] });
    const typed = await exchange(secret, intake, body, { "content-type": "text/plain" });
    expect(typed).toMatchObject({ status: 415, verdict: { kind: "locked-out" } });
  });

  it("fills a request to the last byte and not beyond", async () => {
    const { bytes } = destination.limits;
    expect(bytes).toBe(1_000_000);
    expect(await exchange(secret, intake, bodyOfSize(destination, bytes))).toMatchObject({ status: 202 });
    expect(await exchange(secret, intake, bodyOfSize(destination, bytes + 1))).toMatchObject({
      status: 413,
      verdict: { kind: "too-big" },
    });
  });

  it("skips what is older than 48 hours, which New Relic drops with a 202, or gives it another time", async () => {
    expect(destination.limits.maxAgeMs).toBe(48 * hours);
    expect(oldRecords).toBe("skip");
    const old = (age: number): string => `{"id":"age-${age}","occurred_at":"${new Date(now - age).toISOString()}"}`;
    const raws = [old(48 * hours), old(48 * hours + 1)];
    const sent = await exchange(secret, intake, bodyOf(destination, raws));
    expect(sent).toMatchObject({ status: 202, held: [raws[0]] });
    expect(sent.intake.memory.dropped.size).toBe(1);
    const { open, close } = destination.frame(batch);
    const restamped = destination.encode({ raw: raws[1] ?? "", restampedAt: now }, batch);
    expect(await exchange(secret, intake, open + restamped + close)).toMatchObject({ held: [raws[1]] });
  });

  it("has no array among its attributes, which New Relic does not take", async () => {
    const body = bodyOf(destination, three).replace('"forwarder.tenant":"acme"', '"forwarder.tenant":["acme"]');
    expect((await exchange(secret, intake, body)).held).toEqual(three.slice(1));
  });

  it.each([
    [202, '{"requestId":"8b3f5c1a"}', "accepted"],
    [202, "", "accepted"],
    [202, undefined, "accepted"],
    [202, '{"requestId":"8b3', "try-later"],
    [202, "<html>", "try-later"],
    [260, "{}", "try-later"],
    [429, "{}", "try-later"],
    [503, "", "try-later"],
  ])("takes %i with %j for %s", (status, body, kind) => {
    expect(judged(secret, status, body)).toBe(kind);
  });

  it.each([
    ["us", "https://log-api.newrelic.com/log/v1"],
    ["eu", "https://log-api.eu.newrelic.com/log/v1"],
    ["fedramp", "https://gov-log-api.newrelic.com/log/v1"],
  ])("goes for region %s to %s", (region, url) => {
    expect(destinationOf({ ...secret, region }).destination.request(batch).url).toBe(url);
  });

  it("wants a base URL", () => {
    expect(destinationErrors({ ...secret, url: "https://log-api.newrelic.com/log/v1/" })).toMatchObject([
      { key: "url", fix: "Leave out /log/v1, the forwarder adds it" },
    ]);
  });

  it("shows in its document what it sends", () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/destinations/new-relic.md"), "utf8");
    const example = destination.encode({ raw: exampleEvent }, batch);
    expect(document).toContain(`\n${example}\n`);
  });
});
