import { integerAt, objectAt, textAt } from "./fields.ts";
import type { Device, Person, SeenProcess, Software } from "./meaning.ts";

/** Devices, software and processes as several datasets write them. */

/** A device of which nothing is known. */
export const nobody: Device = {
  id: undefined,
  name: undefined,
  hostName: undefined,
  serialNumber: undefined,
  model: undefined,
  modelId: undefined,
  platform: undefined,
  osName: undefined,
  osVersion: undefined,
  osBuild: undefined,
  owner: undefined,
};

/** Keys that begin with `device_`, `""` or another word: `device_name`, `name`. */
export function deviceOf(value: unknown, prefix: string): Device {
  return {
    ...nobody,
    id: textAt(value, `${prefix}id`),
    name: textAt(value, `${prefix}name`),
    serialNumber: textAt(value, `${prefix}serial_number`),
    model: textAt(value, `${prefix}model`),
    osVersion: textAt(value, `${prefix}os_version`),
  };
}

/** Whose row it is, where the forwarder had to say it (`_forwarder.device`). */
export function noted(value: unknown): Device | undefined {
  const device = objectAt(objectAt(value, "_forwarder"), "device");
  if (device === undefined) return undefined;
  return {
    ...nobody,
    id: textAt(device, "id"),
    name: textAt(device, "name"),
    serialNumber: textAt(device, "serialNumber"),
  };
}

/** The user of a device: an object, or "" or null where it is assigned to nobody. */
export function ownerOf(value: unknown): Person | undefined {
  const owner = {
    id: textAt(value, "id"),
    name: textAt(value, "name"),
    email: textAt(value, "email"),
    role: undefined,
  };
  return owner.id === undefined && owner.name === undefined && owner.email === undefined ? undefined : owner;
}

export function softwareOf(known: Partial<Software>): Software {
  return {
    name: undefined,
    version: undefined,
    id: undefined,
    path: undefined,
    publisher: undefined,
    architecture: undefined,
    ...known,
  };
}

export function processOf(value: unknown, parent?: unknown): SeenProcess | undefined {
  const name = textAt(value, "name");
  const pid = integerAt(value, "pid");
  const path = textAt(value, "image_path") ?? textAt(value, "executable");
  if (name === undefined && pid === undefined && path === undefined) return undefined;
  return {
    name,
    pid: pid !== undefined && pid >= 0 ? pid : undefined,
    commandLine: textAt(value, "command_line"),
    path,
    owner: textAt(value, "owner"),
    sha256: textAt(value, "sha256"),
    parent: parent === undefined ? undefined : processOf(parent),
  };
}

/** The last part of a path of any system. */
export const fileNameOf = (path: string | undefined): string | undefined => {
  const name = path?.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return name === "" ? undefined : name;
};
