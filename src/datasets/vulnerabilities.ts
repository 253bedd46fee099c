import type { Listing, Way } from "./listing.ts";

// https://api-docs.kandji.io, "List Vulnerabilities": pages of at most 50, no URL of the next one.
const way: Way = {
  permission: {
    label: "List Vulnerabilities",
    method: "GET",
    path: "/api/v1/vulnerability-management/vulnerabilities",
  },
  paging: { by: "page", limit: 50, total: "total" },
  ask: () => ({ path: "/api/v1/vulnerability-management/vulnerabilities", search: { sort_by: "cve_id" } }),
  rows: [["results"]],
};

/** The CVEs to which the tenant is or was exposed, one row each. */
export const vulnerabilities: Listing = {
  name: "vulnerabilities",
  title: "Vulnerabilities",
  holds: "One row per CVE: severity, score, software, number of devices, active or remediated",
  source: new URL("https://api-docs.kandji.io/#vulnerability-management"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "tenant",
  defaults: { every: "6h", backfill: "0s" },
  ways: [way],
  identity: ["cve_id"],
  names: ["severity", "status"],
  times: [],
  volatile: {
    latest_detection_date: "moves whenever it is found again; `device_count` tells how many devices have it",
  },
  sensitive: {},
  about: {},
  licence: "Vulnerability Management",
};
