/** What a fleet shall be like, and how fast it changes. Plain data, so that a plan can be a JSON file. */
import { changed, type Change } from "../change.ts";
import type { Family } from "./families.ts";

/** Per device and day, unless said otherwise; zero for never. */
export interface FleetRates {
  readonly osUpdate: number;
  readonly appInstall: number;
  readonly appUpdate: number;
  readonly appRemove: number;
  readonly rename: number;
  readonly assignment: number;
  readonly blueprintMove: number;
  readonly tagging: number;
  readonly fileVault: number;
  readonly lostMode: number;
  readonly itemStatus: number;
  readonly activity: number;
  readonly enrolment: number;
  readonly removal: number;
  readonly newUser: number;
  readonly threat: number;
  readonly threatRelease: number;
  readonly behavioralDetection: number;
  /** Per day in the whole tenant: a flaw in an app becomes known. */
  readonly vulnerability: number;
}

export type KindOfChange = keyof FleetRates;

export interface FleetPlan {
  readonly seed: number;
  readonly devices: number;
  /** How many of each family; what is left out is none. */
  readonly families: Change<Readonly<Record<Family, number>>>;
  /** Apps of a Mac, on average; the other families have fewer in proportion. */
  readonly appsPerMac: number;
  readonly users: number;
  readonly admins: number;
  readonly blueprints: number;
  readonly tags: number;
  /** Per device at the start. */
  readonly threats: number;
  readonly behavioralDetections: number;
  /** Flaws that are known at the start. */
  readonly vulnerabilities: number;
  /** Activity rows per device at the start. */
  readonly activity: number;
  readonly rates: FleetRates;
  /** `null` when no device ever checks in again. */
  readonly checkInEveryMs: number | null;
  /** Of the hours, the share in which a device is awake. */
  readonly awake: number;
  /** How often a check-in also brings the inventory. */
  readonly inventoryEveryMs: number;
  /** What moves `updated_at` of a Prism row: each inventory, as in the documented sample, or a change only. */
  readonly prismUpdatedAt: "inventory" | "change";
}

/** What may be left out, is. */
export interface FleetWishes extends Change<Omit<FleetPlan, "rates">> {
  readonly rates?: Change<FleetRates> | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const LIVELY: FleetRates = {
  osUpdate: 1 / 45,
  appInstall: 1 / 20,
  appUpdate: 0.6,
  appRemove: 1 / 30,
  rename: 1 / 400,
  assignment: 1 / 300,
  blueprintMove: 1 / 300,
  tagging: 1 / 300,
  fileVault: 1 / 500,
  lostMode: 1 / 1000,
  itemStatus: 0.2,
  activity: 1,
  enrolment: 1 / 500,
  removal: 1 / 800,
  newUser: 1 / 600,
  threat: 1 / 500,
  threatRelease: 1 / 1000,
  behavioralDetection: 1 / 400,
  vulnerability: 1,
};

/** Nothing ever happens. */
export const STILL = Object.fromEntries(Object.keys(LIVELY).map((kind) => [kind, 0])) as unknown as FleetRates;

/** A fleet in which nothing changes but the times of check-ins. */
export const QUIET: FleetWishes = { rates: STILL };

/** Every family, and few enough that nobody waits for them. */
const SMALL = 12;

export function fleetPlan(wishes: FleetWishes): FleetPlan {
  const devices = wishes.devices ?? SMALL;
  const usual: FleetPlan = {
    seed: 1,
    devices,
    families: { Mac: 0.6, iPhone: 0.15, iPad: 0.08, AppleTV: 0.02, Windows: 0.1, Android: 0.05 },
    appsPerMac: 60,
    users: Math.ceil(devices * 0.8),
    admins: Math.min(40, 3 + Math.ceil(devices / 200)),
    blueprints: Math.min(20, 3 + Math.ceil(devices / 300)),
    tags: Math.min(60, 4 + Math.ceil(devices / 100)),
    threats: 0.03,
    behavioralDetections: 0.05,
    vulnerabilities: 12,
    activity: 6,
    rates: LIVELY,
    checkInEveryMs: 15 * MINUTE,
    awake: 0.6,
    inventoryEveryMs: 4 * HOUR,
    prismUpdatedAt: "inventory",
  };
  const { rates = {}, ...others } = wishes;
  return changed(usual, { ...others, rates: changed(LIVELY, rates) });
}
