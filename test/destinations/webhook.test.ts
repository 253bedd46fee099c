import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../../src/version.ts";
import { destinationOf } from "../config/ask.ts";

const webhook = { type: "webhook", url: "https://logs.example.com/in" };
const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000, id: "b-1" };
const requestOf = (more: object = {}) => destinationOf({ ...webhook, ...more }).destination.request(batch);

describe("webhook", () => {
  it("sends lines as they are, plain and unsigned, unless told otherwise", () => {
    expect(requestOf()).toEqual({
      url: "https://logs.example.com/in",
      headers: {
        "Content-Type": "application/x-ndjson",
        "User-Agent": `kandji-forwarder/${version}`,
        "X-Kandji-Tenant": "acme",
        "X-Kandji-Dataset": "audit-events",
        "webhook-id": "b-1",
      },
      gzip: false,
    });
    expect(destinationOf(webhook).destination.frame(batch)).toEqual({ open: "", separator: "\n", close: "\n" });
  });

  it("sends an array when told to", () => {
    const { destination } = destinationOf({ ...webhook, encoding: "json-array" });
    expect(destination.frame(batch)).toEqual({ open: "[", separator: ",", close: "]" });
    expect(destination.request(batch).headers["Content-Type"]).toBe("application/json");
  });

  it("hands the signing secret over, still hidden", () => {
    const signingSecret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    const request = requestOf({ signingSecret, gzip: true });
    expect(request.gzip).toBe(true);
    expect(request.signature?.secret.reveal()).toBe(signingSecret);
    expect(JSON.stringify(request)).not.toContain(signingSecret);
  });

  it("lets the operator's headers stand in for what is not fixed, in any case", () => {
    const { headers } = requestOf({ headers: { "user-agent": "mine", "CONTENT-TYPE": "text/plain", "X-Empty": "" } });
    expect(headers).toEqual({
      "user-agent": "mine",
      "CONTENT-TYPE": "text/plain",
      "X-Empty": "",
      "X-Kandji-Tenant": "acme",
      "X-Kandji-Dataset": "audit-events",
      "webhook-id": "b-1",
    });
  });

  it("tells the version of package.json", () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
      version: string;
    };
    expect(version).toBe(manifest.version);
  });
});
