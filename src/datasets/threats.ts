import type { Asking, Listing, Way } from "./listing.ts";

// Ascending by the day of detection: what comes in later lies behind what was read. https://api-docs.kandji.io, "Get Threat Details".
const first: Way = {
  api: "v1",
  permission: { label: "Get Threat Details", method: "GET", path: "/api/v1/threat-details" },
  paging: { by: "offset", limit: 1000, total: ["count"] },
  ask: ({ days }: Asking) => ({
    path: "/api/v1/threat-details",
    search: { sort_by: "detection_date", date_range: String(days) },
  }),
  rows: [["results"]],
};

// The second version wants its states named, and dates in place of days only where both are given.
const second: Way = {
  api: "v2",
  permission: { label: "Get Threat Details", method: "GET", path: "/api/v2/threat/threat-details" },
  paging: { by: "offset", limit: 1000, total: ["count"] },
  ask: ({ days }: Asking) => ({
    path: "/api/v2/threat/threat-details",
    search: {
      statuses: "quarantined,not_quarantined,released,resolved",
      sort_by: "detection_date",
      date_range: String(days),
    },
  }),
  rows: [["results"]],
};

/** Files that the EDR found. Rows have no id, and change as a file is quarantined or released. */
export const threats: Listing = {
  name: "threats",
  title: "Threats",
  holds: "Malware and unwanted programs that the EDR found, and what became of them",
  source: new URL("https://api-docs.kandji.io/#threats"),
  reading: "listing",
  kind: "append-only",
  sends: "changes",
  scope: "tenant",
  defaults: { every: "5m", backfill: "365d" },
  ways: [first, second],
  identity: ["device_id", "file_hash", "file_path", "detection_date"],
  names: ["threat_name", "device_name"],
  times: ["detection_date"],
  volatile: {
    device_name: "a renamed device is no change of its threats",
    blueprint_id: "a device that moves is no change of its threats",
    blueprint_name: "a renamed blueprint is no change of its threats",
    library_item_name: "a renamed library item is no change of its threats",
  },
  sensitive: {},
  about: { device: ["device_id"], blueprint: ["blueprint_id"] },
  licence: "EDR",
};
