import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { bodyOf, bodyOfSize, exampleEvent, exchange, judged, three } from "./exchange.ts";

const secret = { type: "better-stack", sourceToken: "right", ingestingHost: "s1.betterstackdata.com" };
const intake = { kind: "better-stack", apiKey: "right" } as const;
const { destination } = destinationOf(secret);

describe("better-stack", () => {
  it("makes one array of three records, each with its own time, to the character", async () => {
    const about = '"tenant":"acme","dataset":"audit-events","forwarder":"kandji-forwarder"';
    const body = bodyOf(destination, three);
    expect(body).toBe(
      `[{"dt":"2026-05-01T08:31:02.123456Z",${about},"record":${three[0]}},` +
        `{"dt":"2026-05-01T08:31:03Z",${about},"record":${three[1]}},` +
        `{"dt":"2026-05-01T08:31:04.500Z",${about},"record":${three[2]}}]`,
    );
    const sent = await exchange(secret, intake, body);
    expect(sent).toMatchObject({ status: 202, verdict: { kind: "accepted" }, held: three });
    expect(sent.intake.memory.batches).toMatchObject([{ tenant: "acme", dataset: "audit-events" }]);
  });

  it("is refused with a wrong token, another type of content, or what is no JSON", async () => {
    const body = bodyOf(destination, three);
    const wrong = await exchange({ ...secret, sourceToken: "wrong" }, intake, body);
    expect(wrong).toMatchObject({ status: 403, verdict: { kind: "locked-out" }, held: [] });
    expect(JSON.stringify(wrong.verdict)).not.toContain('"wrong"');
    const typed = await exchange(secret, intake, body, { "content-type": "text/plain" });
    expect(typed).toMatchObject({ status: 406, verdict: { kind: "refused" } });
    const broken = await exchange(secret, intake, body.slice(0, -1));
    expect(broken).toMatchObject({ status: 406, verdict: { kind: "refused" }, held: [] });
  });

  it("fills a request to the last byte and not beyond", async () => {
    const { bytes } = destination.limits;
    expect(await exchange(secret, intake, bodyOfSize(destination, bytes))).toMatchObject({ status: 202 });
    expect(await exchange(secret, intake, bodyOfSize(destination, bytes + 1))).toMatchObject({
      status: 413,
      verdict: { kind: "too-big" },
    });
  });

  it.each([
    [202, "", "accepted"],
    [202, undefined, "accepted"],
    [202, "<!doctype html><title>Please stand by</title>", "try-later"],
    [202, '{"status":"acc', "try-later"],
    [202, '{"status":"accepted"}', "accepted"],
    [260, "", "try-later"],
    [402, "Quota exceeded", "locked-out"],
    [413, "<html>", "too-big"],
    [503, "", "try-later"],
  ])("takes %i with %j for %s", (status, body, kind) => {
    expect(judged(secret, status, body)).toBe(kind);
  });

  it("says of a quota that is used up what raises it", () => {
    expect(destination.judge({ status: 402, headers: new Headers(), body: "Quota exceeded" }, { records: 1 })).toEqual({
      kind: "locked-out",
      why: "Better Stack answered 402: the quota of the plan or your spending limit is used up",
      fix: "Raise the spending limit or the plan in Better Stack; the records wait until it takes them again",
    });
  });

  it.each([
    "https://s1.betterstackdata.com",
    "s1.betterstackdata.com/",
    "s1.betterstackdata.com:443",
    "s1",
    "1.2.3.999",
    "",
  ])("does not take %j for a host", (ingestingHost) => {
    expect(destinationErrors({ ...secret, ingestingHost })).toMatchObject([{ key: "ingestingHost" }]);
  });

  it.each(["127.0.0.1", "logs.localhost", "metadata.google.internal"])("does not go to %s", (ingestingHost) => {
    expect(destinationErrors({ ...secret, ingestingHost })).toHaveLength(1);
  });

  it("asks for the host when there is no address", () => {
    expect(destinationErrors({ type: "better-stack", sourceToken: "t" })).toMatchObject([{ key: "ingestingHost" }]);
  });

  it("shows in its document what it sends", () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/destinations/better-stack.md"), "utf8");
    const example = destination.encode(
      { raw: exampleEvent },
      { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000 },
    );
    expect(document).toContain(`\n${example}\n`);
  });
});
