/** One device: little more than a seed and what has changed since. Its rows are written from this when they are asked for. */
import { CATALOG, SHOP_OF, type CatalogApp } from "./app-catalog.ts";
import { draw, drawInteger, drawSerial, drawUuid, mix } from "./draw.ts";
import { modelOf, type Family, type Model } from "./families.ts";
import type { FleetPlan } from "./fleet-plan.ts";
import type { Blueprint, Tenant, User } from "./tenant.ts";

export interface InstalledApp {
  readonly app: CatalogApp;
  version: number;
  readonly installedAt: number;
  changedAt: number;
}

export interface Activity {
  readonly id: number;
  readonly at: number;
  readonly type: string;
}

export interface StatusChange {
  readonly status: string;
  readonly at: number;
}

export interface Device {
  readonly id: string;
  readonly seed: number;
  /** The how many-th device of the tenant. */
  readonly number: number;
  readonly family: Family;
  readonly model: Model;
  readonly serial: string;
  readonly firstEnrolledAt: number;
  readonly enrolledAt: number;
  /** Never reported at all. */
  readonly isSilent: boolean;
  /** Not heard of for weeks. */
  readonly isMissing: boolean;
  name: string;
  assetTag: string;
  release: number;
  user: User | undefined;
  blueprint: Blueprint;
  /** When it came to its blueprint. */
  blueprintAt: number;
  tags: readonly string[];
  isEncrypted: boolean;
  lostModeAt: number | undefined;
  apps: InstalledApp[];
  readonly activity: Activity[];
  /** By the id of a library item or parameter, where it is no longer what the seed says. */
  readonly statuses: Map<string, StatusChange>;
  /** Last change of anything that stands in each of its rows. */
  changedAt: number;
  /** Last time that a change came from the device itself. */
  heardAt: number;
}

const DAY = 86_400_000;

/** Apps of each family against those of a Mac. */
const APPS_SHARE: Readonly<Record<Family, number>> = {
  Mac: 1,
  iPhone: 0.6,
  iPad: 0.5,
  AppleTV: 0.1,
  Windows: 0.8,
  Android: 0.5,
};

const PREFIX: Readonly<Record<Family, string>> = {
  Mac: "MBP",
  iPhone: "IPH",
  iPad: "IPD",
  AppleTV: "ATV",
  Windows: "WIN",
  Android: "AND",
};

function firstApps(family: Family, seed: number, plan: FleetPlan, enrolledAt: number): InstalledApp[] {
  const catalog = CATALOG[SHOP_OF[family]];
  const wanted = Math.round(plan.appsPerMac * APPS_SHARE[family] * (0.8 + draw(seed, 61) * 0.4));
  const systems = catalog.findIndex((app) => !app.isSystem);
  const count = Math.min(catalog.length, wanted);
  const others = catalog.length - systems;
  const apps: InstalledApp[] = [];
  // From a place of its own, a device takes one vendor's app after another, so none comes twice.
  const place = mix(seed, 62) % others;
  for (let i = 0; i < count; i += 1) {
    const app = i < systems ? catalog[i] : catalog[systems + ((place + i - systems) % others)];
    if (app === undefined) continue;
    const installedAt = enrolledAt + (app.isSystem ? 0 : mix(seed, 600 + i) % DAY);
    const version = app.isSystem ? 0 : mix(seed, 800 + i) % 4;
    apps.push({ app, version, installedAt, changedAt: installedAt });
  }
  return apps;
}

export interface Enrolment {
  readonly number: number;
  readonly family: Family;
  readonly seed: number;
  readonly enrolledAt: number;
  /** Of the first fleet, some are missing and some were never heard of; one that enrols now has just reported. */
  readonly isNew: boolean;
}

export function makeDevice(plan: FleetPlan, tenant: Tenant, enrolment: Enrolment): Device {
  const { number, family, seed, enrolledAt, isNew } = enrolment;
  const { users, blueprints, tags } = tenant;
  const hasUser = users.length > 0 && family !== "AppleTV" && draw(seed, 71) < 0.9;
  const blueprint = blueprints[mix(seed, 73) % blueprints.length];
  if (blueprint === undefined) throw new Error("A fleet needs a blueprint");
  const first = Math.max(enrolledAt - (draw(seed, 75) < 0.1 ? 90 * DAY : 0), 0);
  return {
    id: drawUuid(seed, 76),
    seed,
    number,
    family,
    model: modelOf(family, seed),
    serial: drawSerial(seed, 77),
    firstEnrolledAt: first,
    enrolledAt,
    isSilent: !isNew && draw(seed, 78) < 0.005,
    isMissing: !isNew && draw(seed, 79) < 0.01,
    name: `NB-${PREFIX[family]}-${String(number).padStart(4, "0")}`,
    assetTag: draw(seed, 80) < 0.5 ? "" : `A${10_000 + number}`,
    release: drawInteger(seed, 81, 10),
    user: hasUser ? users[mix(seed, 72) % users.length] : undefined,
    blueprint,
    blueprintAt: enrolledAt,
    tags: tags.filter((_, i) => mix(seed, 900 + i) % tags.length === 0).map((tag) => tag.name),
    isEncrypted: draw(seed, 82) < 0.95,
    lostModeAt: undefined,
    apps: firstApps(family, seed, plan, enrolledAt),
    activity: [],
    statuses: new Map(),
    changedAt: enrolledAt,
    heardAt: enrolledAt,
  };
}
