import { describe, expect, it } from "vitest";
import { listings } from "../../src/datasets/registry.ts";
import { auditEvents } from "../datasets/audit-events.ts";
import { sampleOf, type changes } from "../datasets/records.ts";
import { context, shaped } from "./shaped.ts";

type Change = (typeof changes)[number];

const event = (of: string): object => {
  const found = auditEvents.get(of);
  if (found === undefined) throw new Error(`No event "${of}"`);
  return found;
};
const audit = (of: string) => shaped("ocsf", "audit-events", event(of));

const weakness = {
  device_id: "d-1",
  device_name: "NB-MBP-014",
  device_model: "MacBook Pro",
  device_os_version: "15.4",
  name: "ExampleApp",
  version: "4.1.0",
  path: "/Applications/ExampleApp.app",
  bundle_id: "com.example.app",
  cve_id: "CVE-2026-00001",
  cvss_score: 7.8,
  severity: "High",
  detection_datetime: "2026-04-30T22:05:10.123456Z",
};

function row(dataset: string, fields: object, change: Change): Readonly<Record<string, unknown>> {
  const listing = listings.get(dataset);
  if (listing === undefined) throw new Error(`No dataset "${dataset}"`);
  return shaped("ocsf", dataset, sampleOf(listing, fields, change));
}

describe("audit events in OCSF", () => {
  it.each([
    ["a blueprint that got an application", 300403, "Update", 1],
    ["a new blueprint", 300401, "Create", 1],
    ["a deleted blueprint", 300404, "Delete", 1],
    ["a library item", 300403, "Update", 1],
    ["an API token", 300403, "Update", 1],
    ["the tenant", 300403, "Update", 1],
    ["a user of the directory", 300403, "Update", 1],
    ["a device that enrolled", 300406, "Enroll", 1],
    ["a device that was deleted", 300407, "Unenroll", 1],
    ["a device on which a profile failed", 300403, "Update", 4],
    ["a new admin", 300101, "Create", 1],
    ["an admin who has gone", 300106, "Delete", 1],
    ["a parameter that was remediated", 200303, "Close", 1],
    ["a first run", 200301, "Create", 2],
    ["a file that the EDR found", 200401, "Create", 4],
    ["a vulnerability that was found", 200201, "Create", 4],
    ["a vulnerability that was remediated", 200203, "Close", 4],
    ["a kind that nobody foresaw", 300499, "view_secret", 1],
  ])("tells %s", (of, type_uid, activity_name, severity_id) => {
    expect(audit(of)).toMatchObject({ type_uid, activity_name, severity_id });
  });

  it("names who acted, with what the forwarder added", () => {
    expect(audit("a blueprint that got an application")["actor"]).toEqual({
      user: {
        uid: "3b0d7a52-6c41-4f0e-9a83-2f7c5d1e9b60",
        name: "Dana Ruiz",
        email_addr: "dana@northbay.example",
        type_id: 1,
        type: "User",
      },
    });
    expect(audit("a device that enrolled")["actor"]).toEqual({ user: { uid: "kandji", type_id: 3, type: "System" } });
    expect(audit("a user of the directory")["actor"]).toMatchObject({ user: { type_id: 99, type: "api_token" } });
  });

  it("opens and closes a vulnerability under one uid", () => {
    const uid = "0123456789abcdef0123456789abcdef";
    expect(audit("a vulnerability that was found")).toMatchObject({
      finding_info: { uid },
      status_id: 1,
      status: "New",
    });
    expect(audit("a vulnerability that was remediated")).toMatchObject({
      finding_info: { uid },
      status_id: 4,
      status: "Resolved",
    });
  });

  it("tells of malware what Kandji's words say of it", () => {
    expect(audit("a file that the EDR found")).toMatchObject({
      malware: { name: "osx.trojan.sample", classification_ids: [18], classifications: ["Trojan"] },
      evidences: [{ file: { name: "x.bin", hashes: [{ algorithm_id: 3 }] }, process: { pid: 912, name: "curl" } }],
      device: { hostname: "nb-mbp-014", os: { type_id: 300, version: "15.4" }, type_id: 3 },
    });
  });

  it("says how a check went, and nothing where Kandji does not", () => {
    expect(audit("a first run")["compliance"]).toMatchObject({ status_id: 3, status: "Fail" });
    const { counts: _, ...rest } = (event("a first run") as { new_state: { counts: unknown } }).new_state;
    const silent = shaped("ocsf", "audit-events", { ...event("a first run"), new_state: rest });
    expect(silent["compliance"]).toEqual({ status_id: 0, status: "Unknown" });
  });

  it("tells the time in milliseconds, and when it was read where there is none", () => {
    const { occurred_at: _, ...timeless } = event("the tenant") as { occurred_at: string };
    expect(audit("a new blueprint")["time"]).toBe(Date.parse("2026-05-01T08:31:02.123Z"));
    expect(shaped("ocsf", "audit-events", timeless)["time"]).toBe(context.collectedAt);
  });
});

describe("rows in OCSF", () => {
  it.each([
    ["snapshot", 200299, "snapshot", 0, "Unknown"],
    ["created", 200201, "Create", 1, "New"],
    ["updated", 200202, "Update", 0, "Unknown"],
    ["deleted", 200203, "Close", 4, "Resolved"],
  ] as const)(
    "tells a vulnerability that is %s, always as the same one",
    (change, type_uid, activity_name, status_id, status) => {
      expect(row("vulnerability-detections", weakness, change)).toMatchObject({
        type_uid,
        activity_name,
        status_id,
        status,
        severity_id: 4,
        finding_info: { uid: "d-1:CVE-2026-00001:ExampleApp:/Applications/ExampleApp.app" },
        device: { uid: "d-1", name: "NB-MBP-014" },
      });
    },
  );

  it("makes up neither the version of CVSS nor the name of a system", () => {
    const found = row("vulnerability-detections", weakness, "created");
    expect(JSON.stringify({ ...found, raw_data: "" })).not.toMatch(/cvss"|macOS/u);
    expect(found["unmapped"]).toEqual({ cvss_score: 7.8, device_os_version: "15.4" });
  });

  it("closes a CVE that Kandji calls remediated", () => {
    const cve = { cve_id: "CVE-2026-00001", status: "Remediated", severity: "Undefined" };
    expect(row("vulnerabilities", cve, "updated")).toMatchObject({
      type_uid: 200203,
      status_id: 4,
      status_code: "Remediated",
      severity_id: 99,
      severity: "Undefined",
    });
  });

  it.each([
    [{ classification: "MALWARE", status: "QUARANTINED" }, 4, 1],
    [{ classification: "PUP" }, 99, 1],
    [{}, 0, 1],
    [{ classification: "malware", severity: "critical", status: "resolved" }, 5, 4],
    [{ classification: "malware", management_state: "closed" }, 4, 4],
  ])("tells how bad a threat with %j is", (fields, severity_id, status_id) => {
    const threat = {
      device_id: "d-1",
      file_hash: "ab",
      file_path: "/x",
      detection_date: "2026-05-01T08:29:41",
      ...fields,
    };
    expect(row("threats", threat, "created")).toMatchObject({ class_uid: 2004, severity_id, status_id });
  });

  it.each([
    ["PASS", 1],
    ["success", 1],
    ["WARNING", 2],
    ["failed", 3],
    ["ERROR", 3],
    ["INSTALLING", 99],
    ["", 0],
  ])("takes the status %j of a library item for %i", (status, status_id) => {
    const item = { item_id: "i-1", name: "Disk encryption", status };
    expect(row("device-status", item, "updated")["compliance"]).toMatchObject({ status_id });
  });

  it.each([
    ["Mac", "MacBook Pro (14-inch)", 3, 300],
    ["Mac", "Mac mini (2024)", 2, 300],
    ["Mac", "", 0, 300],
    ["iPhone", "iPhone 16", 5, 301],
    ["iPad", "iPad", 4, 302],
    ["AppleTV", "Apple TV 4K", 99, 99],
    ["Windows", "Surface", 0, 100],
    ["Android", "Pixel 9", 0, 201],
    ["Fridge", "Cold", 99, undefined],
  ])("tells a %s (%s) as device %i", (platform, model, type_id, os) => {
    const { device } = row("devices", { device_id: "d-1", platform, model, os_version: "1" }, "created") as {
      device: { type_id: number; os?: { type_id: number } };
    };
    expect(device.type_id).toBe(type_id);
    expect(device.os?.type_id).toBe(os);
  });

  it("tells that a device is gone, and does not say that it was collected", () => {
    const device = { device_id: "d-1", device_name: "NB-MBP-014", platform: "Mac", os_version: "15.4" };
    expect(row("devices", device, "snapshot")).toMatchObject({ type_uid: 500102, activity_name: "Collect" });
    const gone = row("devices", device, "deleted");
    expect(gone).toMatchObject({
      type_uid: 500199,
      activity_name: "deleted",
      device: { uid: "d-1", name: "NB-MBP-014" },
    });
    expect(JSON.stringify({ ...gone, raw_data: "" })).not.toContain("15.4");
  });

  it("tells the log of a device when it happened, not when it was seen", () => {
    const entry = {
      id: 6375,
      created_at: "2026-04-19T19:57:10.193630Z",
      action_type: "enrollment",
      computer: { id: "d-1", name: "NB-MBP-014" },
    };
    expect(row("device-activity", entry, "created")).toMatchObject({
      type_uid: 300406,
      time: Date.parse("2026-04-19T19:57:10.193Z"),
    });
  });

  it.each([
    ["mdm_command_failed", 2],
    ["mdm_command_completed", 1],
    ["amapi_policy_update_success", 1],
    ["routing_arrival", undefined],
  ])("says of %s how it went only if Kandji does", (action_type, status_id) => {
    expect(row("device-activity", { id: 1, action_type, computer: { id: "d-1" } }, "created")["status_id"]).toBe(
      status_id,
    );
  });

  it("is a Base Event where the class wants more than Kandji says", () => {
    expect(row("devices", { device_id: null, device_name: "" }, "created")).toMatchObject({
      class_uid: 0,
      type_uid: 99,
    });
    expect(row("vulnerability-detections", { device_id: "d-1", name: "ExampleApp" }, "created")["class_uid"]).toBe(0);
    expect(row("users", { id: "", email: "dana@northbay.example" }, "created")["class_uid"]).toBe(0);
    expect(shaped("ocsf", "forwarder-journal", { at: "2026-05-01T08:31:02Z" })).toMatchObject({
      class_uid: 0,
      type_uid: 0,
    });
  });
});
