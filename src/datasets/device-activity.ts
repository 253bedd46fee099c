import type { Listing, Way } from "./listing.ts";
import { unlockMaterial } from "./unlock-material.ts";

// https://api-docs.kandji.io, "Get Device Activity": at most 300 a page, oldest first, nothing to ask for what is new.
const way: Way = {
  permission: { label: "Device activity", method: "GET", path: "/api/v1/devices/{device_id}/activity" },
  paging: { by: "offset", limit: 300, total: ["activity", "count"] },
  ask: ({ device = "" }) => ({ path: `/api/v1/devices/${encodeURIComponent(device)}/activity`, search: {} }),
  rows: [["activity", "results"]],
};

/** What happened to each device: enrollment, MDM commands, policies. The audit log has little of it. */
export const deviceActivity: Listing = {
  name: "device-activity",
  title: "Device activity",
  holds: "What happened to each device: enrollments, names, MDM commands, policies",
  source: new URL("https://api-docs.kandji.io/#device-information"),
  reading: "listing",
  kind: "append-only",
  sends: "once",
  scope: "device",
  // Most of it are MDM commands, some hundred a month and device: a year of a thousand devices is a million records.
  defaults: { every: "12h", backfill: "30d" },
  ways: [way],
  identity: ["id"],
  names: ["action_type"],
  times: ["created_at"],
  volatile: {},
  sensitive: {
    policy_fragment_json: "an Android policy in full: Wi-Fi passwords and settings of apps among it",
    ...unlockMaterial,
  },
  about: {},
};
