import { admins } from "./admins.ts";
import { auditEvents } from "./audit-events.ts";
import { behavioralDetections } from "./behavioral-detections.ts";
import { blueprints } from "./blueprints.ts";
import type { Feed, KandjiFeed, OwnFeed, Permission } from "./dataset.ts";
import { forwarderHealth, forwarderJournal } from "./forwarder-log.ts";
import { deviceActivity } from "./device-activity.ts";
import { deviceApps } from "./device-apps.ts";
import { deviceDetails } from "./device-details.ts";
import { deviceStatus } from "./device-status.ts";
import { devices } from "./devices.ts";
import { licensing } from "./licensing.ts";
import type { Listing } from "./listing.ts";
import { prism } from "./prism.ts";
import { tags } from "./tags.ts";
import { threats } from "./threats.ts";
import { users } from "./users.ts";
import { vulnerabilities } from "./vulnerabilities.ts";
import { vulnerabilityDetections } from "./vulnerability-detections.ts";

export type Dataset = Feed | Listing;

const byName = <D extends Dataset>(all: readonly D[]): ReadonlyMap<string, D> =>
  new Map(all.map((dataset) => [dataset.name, dataset]));

/** Logs of events at Kandji: their tail is polled before anything else. */
export const kandjiFeeds: ReadonlyMap<string, KandjiFeed> = byName([auditEvents]);

/** Logs of this forwarder. */
export const ownFeeds: ReadonlyMap<string, OwnFeed> = byName([forwarderJournal, forwarderHealth]);

export const feeds: ReadonlyMap<string, Feed> = new Map<string, Feed>([...kandjiFeeds, ...ownFeeds]);

/** What is walked whole, in the order in which it comes to its turn: threats first, what costs a request per device last. */
export const listings: ReadonlyMap<string, Listing> = byName([
  threats,
  behavioralDetections,
  vulnerabilityDetections,
  devices,
  users,
  admins,
  blueprints,
  tags,
  licensing,
  vulnerabilities,
  ...prism,
  deviceStatus,
  deviceActivity,
  deviceDetails,
  deviceApps,
]);

/** What is collected from Kandji. */
export const kandjiDatasets: ReadonlyMap<string, KandjiFeed | Listing> = new Map<string, KandjiFeed | Listing>([
  ...kandjiFeeds,
  ...listings,
]);

/** Every dataset that can be collected, by the name that the operator writes. */
export const datasets: ReadonlyMap<string, Dataset> = new Map<string, Dataset>([...kandjiDatasets, ...ownFeeds]);

/** What to tick for the token so that a dataset can be read; where there are several endpoints, for the first. */
export const permissionOf = (dataset: KandjiFeed | Listing): Permission =>
  dataset.reading === "feed" ? dataset.permission : dataset.ways[0].permission;
