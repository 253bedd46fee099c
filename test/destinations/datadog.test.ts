import { describe, expect, it } from "vitest";
import { destinationOf } from "../config/ask.ts";

const apiKey = "0123456789abcdef0123456789abcdef";
const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000 };
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

  it("keeps what Datadog's pipeline does not know out of its two services", () => {
    const { destination } = destinationOf({ type: "datadog", site: "datadoghq.com", apiKey });
    expect(destination.encode({ raw: "{}" }, { ...batch, dataset: "threats" })).toContain('"service":"threats"');
  });

  it.each([200, 202])("does not take a page of markup with status %i for an acceptance", (status) => {
    expect(judge(status, " <!doctype html><title>Please stand by</title>")).toMatchObject({ kind: "try-later" });
    expect(judge(status, "{}")).toEqual({ kind: "accepted" });
    expect(judge(status, "")).toEqual({ kind: "accepted" });
  });
});
