import type { Asking, Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "Get Behavioral Detections": at most 1000 a page, whole days, the sum is called `total_count`.
// Ascending by the day of detection: what comes in later lies behind what was read.
const first: Way = {
  api: "v1",
  permission: { label: "Get Behavioral Detections", method: "GET", path: "/api/v1/behavioral-detections" },
  paging: { by: "offset", limit: 1000, total: ["total_count"] },
  ask: ({ days }: Asking) => ({
    path: "/api/v1/behavioral-detections",
    search: { sort_by: "detection_date", date_range: String(days) },
  }),
  rows: [["results"]],
};

// One request per device, so it does not stand in for the first. How its rows look is not documented, nor how its dates are
// written: nothing is asked for but the order.
const second: Way = {
  api: "v2",
  onlyByName: true,
  scope: "device",
  permission: {
    label: "Get Behavioral Detections",
    method: "GET",
    path: "/api/v2/threat/behavioral-detections/events",
  },
  paging: { by: "offset", limit: 1000 },
  ask: ({ device = "" }: Asking) => ({
    path: "/api/v2/threat/behavioral-detections/events",
    search: { device_id: device, sort_by: "detection_date" },
  }),
  rows: [["results"]],
};

/** Processes that did what malware does. Command lines are sent as they are: a detection without them says little. */
export const behavioralDetections: Listing = {
  name: "behavioral-detections",
  title: "Behavioral detections",
  holds: "Suspicious and malicious behavior of processes that the EDR saw or blocked",
  source: new URL("https://api-docs.kandji.io/#threats"),
  reading: "listing",
  kind: "append-only",
  sends: "changes",
  scope: "tenant",
  defaults: { every: "5m", backfill: "365d" },
  ways: [first, second],
  identity: ["id"],
  names: ["description"],
  times: ["detection_date"],
  volatile: {
    device_info: "a renamed device is no change of its detections",
    blueprint: "a renamed blueprint, or a device that moves, is no change of its detections",
    library_item: "a renamed library item is no change of its detections",
  },
  sensitive: {},
  about: { device: ["device_info", "id"], blueprint: ["blueprint", "id"] },
  licence: "EDR",
};
