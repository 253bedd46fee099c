/** What can happen to a device, each with its line in the log for every dataset whose rows it changes. */
import { CATEGORY_NAMES, datasetOf, rowsOf, type CategoryName } from "../prism/categories.ts";
import { logExposures } from "./app-changes.ts";
import type { ChangeKind } from "./change-log.ts";
import type { Device } from "./device.ts";
import type { Family } from "./families.ts";
import type { FleetState } from "./fleet-state.ts";

/** What is left out stays as it is. */
export interface DeviceUpdate {
  readonly name?: string | undefined;
  readonly assetTag?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly blueprintId?: string | undefined;
  /** `null` for nobody. */
  readonly userId?: string | null | undefined;
  /** The number of a release; one more than now is an update of the system. */
  readonly release?: number | undefined;
  readonly isEncrypted?: boolean | undefined;
  readonly lostMode?: boolean | undefined;
}

interface Touched {
  readonly event: string;
  readonly prism: "all" | readonly CategoryName[];
  readonly datasets: readonly string[];
  /** Done on the device, which therefore has been heard of. */
  readonly byDevice?: true;
}

const ROW_AND_DETAILS = ["devices", "device-details"];
const WITH_DETECTIONS = [...ROW_AND_DETAILS, "vulnerability-detections"];

const TOUCHED: Readonly<Record<keyof DeviceUpdate, Touched>> = {
  name: { event: "renamed", prism: "all", datasets: WITH_DETECTIONS, byDevice: true },
  assetTag: { event: "asset-tagged", prism: "all", datasets: ROW_AND_DETAILS },
  tags: { event: "tagged", prism: "all", datasets: ROW_AND_DETAILS },
  blueprintId: { event: "moved", prism: "all", datasets: [...WITH_DETECTIONS, "device-status"] },
  userId: { event: "assigned", prism: "all", datasets: ROW_AND_DETAILS },
  release: { event: "os-updated", prism: ["device_information"], datasets: WITH_DETECTIONS, byDevice: true },
  isEncrypted: {
    event: "encryption-changed",
    prism: ["filevault", "local_users"],
    datasets: ["device-details"],
    byDevice: true,
  },
  lostMode: { event: "lost-mode-changed", prism: ["device_information"], datasets: ROW_AND_DETAILS },
};

function prismRows(state: FleetState, device: Device, name: CategoryName, now: number): number {
  return rowsOf(name, device, { now, plan: state.plan }).length;
}

function touch(state: FleetState, device: Device, at: number, touched: Touched): void {
  const categories = touched.prism === "all" ? CATEGORY_NAMES : touched.prism;
  const prism = categories.filter((name) => prismRows(state, device, name, at) > 0).map(datasetOf);
  const isExposed = state.flaws.exposures(device).length > 0;
  const others = touched.datasets.filter((dataset) => dataset !== "vulnerability-detections" || isExposed);
  for (const dataset of [...others, ...prism])
    state.log.add({ at, event: touched.event, dataset, identity: device.id, kind: "updated" });
}

/** Returns whether anything became different. */
function apply(
  state: FleetState,
  device: Device,
  field: keyof DeviceUpdate,
  update: DeviceUpdate,
  at: number,
): boolean {
  const before = JSON.stringify([device.name, device.assetTag, device.tags, device.release, device.isEncrypted]);
  switch (field) {
    case "name":
      device.name = update.name ?? device.name;
      break;
    case "assetTag":
      device.assetTag = update.assetTag ?? device.assetTag;
      break;
    case "tags":
      device.tags = update.tags ?? device.tags;
      break;
    case "release":
      device.release = update.release ?? device.release;
      break;
    case "isEncrypted":
      device.isEncrypted = update.isEncrypted ?? device.isEncrypted;
      break;
    case "lostMode": {
      const wasLost = device.lostModeAt !== undefined;
      device.lostModeAt = update.lostMode === true ? (device.lostModeAt ?? at) : undefined;
      return wasLost !== (update.lostMode === true);
    }
    case "blueprintId":
      return move(state, device, update.blueprintId, at);
    case "userId":
      return assign(state, device, update.userId, at);
  }
  return before !== JSON.stringify([device.name, device.assetTag, device.tags, device.release, device.isEncrypted]);
}

function move(state: FleetState, device: Device, id: string | undefined, at: number): boolean {
  const blueprint = state.tenant.blueprints.find((one) => one.id === id);
  if (blueprint === undefined) throw new Error(`There is no blueprint ${id}`);
  if (blueprint === device.blueprint) return false;
  for (const [one, by] of [
    [device.blueprint, -1],
    [blueprint, 1],
  ] as const) {
    one.devices += by;
    state.log.add({ at, event: "moved", dataset: "blueprints", identity: one.id, kind: "updated" });
  }
  device.blueprint = blueprint;
  device.blueprintAt = at;
  device.statuses.clear();
  return true;
}

function assign(state: FleetState, device: Device, id: string | null | undefined, at: number): boolean {
  const user = id === null ? undefined : state.tenant.users.find((one) => one.id === id);
  if (user === undefined && id !== null) throw new Error(`There is no user ${id}`);
  if (user === device.user) return false;
  for (const [one, by] of [
    [device.user, -1],
    [user, 1],
  ] as const) {
    if (one === undefined) continue;
    one.devices += by;
    one.updatedAt = at;
    state.log.add({ at, event: "assigned", dataset: "users", identity: one.id, kind: "updated" });
  }
  device.user = user;
  return true;
}

export function updateDevice(state: FleetState, device: Device, update: DeviceUpdate, at: number): void {
  for (const field of Object.keys(TOUCHED) as (keyof DeviceUpdate)[]) {
    if (update[field] === undefined || !apply(state, device, field, update, at)) continue;
    device.changedAt = at;
    if (TOUCHED[field].byDevice === true) device.heardAt = at;
    touch(state, device, at, TOUCHED[field]);
    if (field === "name") addActivity(state, device, "name_changed", at);
  }
}

/** All rows that a device has anywhere come or go with it. */
function comesOrGoes(state: FleetState, device: Device, event: string, kind: ChangeKind, at: number): void {
  const own = ["devices", "device-details", "device-status", "device-apps"];
  const prism = CATEGORY_NAMES.filter((name) => prismRows(state, device, name, at) > 0).map(datasetOf);
  const identity = device.id;
  for (const dataset of [...own, ...prism]) state.log.add({ at, event, dataset, identity, kind });
  logExposures(state, device, event, kind, state.flaws.exposures(device), at);
  state.log.add({ at, event, dataset: "blueprints", identity: device.blueprint.id, kind: "updated" });
  if (device.user !== undefined)
    state.log.add({ at, event, dataset: "users", identity: device.user.id, kind: "updated" });
  state.log.add({ at, event, dataset: "licensing", identity: "licensing", kind: "updated" });
}

export function enrolDevice(state: FleetState, at: number, family?: Family): Device {
  const device = state.makeDevice(state.nextSeed(), at, { isNew: true, family });
  state.takeIn(device);
  comesOrGoes(state, device, "enrolled", "created", at);
  const row = String(device.activity[0]?.id);
  state.log.add({ at, event: "enrolled", dataset: "device-activity", identity: device.id, row, kind: "created" });
  return device;
}

export function removeDevice(state: FleetState, device: Device, at: number): void {
  comesOrGoes(state, device, "removed", "deleted", at);
  state.strikeOut(device);
  if (device.user !== undefined) device.user.updatedAt = at;
}

/** `item` is the id of a library item of its blueprint, or of a parameter. */
export function setStatus(state: FleetState, device: Device, item: string, status: string, at: number): void {
  device.statuses.set(item, { status, at });
  device.heardAt = at;
  const where = { dataset: "device-status", identity: device.id, row: item };
  state.log.add({ at, event: "status-reported", ...where, kind: "updated" });
}

export function addActivity(state: FleetState, device: Device, type: string, at: number): void {
  const id = state.nextActivityNumber();
  device.activity.push({ id, at, type });
  const where = { dataset: "device-activity", identity: device.id, row: String(id) };
  state.log.add({ at, event: "activity", ...where, kind: "created" });
}
