import type * as meanings from "./meaning/meaning.ts";
import type { Change, Meaning } from "./meaning/meaning.ts";
import { baseEvent, informational, type Event } from "./ocsf-event.ts";
import { complianceFinding, detectionFinding, vulnerabilityFinding } from "./ocsf-findings.ts";
import * as objects from "./ocsf-objects.ts";
import { other, unknown, type Enumerated } from "./ocsf-objects.ts";

/** Which class of OCSF 1.5.0 a meaning is, and what the classes of people, entities and inventory want to know. */

export function eventOf(meaning: Meaning, change: Change | undefined): Event {
  switch (meaning.kind) {
    case "activity":
      return meaning.target.type === "admin" ? accountChange(meaning) : entityManagement(meaning);
    case "detection":
      return detectionFinding(meaning);
    case "vulnerability":
      return vulnerabilityFinding(meaning);
    case "posture":
      return complianceFinding(meaning);
    case "device":
      return deviceInventory(meaning, change);
    case "software":
      return softwareInventory(meaning, change);
    case "person":
      return userInventory(meaning, change);
    case "other":
      return baseEvent(change);
    default:
      return meaning satisfies never;
  }
}

const accountActivities: Readonly<Record<string, Enumerated>> = {
  create: { id: 1, name: "Create" },
  delete: { id: 6, name: "Delete" },
};

const entityActivities: Readonly<Record<string, Enumerated>> = {
  create: { id: 1, name: "Create" },
  update: { id: 3, name: "Update" },
  delete: { id: 4, name: "Delete" },
  // Of a device's own log.
  enrollment: { id: 6, name: "Enroll" },
  name_changed: { id: 3, name: "Update" },
};

const among = (table: Readonly<Record<string, Enumerated>>, word: string | undefined): Enumerated =>
  (word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined) ?? other(word);

/** Nothing where Kandji does not say how it went. */
function statusOf(outcome: string | undefined): { readonly status_id?: number; readonly status?: string } {
  if (outcome === undefined) return {};
  if (outcome === "success") return { status_id: 1, status: "Success" };
  const isFailure = outcome === "error" || outcome === "failed";
  return isFailure ? { status_id: 2, status: "Failure" } : { status_id: 99, status: outcome };
}

const severityOfOutcome = (outcome: string | undefined): Enumerated =>
  outcome === "error" || outcome === "failed" ? { id: 4, name: "High" } : informational;

function accountChange(activity: meanings.Activity): Event {
  const { action, actor, target, outcome } = activity;
  const user = objects.userObject(target.person, objects.roleOf(target.person ?? nobody) ?? unknown);
  if (user === undefined) return baseEvent(action, statusOf(outcome));
  return {
    class_uid: 3001,
    class_name: "Account Change",
    activity: among(accountActivities, action),
    severity: severityOfOutcome(outcome),
    attributes: { user, actor: objects.actorObject(actor), ...statusOf(outcome) },
  };
}

const nobody: meanings.Person = { id: undefined, name: undefined, email: undefined, role: undefined };

/** The types for which the schema has a number have an object of their own. */
const entityTypes: Readonly<Record<string, Enumerated>> = {
  device: { id: 1, name: "Device" },
  user: { id: 2, name: "User" },
  blueprint: { id: 99, name: "Blueprint" },
  library_item: { id: 99, name: "Library Item" },
  api_token: { id: 99, name: "API Token" },
  tenant: { id: 99, name: "Tenant" },
};

function entityManagement({ action, actor, target, outcome, device }: meanings.Activity): Event {
  const message = [action, target.type, target.component && `(${target.component})`].filter(Boolean).join(" ");
  if ((target.id ?? target.name) === undefined) return baseEvent(action, statusOf(outcome));
  const type = among(entityTypes, target.type);
  return {
    class_uid: 3004,
    class_name: "Entity Management",
    activity: entityActivity(action, target),
    severity: severityOfOutcome(outcome),
    attributes: {
      message: message === "" ? undefined : message,
      entity: {
        uid: target.id,
        name: target.name,
        type_id: type.id,
        type: type.name,
        device: type.id === 1 ? objects.deviceObject(device) : undefined,
        user: type.id === 2 ? objects.userObject(target.person) : undefined,
      },
      actor: objects.actorObject(actor),
      ...statusOf(outcome),
    },
  };
}

function entityActivity(action: string | undefined, { type, component }: meanings.Target): Enumerated {
  if (action === "create" && component === "enrollment") return { id: 6, name: "Enroll" };
  if (action === "delete" && type === "device") return { id: 7, name: "Unenroll" };
  return among(entityActivities, action);
}

/** A row that is gone was not collected: it is told under the forwarder's own word. */
const inventoryActivity = (change: Change | undefined): Enumerated =>
  change === "deleted" ? other(change) : { id: 2, name: "Collect" };

function inventory(class_uid: number, class_name: string, change: Change | undefined, attributes: object): Event {
  return { class_uid, class_name, activity: inventoryActivity(change), severity: informational, attributes };
}

function deviceInventory({ device: about }: meanings.DeviceItem, change: Change | undefined): Event {
  const device = objects.deviceObject(about);
  return device === undefined ? baseEvent(change) : inventory(5001, "Device Inventory Info", change, { device });
}

function softwareInventory({ software, device: about }: meanings.SoftwareItem, change: Change | undefined): Event {
  const device = objects.deviceObject(about);
  if (device === undefined) return baseEvent(change);
  return inventory(5020, "Software Inventory Info", change, { device, product: objects.productObject(software) });
}

function userInventory({ person, device }: meanings.PersonItem, change: Change | undefined): Event {
  const user = objects.userObject(person, objects.roleOf(person));
  if (user === undefined) return baseEvent(change);
  // The class has no device.
  const unmapped = device === undefined ? undefined : { device: objects.deviceObject(device) };
  return inventory(5003, "User Inventory Info", change, { user, unmapped });
}
