/**
 * A fleet of devices and the tenant that it belongs to: made from a seed, changing by itself as time passes, and open to
 * a test that wants a certain change at a certain moment.
 */
import { seedFor } from "../random.ts";
import { CATALOG, SHOP_OF, type CatalogApp } from "./app-catalog.ts";
import { installApp, removeApp, updateApp } from "./app-changes.ts";
import type { ChangeLog } from "./change-log.ts";
import { Course } from "./course.ts";
import type { BehavioralDetection, Threat } from "./detections.ts";
import type { Device } from "./device.ts";
import {
  addActivity,
  enrolDevice,
  removeDevice,
  setStatus,
  updateDevice,
  type DeviceUpdate,
} from "./device-changes.ts";
import type { Family } from "./families.ts";
import { fleetPlan, type FleetPlan, type FleetRates, type FleetWishes } from "./fleet-plan.ts";
import { FleetState } from "./fleet-state.ts";
import type { Flaw } from "./flaws.ts";
import {
  addBehavioralDetection,
  addTag,
  addThreat,
  addUser,
  archiveUser,
  publishFlaw,
  releaseThreat,
} from "./tenant-changes.ts";
import type { Tag, User } from "./tenant.ts";
import type { Change } from "../change.ts";

export class Fleet {
  readonly state: FleetState;
  readonly #course: Course;
  #rates: FleetRates;
  #now: number;

  /** `name` makes it its own: the same wishes under another name give other devices. */
  constructor(wishes: FleetWishes, now: number, name = "") {
    const plan = fleetPlan(wishes);
    this.state = new FleetState(plan, seedFor(`${name} fleet`, plan.seed), now);
    this.#rates = plan.rates;
    this.#now = now;
    this.#course = new Course(this.state, now);
  }

  get plan(): FleetPlan {
    return this.state.plan;
  }

  /** When it is for the fleet; explicit changes happen now. */
  get now(): number {
    return this.#now;
  }

  get log(): ChangeLog {
    return this.state.log;
  }

  /** In the order of their ids. */
  get devices(): readonly Device[] {
    return this.state.devices;
  }

  /** What was due in between has happened. Time does not run back. */
  advanceTo(now: number): void {
    if (now <= this.#now) return;
    this.#course.advanceTo(now);
    this.#now = now;
  }

  /** From now on things happen at other rates. */
  setRates(rates: Change<FleetRates>): void {
    const given = Object.fromEntries(Object.entries(rates).filter(([, rate]) => rate !== undefined));
    this.#rates = { ...this.#rates, ...given };
    this.#course.setRates(this.#rates, this.#now);
  }

  device(id: string): Device {
    const device = this.state.device(id);
    if (device === undefined) throw new Error(`There is no device ${id}`);
    return device;
  }

  /** The `number`th device of a family, in the order of their ids. */
  deviceOf(family: Family, number = 0): Device {
    const device = this.devices.filter((one) => one.family === family)[number];
    if (device === undefined) throw new Error(`There are not so many of ${family}`);
    return device;
  }

  enrol(family?: Family): Device {
    return enrolDevice(this.state, this.#now, family);
  }

  remove(deviceId: string): void {
    removeDevice(this.state, this.device(deviceId), this.#now);
  }

  update(deviceId: string, update: DeviceUpdate): void {
    updateDevice(this.state, this.device(deviceId), update, this.#now);
  }

  /** Without a bundle id: the first app of the catalog that the device does not have. */
  installApp(deviceId: string, bundleId?: string): CatalogApp {
    const device = this.device(deviceId);
    const missing = CATALOG[SHOP_OF[device.family]].filter((app) => device.apps.every((one) => one.app !== app));
    const app = missing.find((one) => bundleId === undefined || one.bundleId === bundleId);
    if (app === undefined) throw new Error(`${device.name} can install no ${bundleId ?? "further app"}`);
    installApp(this.state, device, app, this.#now);
    return app;
  }

  /** Without a bundle id: the last app of a vendor that the device has. */
  updateApp(deviceId: string, bundleId?: string): CatalogApp {
    const device = this.device(deviceId);
    const app = installed(device, bundleId);
    updateApp(this.state, device, app, this.#now);
    return app;
  }

  removeApp(deviceId: string, bundleId?: string): CatalogApp {
    const device = this.device(deviceId);
    const app = installed(device, bundleId);
    removeApp(this.state, device, app, this.#now);
    return app;
  }

  /** `itemId` is the id of a library item of the device's blueprint, or of a parameter. */
  setStatus(deviceId: string, itemId: string, status: string): void {
    setStatus(this.state, this.device(deviceId), itemId, status, this.#now);
  }

  addActivity(deviceId: string, type = "mdm_command_completed"): void {
    addActivity(this.state, this.device(deviceId), type, this.#now);
  }

  addUser(): User {
    return addUser(this.state, this.#now);
  }

  archiveUser(userId: string): void {
    archiveUser(this.state, userId, this.#now);
  }

  addTag(): Tag {
    return addTag(this.state, this.#now);
  }

  addThreat(deviceId = this.deviceOf("Mac").id): Threat {
    return addThreat(this.state, this.device(deviceId), this.#now);
  }

  releaseThreat(threat: Threat): void {
    releaseThreat(this.state, threat, this.#now);
  }

  addBehavioralDetection(deviceId = this.deviceOf("Mac").id): BehavioralDetection {
    return addBehavioralDetection(this.state, this.device(deviceId), this.#now);
  }

  /** A flaw of an app becomes known; of some app without a bundle id. */
  publishVulnerability(bundleId?: string): Flaw {
    const app = bundleId === undefined ? undefined : CATALOG.mac.find((one) => one.bundleId === bundleId);
    return publishFlaw(this.state, this.#now, app);
  }
}

function installed(device: Device, bundleId: string | undefined): CatalogApp {
  const found = device.apps.findLast(({ app }) => (bundleId === undefined ? !app.isSystem : app.bundleId === bundleId));
  if (found === undefined) throw new Error(`${device.name} has no ${bundleId ?? "app of a vendor"}`);
  return found.app;
}
