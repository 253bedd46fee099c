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
  // Of Apple, of Android, of Windows. Without the version, so that an update is a change and not another application; Windows
  // has it in the path and often gives another product code with it.
  identity: ["bundle_id", "path", "package_name", "name", "publisher", "architecture"],
  names: ["app_name", "display_name", "version", "version_name"],
  times: [],
  volatile: {
    app_id: "a number of Kandji's inventory, which is written anew; `bundle_id` says which application it is",
    creation_date: "when Kandji wrote the row, not when the application was installed",
    modification_date: "when Kandji wrote the row, not when the application was changed",
  },
  sensitive: {},
  about: {},
};
