import { auditEvents } from "./audit-events.ts";
import type { Feed } from "./dataset.ts";
import { deviceApps } from "./device-apps.ts";
import { devices } from "./devices.ts";
import type { Listing } from "./listing.ts";
import { threats } from "./threats.ts";

export type Dataset = Feed | Listing;

const byName = <D extends Dataset>(all: readonly D[]): ReadonlyMap<string, D> =>
  new Map(all.map((dataset) => [dataset.name, dataset]));

/** Logs of events: their tail is polled before anything else. */
export const feeds: ReadonlyMap<string, Feed> = byName([auditEvents]);

/** What is walked whole, in the order in which it comes to its turn. */
export const listings: ReadonlyMap<string, Listing> = byName([threats, devices, deviceApps]);

/** Every dataset that can be collected, by the name that the operator writes. */
export const datasets: ReadonlyMap<string, Dataset> = new Map<string, Dataset>([...feeds, ...listings]);
