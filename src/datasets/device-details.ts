import type { Listing, Way } from "./listing.ts";
import { unlockMaterial } from "./unlock-material.ts";

const way: Way = {
  permission: { label: "Device details", method: "GET", path: "/api/v1/devices/{device_id}/details" },
  paging: { by: "nothing" },
  ask: ({ device = "" }) => ({ path: `/api/v1/devices/${encodeURIComponent(device)}/details`, search: {} }),
  rows: "whole",
};

const fills = "moves as the disk fills and empties";
const moves = "a laptop has another one in every network";

/** All that Kandji knows of each device, in one nested row that differs by platform. Prism has most of it in far fewer requests. */
export const deviceDetails: Listing = {
  name: "device-details",
  title: "Device details",
  holds: "One nested row per device: hardware, disks, network, users, profiles, security, lost mode",
  source: new URL("https://api-docs.kandji.io/#device-information"),
  reading: "listing",
  kind: "state",
  sends: "state",
  scope: "device",
  defaults: { every: "24h", backfill: "0s" },
  ways: [way],
  // One row per device.
  identity: [],
  names: [],
  times: [],
  volatile: {
    last_check_in: "moves with every check-in, some 15 minutes apart",
    last_check_in_datetime: "the same, of Windows",
    time_since_boot: "grows by itself",
    available: fills,
    percent_used: fills,
    free_capacity: `${fills}; of Windows`,
    available_capacity: `${fills}; of Android`,
    ip_address: moves,
    public_ip: moves,
    wifi_ipv4_address: moves,
    wifi_ipv6_address: moves,
    wifi_subnet_mask: moves,
    wifi_dns_suffix: moves,
  },
  sensitive: { last_location: "where a lost device, and so perhaps a person, is", ...unlockMaterial },
  about: {},
};
