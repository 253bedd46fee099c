import { devices } from "../../src/datasets/devices.ts";
import type { Listing, Paging, Way } from "../../src/datasets/listing.ts";

/** How many requests a dataset costs, reckoned from how it is paged and how many rows it has. */

export interface Fleet {
  readonly devices: number;
  /** Rows of a whole walk, by the name of the dataset. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * A thousand Macs. Per device: 20 vulnerable pieces of software, 110 accounts (nearly all of them macOS's own), 100 launch
 * agents and daemons, 150 applications, 30 consents, 20 profiles, 10 certificates, 60 library items and parameters, ten
 * entries of activity a day.
 */
export const thousandMacs: Fleet = {
  devices: 1_000,
  rows: {
    threats: 200,
    "behavioral-detections": 500,
    "vulnerability-detections": 20_000,
    vulnerabilities: 2_000,
    devices: 1_000,
    users: 1_200,
    admins: 20,
    blueprints: 20,
    tags: 50,
    licensing: 1,
    "prism-device-information": 1_000,
    "prism-filevault": 1_000,
    "prism-startup-settings": 1_000,
    "prism-gatekeeper-and-xprotect": 1_000,
    "prism-application-firewall": 1_000,
    "prism-activation-lock": 1_000,
    "prism-desktop-and-screensaver": 1_000,
    "prism-cellular": 1_000,
    "prism-local-users": 110_000,
    "prism-system-extensions": 3_000,
    "prism-kernel-extensions": 1_000,
    "prism-installed-profiles": 20_000,
    "prism-transparency-database": 30_000,
    "prism-launch-agents-and-daemons": 100_000,
    "prism-certificates": 10_000,
    "prism-apps": 150_000,
    "device-status": 60_000,
    "device-activity": 10_000,
    "device-details": 1_000,
    "device-apps": 150_000,
  },
};

/** Rows of a page where no parameter says so. https://api-docs.kandji.io, "List Users". */
const unaskedPage = 300;

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export const walksPerDay = (every: string): number =>
  86_400 / (Number(every.slice(0, -1)) * (secondsOf[every.slice(-1)] ?? Number.NaN));

/** Requests for so many rows of one list. */
export function pagesOf(paging: Paging, rows: number): number {
  if (paging.by === "nothing") return 1;
  if (paging.by === "offset") {
    // Each page but the first begins with the last row of the one before; without a total, one more finds no more.
    const pages = Math.max(1, Math.ceil((rows - 1) / (paging.limit - 1)));
    return pages + (paging.total === undefined ? 1 : 0);
  }
  const limit = paging.by === "page" ? paging.limit : (paging.size?.limit ?? unaskedPage);
  return Math.max(1, Math.ceil(rows / limit));
}

/** Requests of a whole walk; of a dataset whose devices are asked one by one, with the list of them. */
export function requestsPerWalk(dataset: Listing, way: Way, fleet: Fleet): number {
  const rows = fleet.rows[dataset.name] ?? Number.NaN;
  if ((way.scope ?? dataset.scope) === "tenant") return pagesOf(way.paging, rows);
  const ofDevices = pagesOf(devices.ways[0].paging, fleet.devices);
  return ofDevices + fleet.devices * pagesOf(way.paging, Math.ceil(rows / fleet.devices));
}

/** Of the dataset's first way, at its own interval. */
export const requestsPerDay = (dataset: Listing, fleet: Fleet): number =>
  Math.round(walksPerDay(dataset.defaults.every) * requestsPerWalk(dataset, dataset.ways[0], fleet));
