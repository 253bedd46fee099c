import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { bodyOf, bodyOfSize, exchange, judged, three } from "./exchange.ts";

const url = "https://us-chronicle.googleapis.com/v1alpha/projects/1/locations/us/instances/2/feeds/3:importPushLogs";
const secret = { type: "google-secops", url, apiKey: "right", secret: "feed", format: "raw" };
const intake = { kind: "google-secops", apiKey: "right", feedSecret: "feed" } as const;
const { destination } = destinationOf(secret);

describe("google-secops", () => {
  it("makes a line of each record, to the character", async () => {
    const body = bodyOf(destination, three);
    expect(body).toBe(`${three.join("\n")}\n`);
    expect(await exchange(secret, intake, body)).toMatchObject({
      status: 200,
      verdict: { kind: "accepted" },
      held: three,
    });
  });

  it("prefers the shape that SecOps has a parser for", () => {
    expect(destinationTypes.get("google-secops")?.prefers).toBe("ocsf");
  });

  it("is held with a wrong key, whichever it is, and says no word of the answer", async () => {
    const body = bodyOf(destination, three);
    const apiKey = await exchange({ ...secret, apiKey: "other" }, intake, body);
    expect(apiKey).toMatchObject({ status: 400, verdict: { kind: "locked-out" }, held: [] });
    const feed = await exchange({ ...secret, secret: "other" }, intake, body);
    expect(feed).toMatchObject({ status: 403, verdict: { kind: "locked-out" }, held: [] });
    expect(JSON.stringify([apiKey.verdict, feed.verdict])).not.toContain("INVALID");
  });

  it("takes every other 400 for a refusal of what it sent", () => {
    expect(judged(secret, 400, '{"error":{"code":400,"status":"INVALID_ARGUMENT"}}')).toBe("refused");
    expect(judged(secret, 400)).toBe("refused");
  });

  it("fills a request to the last byte and not beyond", async () => {
    const { bytes } = destination.limits;
    expect(bytes).toBe(1_000_000);
    expect(await exchange(secret, intake, bodyOfSize(destination, bytes))).toMatchObject({ status: 200 });
    const beyond = await exchange(secret, intake, bodyOfSize(destination, bytes + 1));
    expect(beyond).toMatchObject({ status: 413, verdict: { kind: "too-big" } });
  });

  it.each(["key", "secret"])("does not want the %s in the address, where logs would show it", (name) => {
    expect(destinationErrors({ ...secret, url: `${url}?${name}=x` })).toMatchObject([{ key: "url" }]);
  });

  it.each([201, 202, 204])("does not believe %i", (status) => {
    expect(judged(secret, status, "{}")).toBe("try-later");
  });
});
