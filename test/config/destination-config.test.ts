import { describe, expect, it } from "vitest";
import { listed } from "../../src/config/catalogue.ts";
import { datasets } from "../../src/datasets/registry.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { destinationErrors, destinationOf } from "./ask.ts";

const datadog = { type: "datadog", site: "datadoghq.eu", apiKey: "0123456789abcdef0123456789abcdef" };
const types = [...destinationTypes.keys()];
const webhook = { type: "webhook", url: "https://logs.example.com/in" };

describe("a destination's secret", () => {
  it("fills in what the type prefers", () => {
    expect(destinationOf(datadog)).toMatchObject({
      id: "siem",
      secretName: "DESTINATION_SIEM",
      type: "datadog",
      datasets: undefined,
      oldRecords: "skip",
      maxBatchRecords: 1000,
      maxBatchBytes: 5_000_000,
    });
    expect(destinationOf(webhook)).toMatchObject({ oldRecords: "send", maxBatchRecords: 1000, maxBatchBytes: 900_000 });
    expect(destinationOf(webhook).fingerprint).toMatch(/^[0-9a-f]{16}$/u);
  });

  it("takes every common key", () => {
    const chosen = {
      format: "raw",
      datasets: ["audit-events", "audit-events"],
      oldRecords: "restamp",
      maxBatchRecords: 1,
      maxBatchBytes: 2000,
    };
    expect(destinationOf({ ...datadog, ...chosen })).toMatchObject({
      datasets: ["audit-events"],
      oldRecords: "restamp",
      maxBatchRecords: 1,
      maxBatchBytes: 2000,
    });
  });

  it("takes every dataset that can be collected", () => {
    const all = [...datasets.keys()];
    expect(destinationOf({ ...webhook, datasets: all }).datasets).toEqual(all);
  });

  it("goes to other hosts in development only", () => {
    const local = { ...webhook, url: "http://127.0.0.1:9000/in" };
    expect(destinationOf(local, { local: true }).destination.host).toBe("127.0.0.1:9000");
    expect(destinationErrors(local)).toMatchObject([{ key: "url" }]);
  });

  it.each<[string, unknown, string, string, string | RegExp]>([
    ["no type", { url: "https://a.example" }, "type", "is missing", `Write "type": ${listed(types, "or")}`],
    ["a type that is no text", { type: 5 }, "type", "has the wrong type", /"webhook"/u],
    ["a type that every object has", { type: "constructor" }, "type", "is not a destination type", /This version has/u],
    [
      "a mistyped type",
      { type: "datadgo" },
      "type",
      "is not a destination type",
      `Did you mean "datadog"? This version has ${listed(types)}`,
    ],
    ["a strange type", { type: "elephant" }, "type", "is not a destination type", `This version has ${listed(types)}`],
    ["a mistyped format", { ...datadog, format: "rwa" }, "format", "is not a format", /Did you mean "raw"\?/u],
    [
      "a mistyped dataset",
      { ...datadog, datasets: ["audit-events", "audits-event"] },
      "datasets.1",
      "is not a dataset",
      /Did you mean "audit-events"\?/u,
    ],
    ["no dataset", { ...datadog, datasets: [] }, "datasets", "is empty", /leave the key out/u],
    [
      "an unknown oldRecords",
      { ...datadog, oldRecords: "drop" },
      "oldRecords",
      "is not one of",
      'Write "send", "skip" or "restamp"',
    ],
    [
      "too many records",
      { ...datadog, maxBatchRecords: 1001 },
      "maxBatchRecords",
      "is too large",
      "Write at most 1000",
    ],
    ["no records", { ...datadog, maxBatchRecords: 0 }, "maxBatchRecords", "is too small", "Write at least 1"],
    ["half a byte", { ...datadog, maxBatchBytes: 1000.5 }, "maxBatchBytes", "has the wrong type", /whole number/u],
    ["too many bytes", { ...webhook, maxBatchBytes: 900_001 }, "maxBatchBytes", "is too large", "Write at most 900000"],
    [
      "an unknown key",
      { ...datadog, maxBatchSize: 1 },
      "maxBatchSize",
      "is not a key",
      /^Did you mean "maxBatchBytes"\?/u,
    ],
    [
      "another type's key",
      { ...webhook, apiKey: "x" },
      "apiKey",
      "is not a key",
      /^Remove it; the keys here are "type",/u,
    ],
    ["no site", { type: "datadog", apiKey: "x" }, "site", "is missing", /"datadoghq\.eu"/u],
    ["an unknown site", { ...datadog, site: "app.datadoghq.com" }, "site", "is not one of", /"us3\.datadoghq\.com"/u],
    ["no key", { type: "datadog", site: "datadoghq.com" }, "apiKey", "is missing", 'Add the key "apiKey"'],
    [
      "a key with a line break",
      { ...datadog, apiKey: "abc\r\nX-Evil: 1" },
      "apiKey",
      "has a blank, a line break",
      /Copy/u,
    ],
    [
      "a whole intake URL",
      { ...datadog, url: "https://http-intake.logs.datadoghq.com/api/v2/logs/" },
      "url",
      "is not a base URL",
      /Leave out/u,
    ],
    ["an http intake", { ...datadog, url: "http://a.example.com" }, "url", "does not begin with https://", /https/u],
    ["no url", { type: "webhook" }, "url", "is missing", 'Add the key "url"'],
    ["a url that is none", { ...webhook, url: "logs.example.com" }, "url", "is not a web address", /whole address/u],
    ["another scheme", { ...webhook, url: "file:///etc/passwd" }, "url", "is not a web address", /whole address/u],
    [
      "a url with a password",
      { ...webhook, url: "https://u:p@logs.example.com" },
      "url",
      "carries a user name",
      /header/u,
    ],
    ["a url with a fragment", { ...webhook, url: "https://logs.example.com/#" }, "url", "has a fragment", /Leave/u],
    [
      "an IP address",
      { ...webhook, url: "https://169.254.169.254/" },
      "url",
      "names a host by its IP address",
      /name/u,
    ],
    [
      "an inner name",
      { ...webhook, url: "https://localhost/" },
      "url",
      "names a host that is not on the internet",
      /public/u,
    ],
    [
      "an unknown encoding",
      { ...webhook, encoding: "json" },
      "encoding",
      "is not one of",
      'Write "ndjson" or "json-array"',
    ],
    ["gzip as text", { ...webhook, gzip: "true" }, "gzip", "has the wrong type", /true or false/u],
    ["headers as a list", { ...webhook, headers: [] }, "headers", "has the wrong type", /object/u],
    ["a header that is a number", { ...webhook, headers: { "X-A": 1 } }, "headers.X-A", "has the wrong type", /text/u],
    [
      "a header of our own",
      { ...webhook, headers: { "x-kandji-TENANT": "other" } },
      "headers.x-kandji-TENANT",
      "is a header that the forwarder sets",
      /Remove/u,
    ],
    [
      "a header with a line break",
      { ...webhook, headers: { "X-A": "a\r\nX-B: b" } },
      "headers.X-A",
      "has a blank at its edge, a line break",
      /ASCII/u,
    ],
    [
      "a header with a line break at its end",
      { ...webhook, headers: { "X-A": "a\n" } },
      "headers.X-A",
      "has a blank at its edge, a line break",
      /ASCII/u,
    ],
    [
      "a header of other letters",
      { ...webhook, headers: { "X-A": "schön" } },
      "headers.X-A",
      "has a blank at its edge",
      /ASCII/u,
    ],
    [
      "a header twice",
      { ...webhook, headers: { "X-A": "1", "x-a": "2" } },
      "headers.x-a",
      "is given twice",
      /Keep one/u,
    ],
    [
      "an unprefixed secret",
      { ...webhook, signingSecret: "abc" },
      "signingSecret",
      "does not begin with whsec_",
      /openssl/u,
    ],
    [
      "a secret that is not base64",
      { ...webhook, signingSecret: "whsec_-_-_" },
      "signingSecret",
      "is not base64",
      /openssl/u,
    ],
    ["an empty secret", { ...webhook, signingSecret: "whsec_" }, "signingSecret", "is not base64", /openssl/u],
  ])("says what is wrong with %s", (_, secret, key, what, fix) => {
    const errors = destinationErrors(secret);
    expect(errors.map((error) => error.key)).toEqual([key]);
    expect(errors[0]?.message).toContain(`Cannot read secret "DESTINATION_SIEM": "${key}" ${what}`);
    expect(errors[0]?.fix).toEqual(typeof fix === "string" ? fix : expect.stringMatching(fix));
  });

  it.each(["X-A: b", "X A", "", "X-Ä", "a\r\nb"])(
    "refuses a header called %j, without showing what it cannot be",
    (name) => {
      const [error] = destinationErrors({ ...webhook, headers: { [name]: "v" } });
      expect(error).toMatchObject({ key: "headers.‹key›" });
      expect(error?.message).toContain("is not the name of a header");
    },
  );

  it.each([
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "Content-Encoding",
    "Connection",
    "webhook-id",
    "Webhook-Timestamp",
    "webhook-signature",
    "X-Kandji-Tenant",
    "X-Kandji-Dataset",
  ])("does not let an operator set %s", (name) => {
    expect(destinationErrors({ ...webhook, headers: { [name]: "v" } })).toHaveLength(1);
  });

  it.each([
    [23, false],
    [24, true],
    [64, true],
    [65, false],
  ])("a signing secret of %d bytes: %s", (length, accepted) => {
    const signingSecret = `whsec_${Buffer.alloc(length, 0xfe).toString("base64")}`;
    const errors = destinationErrors({ ...webhook, signingSecret });
    expect(errors.map((error) => error.message)).toEqual(accepted ? [] : [expect.stringContaining("24 to 64 bytes")]);
  });

  it("tells what is wrong with common and own keys at once", () => {
    const errors = destinationErrors({ type: "datadog", site: "x", maxBatchRecords: 0, format: "x", other: 1 });
    expect(errors.map((error) => error.key)).toEqual(["format", "maxBatchRecords", "apiKey", "site", "other"]);
  });
});
