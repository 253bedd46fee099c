import { fieldsIn } from "../../json.ts";
import { readAuditEvent } from "./audit-event.ts";
import {
  readBehaviour,
  readDeviceStatus,
  readThreat,
  readVulnerability,
  readVulnerabilityDetection,
} from "./findings.ts";
import * as inventory from "./inventory.ts";
import type { Change, Meaning, Reader } from "./meaning.ts";

/** Who reads which dataset. A new dataset is a line here; until then it is `other`. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["audit-events", readAuditEvent],
  ["threats", readThreat],
  ["behavioral-detections", readBehaviour],
  ["vulnerability-detections", readVulnerabilityDetection],
  ["vulnerabilities", readVulnerability],
  ["device-status", readDeviceStatus],
  ["devices", inventory.readDevice],
  ["device-details", inventory.readDeviceDetails],
  ["device-activity", inventory.readDeviceActivity],
  ["device-apps", inventory.readApp],
  ["users", inventory.readPerson],
  ["admins", inventory.readPerson],
  ["prism-apps", inventory.readPrismSoftware],
  ["prism-system-extensions", inventory.readPrismSoftware],
  ["prism-kernel-extensions", inventory.readPrismSoftware],
  ["prism-local-users", inventory.readLocalUser],
]);

function readerOf(dataset: string): Reader {
  const reader = readers.get(dataset);
  if (reader !== undefined) return reader;
  return dataset.startsWith("prism-") ? inventory.readPrism : inventory.readOther;
}

const changes: ReadonlySet<unknown> = new Set<Change>(["snapshot", "created", "updated", "deleted"]);

/** What the forwarder noticed of the row; undefined for an event. */
export function changeOf(value: unknown): Change | undefined {
  const change = fieldsIn(fieldsIn(value)["_forwarder"])["change"];
  return changes.has(change) ? (change as Change) : undefined;
}

/** What a parsed record of a dataset means. */
export const meaningOf = (dataset: string, value: unknown, change: Change | undefined): Meaning =>
  readerOf(dataset)(value, change);
