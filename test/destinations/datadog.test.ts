import { describe, expect, it } from "vitest";
import { destinationOf } from "../config/ask.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { formats } from "../../src/formats/registry.ts";
import { exampleEvent, exchange } from "./exchange.ts";

const hour = 3_600_000;
const datadog = destinationTypes.get("datadog");
const apiKey = "0123456789abcdef0123456789abcdef";
const secret = { type: "datadog", site: "datadoghq.com", apiKey };
const collectedAt = 1_777_624_265_000;
const batch = { tenant: "acme", dataset: "audit-events", collectedAt };
const seenAt = "2026-05-01T08:31:04.500Z";
const encoded = (raw: string, dataset = "vulnerability-detections", restampedAt?: number) =>
  JSON.parse(
    destinationOf(secret).destination.encode(restampedAt === undefined ? { raw } : { raw, restampedAt }, {
      ...batch,
      dataset,
    }),
  ) as Readonly<Record<string, unknown>>;
const detection = (at: number): string =>
  String.raw`{ "cve_id":"CVE-2026-1", "detection_datetime" : "${new Date(at).toISOString()}", "path":"\u00e9", "cvss_score":7.80, "_forwarder":{"change":"created","seenAt":"${seenAt}"}}`;
const judge = (status: number, body?: string) =>
  destinationOf({ type: "datadog", site: "datadoghq.com", apiKey }).destination.judge(
    {
      status,
      headers: new Headers(),
      body,
    },
    { records: 1 },
  );

describe("datadog", () => {
  it.each([
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "datadoghq.eu",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "ddog-gov.com",
    "us2.ddog-gov.com",
  ])("knows the site %s", (site) => {
    const { destination } = destinationOf({ type: "datadog", site, apiKey });
    expect(destination.request({ ...batch, id: "b" }).url).toBe(`https://http-intake.logs.${site}/api/v2/logs`);
  });

  it.each(["https://proxy.example.com", "https://proxy.example.com/", "https://proxy.example.com//"])(
    "takes %s for the base of the intake, with or without a site",
    (url) => {
      const { destination } = destinationOf({ type: "datadog", url, apiKey });
      expect(destination.request({ ...batch, id: "b" }).url).toBe("https://proxy.example.com/api/v2/logs");
    },
  );

  it("drops what is older than 18 hours, so old records are skipped", () => {
    const { destination, oldRecords } = destinationOf({ type: "datadog", site: "datadoghq.com", apiKey });
    expect(destination.limits.maxAgeMs).toBe(18 * 3_600_000);
    expect(oldRecords).toBe("skip");
  });

  it("mends a refused key in Datadog's words", () => {
    expect(judge(403)).toEqual({
      kind: "locked-out",
      why: "Datadog answered 403: the API key is wrong, or belongs to another site",
      fix: 'Check that "apiKey" is an API key, not an application key, and that "site" is the site of its organisation',
    });
    expect(judge(401)).toMatchObject({ kind: "locked-out", fix: expect.stringContaining('"apiKey"') });
    expect(judge(404)).toMatchObject({ kind: "locked-out", fix: expect.stringContaining('"url"') });
    expect(judge(302)).toMatchObject({ kind: "locked-out", why: expect.stringContaining("redirects") });
  });

  it("drops what is dated more than two hours ahead, so that such records are stamped anew", () => {
    expect(destinationOf(secret).destination.limits.maxAheadMs).toBe(2 * hour);
  });

  it.each([
    ["audit-events", undefined, "audit"],
    ["vulnerability-detections", "created", "detection"],
    ["vulnerability-detections", "snapshot", "detection-state"],
    ["vulnerability-detections", "updated", "detection-state"],
    ["vulnerability-detections", "deleted", "detection-state"],
    ["vulnerability-detections", undefined, "detection-state"],
    ["threats", "created", "threat"],
    ["devices", "created", "devices"],
  ])("puts %s that were %s under the service %s", (dataset, change, service) => {
    const raw = change === undefined ? "{}" : JSON.stringify({ _forwarder: { change, seenAt } });
    expect(encoded(raw, dataset)).toMatchObject({ ddsource: "kandji", service });
    expect(encoded(raw, dataset, collectedAt)).toMatchObject({ service: `${service}-history`, timestamp: collectedAt });
  });

  it("leaves every letter of a record that Datadog takes as it is", () => {
    expect(encoded(detection(collectedAt - 9 * hour))["message"]).toBe(detection(collectedAt - 9 * hour));
    expect(encoded(detection(collectedAt + hour))["message"]).toBe(detection(collectedAt + hour));
    const odd = String.raw`{ "detection_datetime" : "soon", "n":1.50 }`;
    expect(encoded(odd)["message"]).toBe(odd);
  });

  it.each([collectedAt - 9 * hour - 1, 0, collectedAt + hour + 1])(
    "hides a date of detection for which Datadog would drop the log, and no other letter: %i",
    (detectedAt) => {
      const raw = detection(detectedAt);
      const { message, timestamp } = encoded(raw) as { message: string; timestamp: number };
      expect(message).toBe(raw.replace('"detection_datetime" :', '"original_detection_datetime" :'));
      expect(timestamp).toBe(Date.parse(seenAt));
    },
  );

  it.each([...formats.keys()].filter((format) => datadog?.refuses[format as "raw"] === undefined))(
    "keeps the format %s out of the pipeline unless it is Kandji's own",
    (format) => {
      const { destination } = destinationOf({ ...secret, format });
      const { ddsource } = JSON.parse(destination.encode({ raw: exampleEvent }, batch)) as { ddsource: string };
      expect(ddsource).toBe(format === "raw" ? "kandji" : `kandji-${format}`);
    },
  );

  it("stores every detection, however long ago it was, and every restamped record", async () => {
    const times = [collectedAt - 30 * 24 * hour, collectedAt - 10 * hour, collectedAt - hour, collectedAt + 3 * hour];
    const { destination } = destinationOf(secret);
    const context = { ...batch, dataset: "vulnerability-detections" };
    const texts = times.map((time) => destination.encode({ raw: detection(time) }, context));
    const early = `{"id":"early","occurred_at":"${new Date(collectedAt + 3 * hour).toISOString()}"}`;
    texts.push(destination.encode({ raw: early, restampedAt: collectedAt }, batch));
    const now = (): number => collectedAt + 8 * hour;
    const { intake, verdict } = await exchange(secret, { kind: "datadog", now }, `[${texts.join(",")}]`);
    expect(verdict).toEqual({ kind: "accepted" });
    expect(intake.memory).toMatchObject({ arrivals: 5, dropped: new Set() });
    expect(intake.memory.texts.get("early")).toBe(early);
  });

  it.each([200, 202])("does not take a page of markup with status %i for an acceptance", (status) => {
    expect(judge(status, " <!doctype html><title>Please stand by</title>")).toMatchObject({ kind: "try-later" });
    expect(judge(status, "{}")).toEqual({ kind: "accepted" });
    expect(judge(status, "")).toEqual({ kind: "accepted" });
  });
});
