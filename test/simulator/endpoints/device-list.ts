/** `GET /api/v1/devices` and `/api/v1/devices/{device_id}`: a bare array, in pages by offset over a list that moves. */
import { lastCheckIn } from "../fleet/check-ins.ts";
import type { Device } from "../fleet/device.ts";
import { releaseOf } from "../fleet/families.ts";
import { withBlank, zulu } from "../fleet/moments.ts";
import type { View } from "../prism/prism-row.ts";
import {
  good,
  notFound,
  windowOf,
  wordsOf,
  wrongField,
  type Answer,
  type Endpoint,
  type Question,
} from "./endpoint.ts";

const MAX_LIMIT = 300;

/** `""` and `null` both mean nobody. */
export function userOf(device: Device): object | string | null {
  const { user } = device;
  if (user === undefined) return device.number % 2 === 0 ? "" : null;
  return { email: user.email, name: user.name, id: user.id, is_archived: user.isArchived };
}

/** Keys that only some families fill stand on every row once a tenant has such a device. */
function polymorphic(device: Device): object {
  const isAndroid = device.family === "Android";
  return {
    api_level: isAndroid ? releaseOf("Android", device.release).version : "",
    security_patch_level: isAndroid ? "2026-04-05" : "",
    full_software_version: device.family === "Windows" ? releaseOf("Windows", device.release).build : "",
  };
}

function deviceRow(device: Device, view: View, mixed: boolean): string {
  const release = releaseOf(device.family, device.release);
  const heardAt = lastCheckIn(device, view.now, view.plan);
  const isMac = device.family === "Mac";
  return JSON.stringify({
    device_id: device.id,
    device_name: device.name,
    model: device.model.name,
    serial_number: device.serial,
    platform: device.family,
    os_version: release.version,
    supplemental_build_version: release.build,
    supplemental_os_version_extra: "",
    last_check_in: heardAt === undefined ? "" : zulu(heardAt),
    user: userOf(device),
    asset_tag: device.assetTag,
    blueprint_id: device.blueprint.id,
    blueprint_name: device.blueprint.name,
    mdm_enabled: true,
    agent_installed: isMac,
    agent_version: isMac ? "5.1.0 (1)" : "",
    is_missing: device.isMissing,
    is_removed: false,
    first_enrollment: withBlank(device.firstEnrolledAt),
    last_enrollment: withBlank(device.enrolledAt),
    lost_mode_status: device.lostModeAt === undefined ? "" : "enabled",
    tags: device.tags,
    ...(mixed ? polymorphic(device) : {}),
  });
}

function isMixed(question: Question): boolean {
  const { families } = question.fleet.plan;
  return (families.Windows ?? 0) > 0 || (families.Android ?? 0) > 0;
}

type Key = (device: Device, view: View) => string | number;

const ORDERINGS: Readonly<Record<string, Key>> = {
  asset_tag: (device) => device.assetTag,
  blueprint_id: (device) => device.blueprint.id,
  device_id: (device) => device.id,
  device_name: (device) => device.name,
  last_check_in: (device, view) => lastCheckIn(device, view.now, view.plan) ?? 0,
  model: (device) => device.model.name,
  platform: (device) => device.family,
  os_version: (device) => releaseOf(device.family, device.release).version,
  serial_number: (device) => device.serial,
  user: (device) => device.user?.name ?? "",
};

/** Those that take one value exactly, and those that take a part of it. */
const FILTERS: Readonly<Record<string, (device: Device, value: string) => boolean>> = {
  asset_tag: (device, value) => device.assetTag === value,
  blueprint_id: (device, value) => device.blueprint.id === value,
  device_id: (device, value) => device.id === value,
  device_name: (device, value) => device.name === value,
  filevault_enabled: (device, value) => String(device.family === "Mac" && device.isEncrypted) === value.toLowerCase(),
  model: (device, value) => device.model.name === value,
  os_version: (device, value) => releaseOf(device.family, device.release).version === value,
  platform: (device, value) => device.family === value,
  serial_number: (device, value) => device.serial.includes(value),
  tag_name: (device, value) => device.tags.includes(value),
  tag_name_in: (device, value) => value.split(",").some((tag) => device.tags.includes(tag)),
  user_id: (device, value) => device.user?.id === value,
  user_email: (device, value) => device.user?.email.includes(value) === true,
  user_email_exact: (device, value) => device.user?.email === value,
  user_name: (device, value) => device.user?.name === value,
};

function chosen(question: Question): readonly Device[] {
  const { query, fleet } = question;
  const wanted = [...query].flatMap(([name, value]) => {
    const filter = FILTERS[name];
    return filter === undefined || value === "" ? [] : [(device: Device): boolean => filter(device, value)];
  });
  return wanted.length === 0 ? fleet.devices : fleet.devices.filter((device) => wanted.every((is) => is(device)));
}

/** By no field that was asked for, the list stands as the devices enrolled. */
function ordered(devices: readonly Device[], fields: readonly string[], view: View): readonly Device[] {
  if (fields[0] === "device_id") return devices;
  const keys = fields.flatMap((field) => {
    const key = ORDERINGS[field.replace(/^-/, "")];
    return key === undefined ? [] : [{ key, sign: field.startsWith("-") ? -1 : 1 }];
  });
  const valued = devices.map((device) => ({ device, values: keys.map(({ key }) => key(device, view)) }));
  valued.sort((a, b) => {
    for (const [i, { sign }] of keys.entries()) {
      const [x = "", y = ""] = [a.values[i], b.values[i]];
      if (x !== y) return x < y ? -sign : sign;
    }
    return a.device.number - b.device.number;
  });
  return valued.map(({ device }) => device);
}

function answerDevices(question: Question): Answer {
  const { query, view } = question;
  const window = windowOf(query, MAX_LIMIT, MAX_LIMIT);
  if ("status" in window) return window;
  const fields = wordsOf(query, "ordering") ?? [];
  const unknown = fields.find((field) => ORDERINGS[field.replace(/^-/, "")] === undefined);
  if (unknown !== undefined) return wrongField("ordering", `${unknown} is not one of the available choices.`);
  const devices = ordered(chosen(question), fields, view).slice(window.offset, window.offset + window.limit);
  const rows = devices.map((device) => deviceRow(device, view, isMixed(question)));
  return good(`[${rows.join(",")}]`, rows);
}

function answerDevice(question: Question): Answer {
  const device = question.fleet.state.device(question.inPath[0] ?? "");
  if (device === undefined) return notFound();
  const row = deviceRow(device, question.view, isMixed(question));
  return good(row, [row]);
}

export const DEVICE_LIST: readonly Endpoint[] = [
  { template: "/api/v1/devices", dataset: "devices", answer: answerDevices },
  { template: "/api/v1/devices/{device_id}", dataset: "devices", answer: answerDevice },
];
