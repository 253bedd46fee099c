import { firstText, momentAt, numberAt, objectAt, objectOf, textAt, textOf } from "./fields.ts";
import { fieldsIn, type Fields } from "../../json.ts";
import { deviceOf, nobody, processOf, softwareOf } from "./things.ts";
import type { Activity, Actor, Detection, Device, Finding, Meaning, Person, Posture } from "./meaning.ts";
import type { Stage, Target, Vulnerability } from "./meaning.ts";

/** Audit events: who did what, and among them what the detecting engines of Kandji found (facts of `target_type`). */

/** Components of a device whose events are the outcome of a check, as Datadog's pipeline for Kandji tells them apart. */
const checks: ReadonlySet<string> = new Set(["remediation", "first_runs", "first_run_remediation"]);

export function readAuditEvent(value: unknown): Meaning {
  const event = fieldsIn(value);
  const type = textOf(event["target_type"]);
  if (type === "file_detection") return fileDetection(value);
  if (type === "vulnerability") return vulnerability(value);
  const component = textOf(event["target_component"]);
  if (type === "device" && component !== undefined && checks.has(component)) return check(value);
  return activity(event, type, component);
}

function activity(event: Fields, type: string | undefined, component: string | undefined): Activity {
  const state = objectOf(event["new_state"]);
  const device = type === "device" ? deviceOfEvent(event) : undefined;
  return {
    kind: "activity",
    action: textOf(event["action"]),
    code: textOf(event["event_type"]),
    actor: actorOf(event),
    target: targetOf(event, type, component, device),
    outcome: textAt(state, "status"),
    device,
    at: undefined,
  };
}

function targetOf(
  event: Fields,
  type: string | undefined,
  component: string | undefined,
  device: Device | undefined,
): Target {
  const id = textOf(event["target_id"]);
  const state = objectOf(event["new_state"]);
  const person = type === "admin" || type === "user" ? personOf(state, id) : undefined;
  const name = person?.name ?? firstText(state, ["name", "label"]) ?? device?.name;
  const blueprint = type === "blueprint" ? textOf(event["blueprint_name"]) : undefined;
  return { id, type, component, name: name ?? blueprint, person };
}

function actorOf(event: Fields): Actor | undefined {
  const id = textOf(event["actor_id"]);
  const type = textOf(event["actor_type"]);
  if (id === undefined && type === undefined) return undefined;
  // `_actor` is added by the forwarder, `admin` by Elastic's own agent.
  const known = objectOf(event["_actor"]) ?? objectOf(event["admin"]);
  return { id, type, person: known === undefined ? undefined : personOf(known, id) };
}

/** A person as the list of admins and the events about them write one; `id` where the event names whom it is about. */
export function personOf(value: unknown, id = textAt(value, "id")): Person {
  return {
    id,
    name: textAt(value, "name") ?? fullNameOf(value),
    email: textAt(value, "email"),
    role: textAt(value, "role"),
  };
}

function fullNameOf(value: unknown): string | undefined {
  const names = [textAt(value, "first_name"), textAt(value, "last_name")].filter((name) => name !== undefined);
  return names.length === 0 ? undefined : names.join(" ");
}

function deviceOfEvent(value: unknown): Device {
  const device = objectAt(objectAt(value, "new_state"), "device");
  return {
    ...nobody,
    id: textAt(device, "id") ?? textAt(value, "target_id"),
    name: textAt(device, "name") ?? textAt(value, "device_name"),
  };
}

const stages: Readonly<Record<string, Stage>> = {
  create: "found",
  detect: "found",
  update: "changed",
  remediate: "resolved",
};

const stageOf = (action: string | undefined): Stage =>
  action !== undefined && Object.hasOwn(stages, action) ? stages[action] : undefined;

function findingOf(value: unknown, fields: Partial<Finding>): Finding {
  const action = textAt(value, "action");
  return {
    uid: textAt(value, "target_id") ?? textAt(value, "id"),
    title: undefined,
    description: undefined,
    url: undefined,
    stage: stageOf(action),
    action,
    status: undefined,
    severity: undefined,
    firstSeenAt: undefined,
    lastSeenAt: undefined,
    ...fields,
  };
}

/** What the ECS document inside the event says of the device, and what Kandji adds to it. */
function deviceOfDocument(state: unknown, added: unknown): Device {
  const host = objectAt(state, "host");
  const os = objectAt(host, "os");
  return {
    ...deviceOf(added, ""),
    id: textAt(added, "id") ?? textAt(objectAt(state, "device"), "id"),
    hostName: textAt(host, "name"),
    osName: textAt(os, "name"),
    osVersion: textAt(os, "version"),
  };
}

function fileDetection(value: unknown): Detection {
  const state = objectAt(value, "new_state");
  const metadata = objectAt(value, "metadata");
  const file = objectAt(state, "file");
  const malware = textAt(metadata, "threat_family_name");
  const name = textAt(file, "name");
  return {
    kind: "detection",
    by: "file",
    finding: findingOf(value, {
      title: malware === undefined ? name : name === undefined ? malware : `${malware} in ${name}`,
      description: textAt(metadata, "threat_description"),
      status: textAt(metadata, "threat_status"),
      firstSeenAt: momentAt(metadata, "initial_detection_date"),
    }),
    classification: textAt(metadata, "classification"),
    malware,
    threatId: textAt(metadata, "threat_id"),
    file: { path: textAt(file, "path"), name, sha256: textAt(objectAt(file, "hash"), "sha256") },
    process: processOf(objectAt(state, "process")),
    device: deviceOfDocument(state, objectAt(metadata, "device")),
  };
}

function vulnerability(value: unknown): Vulnerability {
  const state = objectAt(value, "new_state");
  const weakness = objectAt(state, "vulnerability");
  const cve = textAt(weakness, "id");
  const file = objectAt(state, "file");
  const software = textAt(file, "name");
  const device = deviceOfDocument(state, undefined);
  return {
    kind: "vulnerability",
    finding: findingOf(value, {
      title: cve === undefined || software === undefined ? cve : `${cve} in ${software}`,
      description: textAt(weakness, "description"),
      severity: textAt(weakness, "severity"),
    }),
    cve,
    score: numberAt(objectAt(weakness, "score"), "base"),
    publishedAt: undefined,
    modifiedAt: undefined,
    scanner: textAt(objectAt(weakness, "scanner"), "vendor"),
    software: softwareOf({ name: software, path: textAt(file, "path") }),
    device: { ...device, name: textAt(value, "device_name") ?? device.hostName },
  };
}

/** Kandji looked whether a device is as its blueprint wants it, or mended it. */
function check(value: unknown): Posture {
  const state = objectAt(value, "new_state");
  const isMended = textAt(value, "target_component") !== "first_runs";
  const incompatible = numberAt(objectAt(state, "counts"), "incompatible");
  const control = firstText(state, ["parameter_name", "name"]);
  const blueprint = textAt(objectAt(state, "blueprint"), "name") ?? textAt(value, "blueprint_name");
  return {
    kind: "posture",
    finding: findingOf(value, {
      // One event is one finding: which earlier one it belongs to is not said.
      uid: textAt(value, "id") ?? textAt(value, "target_id"),
      title: control ?? (blueprint === undefined ? undefined : `Compliance run for blueprint ${blueprint}`),
      status: textAt(state, "status"),
      severity: incompatible !== undefined && incompatible > 0 ? "Low" : "Informational",
      stage: isMended ? "resolved" : stageOf(textAt(value, "action")),
    }),
    control,
    category: undefined,
    result: resultOf(isMended, incompatible),
    device: deviceOfEvent(value),
  };
}

/** What was mended had failed; a first run says how many parameters do not fit, or nothing. */
function resultOf(isMended: boolean, incompatible: number | undefined): Posture["result"] {
  if (isMended) return "fail";
  if (incompatible === undefined) return undefined;
  return incompatible > 0 ? "fail" : "pass";
}
