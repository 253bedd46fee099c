import type { Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "List Blueprints": `limit` at most 1000. Each row carries all parameters of its blueprint, some
// 20 KB, so that such a page would be 20 MB.
const way: Way = {
  permission: { label: "List Blueprints", method: "GET", path: "/api/v1/blueprints" },
  paging: { by: "offset", limit: 100, total: ["count"] },
  ask: () => ({ path: "/api/v1/blueprints", search: {} }),
  rows: [["results"]],
};

/** Configurations that devices are assigned to. */
export const blueprints: Listing = {
  name: "blueprints",
  title: "Blueprints",
  holds: "Blueprints with their parameters",
  source: new URL("https://api-docs.kandji.io/#blueprints"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "6h", backfill: "0s" },
  ways: [way],
  identity: ["id"],
  names: ["name", "type"],
  times: [],
  volatile: {
    computers_count: "moves whenever a device joins or leaves; `devices` tells which",
    updated_at: "moves without a change of what is shown",
  },
  sensitive: { enrollment_code: "lets anybody enroll a device" },
  about: {},
};
