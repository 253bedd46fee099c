import type { Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "List devices": at most 300 a page, a bare array, no way to ask for what changed.
const way: Way = {
  permission: { label: "Device list", method: "GET", path: "/api/v1/devices" },
  paging: { by: "offset", limit: 300 },
  // By id, so that offsets move as little as possible while devices come and go.
  ask: () => ({ path: "/api/v1/devices", search: { ordering: "device_id" } }),
  rows: [[]],
};

/** Every device of the tenant as the list shows it. */
export const devices: Listing = {
  name: "devices",
  title: "Devices",
  holds: "Every enrolled device: platform, OS, user, blueprint, agent, tags",
  source: new URL("https://api-docs.kandji.io/#device-information"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "1h", backfill: "0s" },
  ways: [way],
  identity: ["device_id"],
  names: ["device_name", "serial_number", "platform"],
  times: [],
  volatile: { last_check_in: "moves with every check-in, some 15 minutes apart" },
  sensitive: {},
  about: { device: ["device_id"], family: ["platform"], blueprint: ["blueprint_id"], tags: ["tags"] },
};
