import type { Listing, Way } from "./listing.ts";

const way: Way = {
  permission: { label: "Application list", method: "GET", path: "/api/v1/devices/{device_id}/apps" },
  paging: { by: "nothing" },
  ask: ({ device = "" }) => ({ path: `/api/v1/devices/${encodeURIComponent(device)}/apps`, search: {} }),
  rows: [["apps"]],
};

/** What is installed on each device. Prism has the same of Apple devices in far fewer requests; Windows and Android are only here. */
export const deviceApps: Listing = {
  name: "device-apps",
  title: "Device applications",
  holds: "One row per application and device, also of Windows and Android",
  source: new URL("https://api-docs.kandji.io/#device-information"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "device",
  defaults: { every: "24h", backfill: "0s" },
  ways: [way],
  // Of Apple, of Windows and of Android; the version is left out, so that an update is a change and not another application.
  identity: ["bundle_id", "path", "product_code", "installed_path", "package_name", "app_name", "name", "display_name"],
  names: ["version", "version_name"],
  times: [],
  volatile: {},
  sensitive: {},
  about: {},
};
