import { dana, laptops, mac } from "./fleet.ts";

/** Audit events of every `target_type`, with invented values under the names that Kandji uses. */

const ids = {
  admin: "3b0d7a52-6c41-4f0e-9a83-2f7c5d1e9b60",
  token: "6f2c1d3e-4b5a-4c6d-8e7f-9a0b1c2d3e4f",
  item: "77aa0b1c-2d3e-4f50-8a6b-7c8d9e0f1a2b",
};
const hash = "9f2c6b1e0d4a8c7f5e3b2a1908f7e6d5c4b3a291807f6e5d4c3b2a190807f6e5";

let number = 0;
const event = (fields: object): object => {
  number += 1;
  return {
    id: `01K8QZ3M4T7R9W2X5Y6A8B0C${String(number).padStart(2, "0")}`,
    action: "update",
    occurred_at: `2026-05-01T08:31:02.1234${String(number).padStart(2, "0")}Z`,
    actor_id: ids.admin,
    actor_type: "user",
    target_id: laptops.id,
    target_type: "blueprint",
    target_component: "",
    new_state: {},
    metadata: {},
    ...fields,
  };
};

const device = { device: { id: mac.id, name: mac.name }, blueprint: laptops };
const byKandji = { actor_id: "kandji", actor_type: "kandji", target_id: mac.id, target_type: "device" };

/** The ECS document of a file that the EDR found. */
const fileDocument = {
  "@timestamp": "2026-05-01T08:29:41.003217Z",
  ecs: { version: "8.11.0" },
  event: { action: "detect", kind: "alert", type: ["info"], category: ["malware", "file"], outcome: "success" },
  file: {
    path: "/Users/dana/Downloads/x.bin",
    name: "x.bin",
    extension: "bin",
    directory: "/Users/dana/Downloads",
    inode: "12345",
    hash: { sha256: hash },
  },
  process: { pid: 912, name: "curl" },
  user: { id: "501", name: "dana" },
  host: { id: mac.id, name: "nb-mbp-014", os: { name: "macOS", version: "15.4" }, mac: ["00-00-5E-00-53-E4"] },
};

const vulnerabilityDocument = {
  "@timestamp": "2026-05-01T08:29:41.003217Z",
  event: { action: "detect", kind: "alert", id: "f3d1", category: ["vulnerability"], type: ["info"] },
  vulnerability: {
    id: "CVE-2026-00001",
    severity: "High",
    description: "Made-up text",
    enumeration: "CVE",
    score: { base: 7.8, exploitability: 1.8 },
    scanner: { vendor: "Kandji" },
  },
  file: { path: "/Applications/ExampleApp.app", name: "ExampleApp" },
  host: { name: mac.name, os: { name: "macOS", version: "15.4" } },
  device: { id: mac.id },
};

const vulnerability = {
  action: "detect",
  actor_id: "VULNERABILITY_MANAGEMENT",
  actor_type: "kandji",
  target_id: "0123456789abcdef0123456789abcdef",
  target_type: "vulnerability",
  new_state: vulnerabilityDocument,
};

/** By what each is of. */
export const auditEvents: ReadonlyMap<string, object> = new Map<string, object>([
  [
    "a blueprint that got an application",
    event({
      target_component: "library_items",
      new_state: {
        name: laptops.name,
        library_items_added: [{ id: ids.item, name: "Slack" }],
        library_items_removed: [],
      },
      _actor: { email: dana.email, name: dana.name, role: "admin" },
    }),
  ],
  [
    "a new blueprint",
    event({ action: "create", new_state: { description: "", type: "map", name: "Kiosk" }, metadata: null }),
  ],
  ["a deleted blueprint", event({ action: "delete", target_component: null, new_state: { name: "Retired" } })],
  [
    "a library item",
    event({
      target_id: ids.item,
      target_type: "library_item",
      new_state: { active: false, label: null, type: "vpp-app", name: "Podcasts" },
    }),
  ],
  [
    "an API token",
    event({
      target_id: ids.token,
      target_type: "api_token",
      new_state: {
        description: null,
        permissions: [{ path: "/api/v1/devices", http_method: "GET" }],
        label: "Forwarder",
      },
    }),
  ],
  [
    "a new admin",
    event({
      action: "create",
      target_id: "4c1e8b63-7d52-4a1f-8b94-3a8d6e2f0c71",
      target_type: "admin",
      new_state: { email: "grace@northbay.example", first_name: "Grace", last_name: "Okafor", role: "auditor" },
      event_type: "create.admin",
    }),
  ],
  ["an admin who has gone", event({ action: "delete", target_id: ids.admin, target_type: "admin", new_state: null })],
  [
    "a user of the directory",
    event({
      actor_type: "api_token",
      actor_id: ids.token,
      target_id: dana.id,
      target_type: "user",
      new_state: { name: dana.name },
    }),
  ],
  ["the tenant", event({ target_id: "northbay", target_type: "tenant", target_component: "settings" })],
  [
    "a device that enrolled",
    event({
      ...byKandji,
      action: "create",
      target_component: "enrollment",
      new_state: { ...device, enrollment_type: "ade" },
    }),
  ],
  [
    "a device that was deleted",
    event({ ...byKandji, actor_id: ids.admin, actor_type: "user", action: "delete", new_state: device }),
  ],
  [
    "a device on which a profile failed",
    event({
      ...byKandji,
      target_component: "mdm_profile",
      new_state: { ...device, status: "failed" },
      device_name: mac.name,
    }),
  ],
  [
    "a parameter that was remediated",
    event({
      ...byKandji,
      target_component: "remediation",
      new_state: { ...device, parameter_name: "Set time server" },
    }),
  ],
  [
    "a first run",
    event({
      ...byKandji,
      action: "create",
      target_component: "first_runs",
      new_state: { ...device, counts: { pass: 12, incompatible: 2 } },
    }),
  ],
  [
    "a file that the EDR found",
    event({
      action: "detect",
      actor_id: "EDR",
      actor_type: "kandji",
      target_id: `${mac.id}.16777230.12345`,
      target_type: "file_detection",
      target_component: "file",
      new_state: fileDocument,
      metadata: {
        threat_id: hash,
        threat_status: "Quarantined",
        threat_family_name: "osx.trojan.sample",
        threat_description: "A made-up trojan",
        classification: "Malware",
        initial_detection_date: "2026-05-01T08:29:41.003217Z",
        device: { id: mac.id, name: mac.name, model: mac.model, serial_number: mac.serial },
      },
    }),
  ],
  ["a vulnerability that was found", event(vulnerability)],
  ["a vulnerability that was remediated", event({ ...vulnerability, action: "remediate" })],
  [
    "a kind that nobody foresaw",
    event({ action: "view_secret", actor_type: "iru", target_type: "secret", target_id: "s-1" }),
  ],
]);
