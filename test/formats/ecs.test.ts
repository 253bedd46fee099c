import { describe, expect, it } from "vitest";
import { auditEvents } from "../datasets/audit-events.ts";
import { shaped } from "./shaped.ts";

/**
 * What Elastic's own package for Iru makes of such records in its pipeline tests
 * (https://github.com/elastic/integrations/tree/main/packages/iru/data_stream), field by field: the values are ours.
 */

const observer = { vendor: "Iru", product: "Iru Endpoint" };
const audit = (of: string) => shaped("ecs", "audit-events", auditEvents.get(of));

describe("audit events in ECS", () => {
  it("names who acted, and what was changed", () => {
    expect(audit("a blueprint that got an application")).toMatchObject({
      ecs: { version: "9.5.0" },
      event: { kind: "event", action: "update", category: ["configuration"], type: ["change"], dataset: "iru.audit" },
      iru: {
        audit: {
          actor: { type: "user" },
          target: { type: "blueprint", component: "library_items", id: "8e5f1c20-7b3a-4d19-8c66-0a9d4b2e7f31" },
          new_state: { name: "Engineering laptops", library_items_added: [{ name: "Slack" }] },
          admin: { email: "dana@northbay.example", name: "Dana Ruiz", role: "admin" },
        },
      },
      observer,
      organization: { id: "acme" },
      related: { user: ["3b0d7a52-6c41-4f0e-9a83-2f7c5d1e9b60", "dana@northbay.example", "Dana Ruiz"] },
      user: { id: "3b0d7a52-6c41-4f0e-9a83-2f7c5d1e9b60", email: "dana@northbay.example", name: "Dana Ruiz" },
    });
  });

  it("leaves out objects with nothing in them, as Elastic's pipeline does, and no others", () => {
    const about = { target_type: "blueprint", new_state: { name: "Lab" } };
    const withMetadata = (metadata: object) => shaped("ecs", "audit-events", { ...about, metadata });
    expect(withMetadata({})).not.toHaveProperty("iru.audit.metadata");
    expect(withMetadata({ source: "kandji" })).toHaveProperty("iru.audit.metadata", { source: "kandji" });
  });

  it("tells no id that is beyond what a number holds to the last digit", () => {
    const withActor = (id: string) => shaped("ecs", "audit-events", `{"actor_type":"device","actor_id":${id}}`);
    expect(withActor("9007199254740991")).toHaveProperty("iru.audit.actor.id", "9007199254740991");
    expect(withActor("9007199254740993")).not.toHaveProperty("iru.audit.actor.id");
  });

  it.each([
    ["a new blueprint", ["configuration"], ["change", "creation"]],
    ["a deleted blueprint", ["configuration"], ["deletion"]],
    ["a library item", ["configuration"], ["change"]],
    ["an API token", ["iam"], ["admin", "change"]],
    ["a device that enrolled", ["configuration"], ["change", "creation"]],
    ["a device that was deleted", ["configuration"], ["deletion"]],
    // Beyond the package.
    ["a new admin", ["iam"], ["user", "creation"]],
    ["the tenant", ["configuration"], ["change"]],
    ["a kind that nobody foresaw", undefined, undefined],
  ])("sorts %s in", (of, category, type) => {
    const { event } = audit(of) as { event: Readonly<Record<string, unknown>> };
    expect(event).toMatchObject({ kind: "event" });
    expect([event["category"], event["type"]]).toEqual([category, type]);
  });

  it("leaves out what is null or empty", () => {
    expect(audit("a deleted blueprint")).toMatchObject({ iru: { audit: { target: { type: "blueprint" } } } });
    expect(JSON.stringify(audit("a deleted blueprint")["iru"])).not.toContain("component");
  });

  it("keeps what is no user apart", () => {
    const enrolled = audit("a device that enrolled");
    expect(enrolled["user"]).toBeUndefined();
    expect(enrolled).toMatchObject({ iru: { audit: { actor: { id: "kandji", type: "kandji" } } } });
  });

  it("writes actions with hyphens", () => {
    expect(audit("a kind that nobody foresaw")).toMatchObject({ event: { action: "view-secret" } });
  });

  it("keeps every digit of the time, and the event itself", () => {
    const raw = '{"id":"1","occurred_at":"2026-05-01T08:31:02.123456Z","n":1.50}';
    const document = shaped("ecs", "audit-events", raw);
    expect(document["@timestamp"]).toBe("2026-05-01T08:31:02.123456Z");
    expect(document).toMatchObject({ event: { id: "1", original: raw } });
  });

  it("takes over the document that the EDR wrote", () => {
    const found = audit("a file that the EDR found");
    const { new_state: state } = auditEvents.get("a file that the EDR found") as {
      new_state: Readonly<Record<string, unknown>>;
    };
    for (const key of ["file", "process", "host", "user"]) expect(found[key]).toEqual(state[key]);
    expect(found).toMatchObject({
      event: { kind: "alert", category: ["malware", "file"], type: ["info"], outcome: "success", action: "detect" },
      device: { serial_number: "C0XTEST00014" },
      rule: { name: "osx.trojan.sample", category: "Malware" },
    });
  });

  it("takes over the document of a vulnerability", () => {
    const found = audit("a vulnerability that was found");
    expect(found).toMatchObject({
      event: { kind: "alert", category: ["vulnerability"], type: ["info"] },
      vulnerability: { id: "CVE-2026-00001", score: { base: 7.8, exploitability: 1.8 }, scanner: { vendor: "Kandji" } },
      host: { os: { version: "15.4" } },
    });
  });

  it("takes over only words that ECS has", () => {
    const event = auditEvents.get("a vulnerability that was found") as { new_state: { event: object } };
    const strange = { kind: "panic", category: ["vulnerability", "weather"], type: "info", outcome: 7 };
    const document = shaped("ecs", "audit-events", { ...event, new_state: { ...event.new_state, event: strange } });
    const { kind, category, type, outcome } = document["event"] as Readonly<Record<string, unknown>>;
    expect([kind, category, type, outcome]).toEqual(["alert", ["vulnerability"], ["info"], undefined]);
  });
});

describe("devices in ECS", () => {
  const device = {
    device_id: "03f81208-0000-4a77-81f5-cf1633bcfb95",
    device_name: "nb-mbp-014",
    model: "MacBook Pro (14-inch)",
    serial_number: "C0XTEST00014",
    platform: "Mac",
    os_version: "15.4",
    supplemental_build_version: "24E1",
    supplemental_os_version_extra: "",
    last_check_in: "2026-05-01T08:30:59.150080Z",
    user: { email: "dana@northbay.example", name: "Dana Ruiz", id: "a1b2", is_archived: false },
    asset_tag: "A-1",
    blueprint_id: "8e5f",
    blueprint_name: "Engineering",
    mdm_enabled: true,
    agent_installed: true,
    agent_version: "5.1.0 (1)",
    is_missing: false,
    is_removed: false,
    first_enrollment: "2025-02-11 10:00:00.087016+00:00",
    last_enrollment: "2025-02-11 10:00:00.374451+00:00",
    lost_mode_status: "",
    tags: ["eng"],
  };

  it("come out as Elastic's package makes them", () => {
    const { event, ...document } = shaped("ecs", "devices", device);
    expect(event).toMatchObject({ kind: "asset", category: ["host"], type: ["info"], dataset: "iru.device" });
    expect(document).toEqual({
      "@timestamp": "2026-05-01T08:30:59.150Z",
      ecs: { version: "9.5.0" },
      observer,
      organization: { id: "acme" },
      host: {
        id: device.device_id,
        name: "nb-mbp-014",
        hostname: "nb-mbp-014",
        os: { platform: "Mac", type: "macos", version: "15.4" },
      },
      // The id and the model are ours.
      device: { id: device.device_id, serial_number: "C0XTEST00014", model: { name: "MacBook Pro (14-inch)" } },
      user: { id: "a1b2", name: "Dana Ruiz", full_name: "Dana Ruiz", email: "dana@northbay.example" },
      entity: {
        id: device.device_id,
        name: "nb-mbp-014",
        type: ["host"],
        source: "iru",
        last_seen_timestamp: "2026-05-01T08:30:59.150Z",
      },
      related: {
        hosts: [device.device_id, "nb-mbp-014", "C0XTEST00014"],
        user: ["a1b2", "dana@northbay.example", "Dana Ruiz"],
      },
      iru: {
        device: {
          device_id: device.device_id,
          serial_number: "C0XTEST00014",
          model: "MacBook Pro (14-inch)",
          platform: "Mac",
          supplemental_build_version: "24E1",
          last_check_in: "2026-05-01T08:30:59.150Z",
          first_enrollment: "2025-02-11T10:00:00.087Z",
          last_enrollment: "2025-02-11T10:00:00.374Z",
          user: { is_archived: false },
          asset_tag: "A-1",
          blueprint: { id: "8e5f", name: "Engineering" },
          mdm_enabled: true,
          agent: { installed: true, version: "5.1.0 (1)" },
          is_missing: false,
          is_removed: false,
          tags: ["eng"],
        },
      },
    });
  });

  it("have no user where they are assigned to nobody", () => {
    const document = shaped("ecs", "devices", { ...device, user: "", platform: "iPad" });
    expect(document["user"]).toBeUndefined();
    expect(document).toMatchObject({ host: { os: { type: "ios" } } });
  });
});

describe("rows in ECS", () => {
  const seen = (change: string) => ({ _forwarder: { change, seenAt: "2026-05-01T08:31:04.500Z" } });
  const weakness = {
    device_id: "d-1",
    cve_id: "CVE-2026-00001",
    name: "ExampleApp",
    cvss_score: 7.8,
    severity: "High",
  };

  it.each([
    ["created", "alert"],
    ["snapshot", "state"],
    ["updated", "state"],
    ["deleted", "state"],
  ])("tell a vulnerability that is %s as %s", (change, kind) => {
    expect(shaped("ecs", "vulnerability-detections", { ...weakness, ...seen(change) })).toMatchObject({
      "@timestamp": "2026-05-01T08:31:04.500Z",
      event: { kind, action: change, category: ["vulnerability"], type: ["info"] },
      vulnerability: {
        id: "CVE-2026-00001",
        enumeration: "CVE",
        severity: "High",
        classification: "CVSS",
        score: { base: 7.8 },
      },
      package: { name: "ExampleApp" },
    });
  });

  it.each([
    ["PASS", "success"],
    ["ERROR", "failure"],
    ["INSTALLING", "unknown"],
  ])("tell a library item that is %s as %s", (status, outcome) => {
    const item = { item_id: "i-1", name: "Disk encryption", status, ...seen("updated") };
    expect(shaped("ecs", "device-status", item)).toMatchObject({
      event: { outcome },
      rule: { name: "Disk encryption" },
    });
  });
});
