import { describe, expect, it } from "vitest";
import { destinationErrors, destinationOf } from "../config/ask.ts";

const secret = { type: "splunk-hec", url: "https://splunk.example.com:8088", token: "token-0123456789" };
const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000, id: "b-1" };
const { destination } = destinationOf(secret);
const judge = (status: number, body?: string, records = 1) =>
  destination.judge({ status, headers: new Headers(), body }, { records });

describe("splunk-hec", () => {
  it("makes a body of three records, one after another", () => {
    const event = (id: number): string => `{"id":"${id}","occurred_at":"2026-05-01T08:31:0${id}.000001Z"}`;
    const { open, separator, close } = destination.frame(batch);
    const encoded = [1, 2, 3].map((id) => destination.encode({ raw: event(id) }, batch));
    const line = (id: number): string =>
      `{"time":177762426${id}.000001,"host":"acme","source":"kandji-forwarder","sourcetype":"kandji:audit-events",` +
      `"fields":{"tenant":"acme","dataset":"audit-events"},"event":${JSON.stringify(event(id))}}`;
    expect(open + encoded.join(separator) + close).toBe([1, 2, 3].map((id) => line(id)).join("\n"));
  });

  it("names the index and the source type that it is told", () => {
    const told = destinationOf({ ...secret, index: "mdm", sourcetype: "iru" }).destination;
    expect(told.encode({ raw: "{}" }, batch)).toContain('"sourcetype":"iru","index":"mdm"');
  });

  it("names an index for each dataset, and one for every other", () => {
    const index = { "audit-events": "security", "forwarder-journal": "own", "*": "mdm" };
    const told = destinationOf({ ...secret, index }).destination;
    const into = (dataset: string) =>
      JSON.parse(told.encode({ raw: "{}" }, { ...batch, dataset })) as { index?: string };
    expect(into("audit-events").index).toBe("security");
    expect(into("forwarder-journal").index).toBe("own");
    expect(into("devices").index).toBe("mdm");
    const some = destinationOf({ ...secret, index: { "audit-events": "security" } }).destination;
    expect(some.encode({ raw: "{}" }, { ...batch, dataset: "devices" })).not.toContain('"index"');
    expect(some.encode({ raw: "{}" }, { ...batch, dataset: "toString" })).not.toContain('"index"');
  });

  it.each([
    [{ "audit-event": "security" }, "index.audit-event"],
    [{ "audit-events": " " }, "index.audit-events"],
    [{}, "index"],
    [7, "index"],
    [["security"], "index"],
  ])("refuses the index %j", (index, key) => {
    expect(destinationErrors({ ...secret, index })).toMatchObject([{ key }]);
  });

  it("has a channel for each tenant, a GUID that never changes", () => {
    const channel = (tenant: string) => destination.request({ ...batch, tenant }).headers["X-Splunk-Request-Channel"];
    expect(channel("acme")).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
    expect(channel("acme")).toBe(channel("acme"));
    expect(channel("acme")).not.toBe(channel("globex"));
  });

  it.each([
    "/services/collector",
    "/services/collector/event/",
    "/x/services/collector/raw",
    "/services/collector/event/1.0",
  ])("does not take %s for a base", (path) => {
    expect(destinationErrors({ ...secret, url: `https://splunk.example.com${path}` })).toMatchObject([{ key: "url" }]);
  });

  it("refuses an empty name", () => {
    expect(destinationErrors({ ...secret, index: " " })).toMatchObject([{ key: "index" }]);
    expect(destinationErrors({ ...secret, sourcetype: "" })).toMatchObject([{ key: "sourcetype" }]);
  });

  it("takes code 0 for an acceptance and nothing else", () => {
    expect(judge(200, '{"text":"Success","code":0,"ackId":7}')).toEqual({ kind: "accepted" });
    const others = ['{"text":"Server is busy","code":9}', '{"text":"HEC is healthy","code":17}', '{"code":"0"}', "[0]"];
    for (const body of [...others, "", undefined, "<html>", '{"text":"Success","co', "null"])
      expect(judge(200, body)).toMatchObject({ kind: "try-later" });
  });

  it.each([5, 6, 12, 13, 15, 99])(
    "takes code %i with 400 for a refusal of the event that it numbers from 0",
    (code) => {
      const why = "Splunk answered 400: it refuses what the request holds";
      const said = (event: unknown) => `{"text":"x","code":${code},"invalid-event-number":${JSON.stringify(event)}}`;
      expect(judge(400, said(2), 3)).toEqual({ kind: "refused", why: `${why} (code ${code}, event 2)`, culprit: 2 });
      expect(judge(400, said(0), 3)).toEqual({ kind: "refused", why: `${why} (code ${code}, event 0)`, culprit: 0 });
      for (const none of [3, -1, 1.5, "1", null, [1]]) expect(judge(400, said(none), 3)).not.toHaveProperty("culprit");
    },
  );

  it.each(["", undefined, "<html>", '{"co', '{"code":"6"}'])("refuses on 400 with %j, too", (body) => {
    expect(judge(400, body)).toEqual({
      kind: "refused",
      why: "Splunk answered 400: it refuses what the request holds",
    });
  });

  it.each([
    [401, 2, "token is required"],
    [401, 3, "Invalid authorization"],
    [403, 1, "Token disabled"],
    [403, 4, "Invalid token"],
  ])("mends %i with code %i in Splunk's words", (status, code) => {
    expect(judge(status, `{"code":${code}}`)).toMatchObject({
      kind: "locked-out",
      why: expect.stringContaining(`Splunk answered ${status} with code ${code}: `),
      fix: expect.stringContaining("Settings, Data inputs, HTTP Event Collector"),
    });
  });

  it.each([
    [7, '"index"'],
    [10, "acknowledgement"],
    [11, "acknowledgement"],
    [14, "acknowledgement"],
    [16, '"url"'],
    [21, "token value"],
    [22, "Enable the token"],
  ])("holds on code %i with 400, which no other record would mend", (code, mend) => {
    expect(judge(400, `{"text":"x","code":${code}}`)).toMatchObject({
      kind: "locked-out",
      why: expect.stringContaining(`400 with code ${code}`),
      fix: expect.stringContaining(mend),
    });
  });
});
