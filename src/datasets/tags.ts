import type { Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "Get Tags": the page names no parameter of paging, and the answer has those of every list that is
// paged by offset.
const way: Way = {
  permission: { label: "Get Tags", method: "GET", path: "/api/v1/tags" },
  paging: { by: "offset", limit: 300, total: ["count"] },
  ask: () => ({ path: "/api/v1/tags", search: {} }),
  rows: [["results"]],
};

/** Tags that devices can have; which device has which is in `devices`. */
export const tags: Listing = {
  name: "tags",
  title: "Tags",
  holds: "Names of the tags that devices can have",
  source: new URL("https://api-docs.kandji.io/#tags"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "6h", backfill: "0s" },
  ways: [way],
  identity: ["id"],
  names: ["name"],
  times: [],
  volatile: {},
  sensitive: {},
  about: {},
};
