import type { Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "Licensing": one object.
const way: Way = {
  permission: { label: "Licensing", method: "GET", path: "/api/v1/settings/licensing" },
  paging: { by: "nothing" },
  ask: () => ({ path: "/api/v1/settings/licensing", search: {} }),
  rows: "whole",
};

/** How many devices there are and may be. */
export const licensing: Listing = {
  name: "licensing",
  title: "Licensing",
  holds: "One row: devices per platform, the plan's limits, whether they are exceeded",
  source: new URL("https://api-docs.kandji.io/#settings"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "24h", backfill: "0s" },
  ways: [way],
  // There is but one.
  identity: [],
  names: [],
  times: [],
  volatile: {},
  sensitive: {},
  about: {},
};
