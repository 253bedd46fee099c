import type { Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "List Users": 300 a page, no parameter for that. The host of `next` is at times the console's: only
// its cursor is used.
const way: Way = {
  permission: { label: "List Users", method: "GET", path: "/api/v1/users" },
  paging: { by: "cursor", parameter: "cursor", next: "next" },
  ask: () => ({ path: "/api/v1/users", search: {} }),
  rows: [["results"]],
};

/** People to whom devices are assigned. One e-mail address may belong to several of them, one per directory. */
export const users: Listing = {
  name: "users",
  title: "Users",
  holds: "People of the directories to whom devices are assigned",
  source: new URL("https://api-docs.kandji.io/#users"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "6h", backfill: "0s" },
  ways: [way],
  identity: ["id"],
  names: ["name", "email"],
  times: [],
  volatile: { updated_at: "a directory that synchronizes moves it without a change" },
  sensitive: {},
  about: {},
};
