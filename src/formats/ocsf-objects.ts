import type { Actor, Device, Person, SeenFile, SeenProcess, Software } from "./meaning/meaning.ts";
import { fileNameOf } from "./meaning/things.ts";

/** The objects of OCSF 1.5.0. One of which the schema wants more than Kandji says is left out. */

/** An enumerated value: 0 is "Unknown"; 99 is "Other" and then the name is Kandji's own word. */
export interface Enumerated {
  readonly id: number;
  readonly name: string;
}

export const unknown: Enumerated = { id: 0, name: "Unknown" };
export const other = (name: string | undefined): Enumerated => (name === undefined ? unknown : { id: 99, name });

const byPlatform: Readonly<Record<string, { readonly device: Enumerated; readonly os: Enumerated }>> = {
  Mac: { device: unknown, os: { id: 300, name: "macOS" } },
  iPhone: { device: { id: 5, name: "Mobile" }, os: { id: 301, name: "iOS" } },
  iPad: { device: { id: 4, name: "Tablet" }, os: { id: 302, name: "iPadOS" } },
  AppleTV: { device: { id: 99, name: "Apple TV" }, os: { id: 99, name: "tvOS" } },
  tvOS: { device: { id: 99, name: "Apple TV" }, os: { id: 99, name: "tvOS" } },
  Windows: { device: unknown, os: { id: 100, name: "Windows" } },
  Android: { device: unknown, os: { id: 201, name: "Android" } },
};

const osByName: Readonly<Record<string, Enumerated>> = {
  macos: { id: 300, name: "macOS" },
  ios: { id: 301, name: "iOS" },
  ipados: { id: 302, name: "iPadOS" },
  tvos: { id: 99, name: "tvOS" },
  windows: { id: 100, name: "Windows" },
  android: { id: 201, name: "Android" },
};

const platformOf = (platform: string | undefined): (typeof byPlatform)[string] | undefined =>
  platform !== undefined && Object.hasOwn(byPlatform, platform) ? byPlatform[platform] : undefined;

/** Kandji says "Mac" of laptops and desktops, or nothing; the model says which. */
function deviceTypeOf({ platform, model }: Device): Enumerated {
  if (model?.startsWith("MacBook") === true) return { id: 3, name: "Laptop" };
  if (model !== undefined && /^(?:iMac|Mac mini|Mac Studio|Mac Pro)/u.test(model)) return { id: 2, name: "Desktop" };
  return platformOf(platform)?.device ?? other(platform);
}

/** The schema wants a name: without it the version alone cannot be told. */
function osOf({ platform, osName, osVersion, osBuild }: Device): object | undefined {
  const word = osName?.toLowerCase() ?? "";
  const type =
    (Object.hasOwn(osByName, word) ? osByName[word] : undefined) ?? platformOf(platform)?.os ?? other(osName);
  const name = osName ?? type.name;
  if (type.id === 0 || name === undefined) return undefined;
  return { name, type_id: type.id, type: type.name, version: osVersion, build: osBuild };
}

/** A device needs an id or a name. */
export function deviceObject(device: Device | undefined): object | undefined {
  if (device === undefined || (device.id ?? device.name ?? device.hostName) === undefined) return undefined;
  const type = deviceTypeOf(device);
  const { serialNumber } = device;
  return {
    uid: device.id,
    name: device.name,
    hostname: device.hostName,
    type_id: type.id,
    type: type.name,
    model: device.model ?? device.modelId,
    hw_info: serialNumber === undefined ? undefined : { serial_number: serialNumber },
    os: osOf(device),
    owner: userObject(device.owner),
  };
}

/** A user needs an id or a name. */
export function userObject(person: Person | undefined, type?: Enumerated): object | undefined {
  if (person === undefined || (person.id ?? person.name) === undefined) return undefined;
  return {
    uid: person.id,
    name: person.name,
    email_addr: person.email,
    type_id: type?.id,
    type: type?.name,
  };
}

/** Kandji's roles: `admin`, `auditor`, … */
export function roleOf({ role }: Person): Enumerated | undefined {
  if (role === undefined) return undefined;
  return /admin/iu.test(role) ? { id: 2, name: "Admin" } : { id: 1, name: "User" };
}

const actorTypes: Readonly<Record<string, Enumerated>> = {
  user: { id: 1, name: "User" },
  device: { id: 3, name: "System" },
  kandji: { id: 3, name: "System" },
};

export function actorObject(actor: Actor | undefined): object | undefined {
  if (actor === undefined) return undefined;
  const { id, type, person } = actor;
  const known = type !== undefined && Object.hasOwn(actorTypes, type) ? actorTypes[type] : other(type);
  const who = { id, name: person?.name, email: person?.email, role: undefined };
  const user = userObject(who, known);
  return user === undefined ? undefined : { user };
}

/** A file needs a name; what kind of file it is Kandji does not say. */
export function fileObject(file: SeenFile | undefined): object | undefined {
  const name = file?.name ?? fileNameOf(file?.path);
  if (name === undefined) return undefined;
  return { name, path: file?.path, type_id: 0, hashes: hashesOf(file?.sha256) };
}

/** 64 digits are what SHA-256 gives; whatever else is in the field is told as it is. */
function hashesOf(value: string | undefined): readonly object[] | undefined {
  if (value === undefined) return undefined;
  const isSha256 = /^[0-9a-f]{64}$/iu.test(value);
  return [isSha256 ? { algorithm_id: 3, algorithm: "SHA-256", value } : { algorithm_id: 0, value }];
}

/** A process needs its number. */
export function processObject(process: SeenProcess | undefined): object | undefined {
  if (process?.pid === undefined) return undefined;
  const { owner } = process;
  return {
    pid: process.pid,
    name: process.name,
    cmd_line: process.commandLine,
    file: fileObject({ path: process.path, name: undefined, sha256: process.sha256 }),
    user: owner === undefined ? undefined : { name: owner },
    parent_process: processObject(process.parent),
  };
}

/** A package needs a name and a version. */
export function packageObject(software: Software | undefined): object | undefined {
  if (software?.name === undefined || software.version === undefined) return undefined;
  const { name, version, id, path } = software;
  return { name, version, uid: id, path };
}

/** A product needs a name or an id. */
export function productObject({ name, version, id, path, publisher }: Software): object | undefined {
  if ((name ?? id) === undefined) return undefined;
  return { name, version, uid: id, path, vendor_name: publisher };
}
