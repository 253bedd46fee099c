import type { Device, Meaning, Person, SeenFile, SeenProcess } from "./meaning/meaning.ts";
import type * as meanings from "./meaning/meaning.ts";
import { fileNameOf } from "./meaning/things.ts";

/** The field sets of ECS that a meaning fills: https://www.elastic.co/docs/reference/ecs/ecs-field-reference. */

type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(meaning: Meaning): Record<string, unknown> {
  switch (meaning.kind) {
    case "activity":
      return { host: hostFields(meaning.device), device: deviceFields(meaning.device), user: actingUser(meaning) };
    case "detection":
      return detection(meaning);
    case "vulnerability":
      return vulnerability(meaning);
    case "posture":
      return {
        host: hostFields(meaning.device),
        device: deviceFields(meaning.device),
        rule: filled({ name: meaning.control, category: meaning.category }),
      };
    case "device":
      return {
        host: hostFields(meaning.device),
        device: deviceFields(meaning.device),
        user: userFields(meaning.device.owner),
      };
    case "software": {
      const { name, version, path, architecture } = meaning.software;
      return {
        host: hostFields(meaning.device),
        device: deviceFields(meaning.device),
        package: filled({ name, version, path, architecture }),
      };
    }
    case "person":
      return {
        host: hostFields(meaning.device),
        device: deviceFields(meaning.device),
        user: userFields(meaning.person),
      };
    case "other":
      return { host: hostFields(meaning.device), device: deviceFields(meaning.device) };
    default:
      return meaning satisfies never;
  }
}

/** Undefined where nothing is in it: an empty object is noise. */
function filled<F extends Fields>(fields: F): F | undefined {
  for (const key in fields) if (fields[key] !== undefined) return fields;
  return undefined;
}

const osTypes: Readonly<Record<string, string>> = {
  Mac: "macos",
  iPhone: "ios",
  iPad: "ios",
  Windows: "windows",
  Android: "android",
};

function hostFields(device: Device | undefined): Fields | undefined {
  if (device === undefined) return undefined;
  const { id, name, hostName, platform, osName, osVersion } = device;
  const type = platform !== undefined && Object.hasOwn(osTypes, platform) ? osTypes[platform] : undefined;
  const os = filled({ name: osName, version: osVersion, platform, type });
  return filled({ id, name: name ?? hostName, hostname: hostName ?? name, os });
}

function deviceFields(device: Device | undefined): Fields | undefined {
  if (device === undefined) return undefined;
  const { id, serialNumber, model, modelId } = device;
  return filled({ id, serial_number: serialNumber, model: filled({ name: model, identifier: modelId }) });
}

const userFields = (person: Person | undefined): Fields | undefined =>
  person === undefined
    ? undefined
    : filled({
        id: person.id,
        name: person.name,
        full_name: person.name,
        email: person.email,
        roles: person.role === undefined ? undefined : [person.role],
      });

/** Who acted, and upon whom. What acts and is no user is told under `iru.audit.actor`, as Elastic's package does. */
function actingUser({ actor, target }: meanings.Activity): Fields | undefined {
  const user = actor?.type === "user" ? actor : undefined;
  return filled({
    id: user?.id,
    email: user?.person?.email,
    name: user?.person?.name,
    target: userFields(target.person),
  });
}

function detection({
  by,
  finding,
  classification,
  malware,
  threatId,
  file,
  process,
  device,
}: meanings.Detection): Fields {
  return {
    host: hostFields(device),
    device: deviceFields(device),
    file: fileFields(file),
    process: processFields(process),
    rule: filled({
      id: by === "behaviour" ? threatId : undefined,
      name: malware ?? finding.title,
      category: classification,
      description: finding.description,
    }),
  };
}

function fileFields(file: SeenFile | undefined): Fields | undefined {
  if (file === undefined) return undefined;
  const { path, sha256 } = file;
  return filled({ path, name: file.name ?? fileNameOf(path), hash: filled({ sha256 }) });
}

function processFields(process: SeenProcess | undefined): Fields | undefined {
  if (process === undefined) return undefined;
  const { name, pid, commandLine, path, owner, sha256, parent } = process;
  return filled({
    name,
    pid,
    command_line: commandLine,
    executable: path,
    hash: filled({ sha256 }),
    user: filled({ name: owner }),
    parent: processFields(parent),
  });
}

function vulnerability({ finding, cve, score, scanner, software, device }: meanings.Vulnerability): Fields {
  return {
    host: hostFields(device),
    device: deviceFields(device),
    vulnerability: filled({
      id: cve,
      enumeration: cve?.startsWith("CVE-") === true ? "CVE" : undefined,
      severity: finding.severity,
      description: finding.description,
      reference: finding.url,
      classification: score === undefined ? undefined : "CVSS",
      score: filled({ base: score }),
      scanner: filled({ vendor: scanner }),
    }),
    package: software && filled({ name: software.name, version: software.version, path: software.path }),
  };
}

/** What somebody may look for across all events. */
export function relatedTo(meaning: Meaning): Fields | undefined {
  const person = personOf(meaning);
  const device = "device" in meaning ? meaning.device : undefined;
  return filled({
    hosts: device && distinct([device.id, device.name, device.hostName, device.serialNumber]),
    user: person && distinct([person.id, person.email, person.name]),
    hash: meaning.kind === "detection" ? hashesOf(meaning) : undefined,
  });
}

const hashesOf = ({ file, process }: meanings.Detection): readonly string[] | undefined =>
  distinct([file?.sha256, process?.sha256, process?.parent?.sha256]);

function personOf(meaning: Meaning): Person | undefined {
  if (meaning.kind === "person") return meaning.person;
  if (meaning.kind === "device") return meaning.device.owner;
  if (meaning.kind !== "activity" || meaning.actor?.type !== "user") return undefined;
  const { id, person } = meaning.actor;
  return { id, name: person?.name, email: person?.email, role: undefined };
}

function distinct(texts: readonly (string | undefined)[]): readonly string[] | undefined {
  const known: string[] = [];
  for (const text of texts) if (text !== undefined && !known.includes(text)) known.push(text);
  return known.length === 0 ? undefined : known;
}
