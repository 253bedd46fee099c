import type { Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "Get Device Status": both lists whole, without pages. It has what `/library-items` and `/parameters`
// have, in one request.
const way: Way = {
  permission: { label: "Device status", method: "GET", path: "/api/v1/devices/{device_id}/status" },
  paging: { by: "nothing" },
  ask: ({ device = "" }) => ({ path: `/api/v1/devices/${encodeURIComponent(device)}/status`, search: {} }),
  rows: [["library_items"], ["parameters"]],
};

const log = "output of scripts and installers, which may hold secrets, and large";

/** Compliance: what each device makes of each library item, and each Mac of each parameter. */
export const deviceStatus: Listing = {
  name: "device-status",
  title: "Device status",
  holds: "Compliance: one row per device and library item, and per Mac and parameter, with its status",
  source: new URL("https://api-docs.kandji.io/#device-information"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "device",
  defaults: { every: "12h", backfill: "0s" },
  ways: [way],
  // Of the item, not of this report on it, which has an `id` besides.
  identity: ["item_id"],
  names: ["name", "type", "category", "subcategory"],
  times: [],
  volatile: { reported_at: "moves with every run of the agent, whatever it found" },
  sensitive: { log, last_audit_log: log, control_log: log },
  about: {},
};
