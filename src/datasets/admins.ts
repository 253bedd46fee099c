import type { Listing, Way } from "./listing.ts";

// Not on the vendor's page of August 2026, yet answered: https://github.com/elastic/integrations, packages/iru. Without it the
// `actor_id` of an audit event is a number without a name.
const way: Way = {
  permission: { label: "List Admins", method: "GET", path: "/api/v1/admins" },
  paging: { by: "cursor", parameter: "cursor", next: "next" },
  ask: () => ({ path: "/api/v1/admins", search: {} }),
  rows: [["results"]],
};

/** People who may use the console: who is behind the `actor_id` of an audit event. */
export const admins: Listing = {
  name: "admins",
  title: "Admins",
  holds: "People who may use the console, and their roles",
  source: new URL("https://github.com/elastic/integrations/tree/main/packages/iru"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "6h", backfill: "0s" },
  ways: [way],
  identity: ["id"],
  names: ["email", "first_name", "last_name", "role"],
  times: [],
  volatile: { updated_at: "moves without a change of what is shown" },
  sensitive: {},
  about: {},
};
