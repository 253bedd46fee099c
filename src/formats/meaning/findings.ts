import { firstText, integerAt, joined, momentAt, numberAt, objectAt, textAt, textsAt } from "./fields.ts";
import type { Change, Finding, Posture, Reader, Stage } from "./meaning.ts";
import { deviceOf, fileNameOf, nobody, noted, processOf, softwareOf } from "./things.ts";

/** Rows that are findings: threats, vulnerabilities, and whether a device is as it shall be. */

/** A row that is gone is a finding that is no more: Kandji shows a weakness only while it is there. */
const stages: Readonly<Record<Change, Stage>> = {
  snapshot: undefined,
  created: "found",
  updated: "changed",
  deleted: "resolved",
};

function findingOf(change: Change | undefined, fields: Partial<Finding>): Finding {
  return {
    uid: undefined,
    title: undefined,
    description: undefined,
    url: undefined,
    stage: change === undefined ? undefined : stages[change],
    action: change,
    status: undefined,
    severity: undefined,
    firstSeenAt: undefined,
    lastSeenAt: undefined,
    ...fields,
  };
}

/** Kandji says itself that it is over with. */
const isOver = (word: string | undefined): boolean => /^(?:resolved|remediated|closed)$/iu.test(word ?? "");

const over = (...words: readonly (string | undefined)[]): Partial<Finding> =>
  words.some(isOver) ? { stage: "resolved" } : {};

export const readThreat: Reader = (value, change) => {
  const device = deviceOf(value, "device_");
  const malware = textAt(value, "threat_name");
  const path = textAt(value, "file_path");
  const sha256 = textAt(value, "file_hash");
  const name = fileNameOf(path);
  const status = textAt(value, "status");
  const processName = textAt(value, "process_name");
  const owner = textAt(value, "process_owner");
  return {
    kind: "detection",
    by: "file",
    finding: findingOf(change, {
      // Kandji gives these rows no id; these four tell them apart.
      uid: joined([device.id, sha256, path, textAt(value, "detection_date")]),
      title: malware === undefined || name === undefined ? malware : `${malware} in ${name}`,
      status,
      severity: textAt(value, "severity"),
      firstSeenAt: momentAt(value, "detection_date"),
      ...over(status, textAt(value, "management_state")),
    }),
    classification: textAt(value, "classification"),
    malware,
    threatId: undefined,
    file: { path, name, sha256 },
    process: processName === undefined ? undefined : { ...noProcess, name: processName, owner },
    device,
  };
};

const noProcess = {
  name: undefined,
  pid: undefined,
  commandLine: undefined,
  path: undefined,
  owner: undefined,
  sha256: undefined,
  parent: undefined,
};

export const readBehaviour: Reader = (value, change) => {
  const info = objectAt(value, "device_info");
  const status = firstText(value, ["threat_status", "status"]);
  const description = textAt(value, "description");
  const threatId = textAt(value, "threat_id");
  return {
    kind: "detection",
    by: "behaviour",
    finding: findingOf(change, {
      uid: textAt(value, "id"),
      title: description ?? threatId,
      description,
      status,
      severity: textAt(value, "severity"),
      firstSeenAt: momentAt(value, "detection_date"),
      ...over(status, textAt(value, "management_state")),
    }),
    classification: textAt(value, "classification"),
    malware: textsAt(value, "malware_family")?.[0],
    threatId,
    file: undefined,
    process: processOf(objectAt(value, "target_process"), objectAt(value, "parent_process")),
    device: info === undefined ? noted(value) : deviceOf(info, ""),
  };
};

export const readVulnerabilityDetection: Reader = (value, change) => {
  const device = deviceOf(value, "device_");
  const cve = textAt(value, "cve_id");
  const name = textAt(value, "name");
  const path = textAt(value, "path");
  return {
    kind: "vulnerability",
    finding: findingOf(change, {
      // What a `deleted` notice repeats, so that it closes the finding that was opened.
      uid: joined([device.id, cve, name, path]),
      title: cve === undefined || name === undefined ? cve : `${cve} in ${name}`,
      description: firstText(value, ["description", "cve_description"]),
      url: textAt(value, "cve_link"),
      severity: firstText(value, ["severity", "cvss_severity"]),
      firstSeenAt: momentAt(value, "first_detection_date") ?? momentAt(value, "detection_datetime"),
      lastSeenAt: momentAt(value, "latest_detection_date"),
    }),
    cve,
    score: numberAt(value, "cvss_score"),
    publishedAt: momentAt(value, "cve_published_at"),
    modifiedAt: momentAt(value, "cve_modified_at"),
    scanner: undefined,
    software: softwareOf({ name, path, version: textAt(value, "version"), id: textAt(value, "bundle_id") }),
    device,
  };
};

/** One row per CVE, for the whole fleet. */
export const readVulnerability: Reader = (value, change) => {
  const cve = textAt(value, "cve_id");
  const status = textAt(value, "status");
  const software = textsAt(value, "software");
  return {
    kind: "vulnerability",
    finding: findingOf(change, {
      uid: cve,
      title: cve,
      url: textAt(value, "cve_link"),
      status,
      severity: textAt(value, "severity"),
      firstSeenAt: momentAt(value, "first_detection_date"),
      lastSeenAt: momentAt(value, "latest_detection_date"),
      ...over(status),
    }),
    cve,
    score: numberAt(value, "cvss_score"),
    publishedAt: undefined,
    modifiedAt: undefined,
    scanner: undefined,
    software: software?.length === 1 ? softwareOf({ name: software[0] }) : undefined,
    device: undefined,
  };
};

/** Statuses of library items and parameters that say how a check went; the others say how far something is. */
const results: Readonly<Record<string, Posture["result"]>> = {
  pass: "pass",
  success: "pass",
  warning: "warning",
  error: "fail",
  failed: "fail",
};

/** A library item or a parameter of a device. */
export const readDeviceStatus: Reader = (value, change) => {
  const device = noted(value) ?? nobody;
  const status = textAt(value, "status");
  const control = textAt(value, "name");
  const word = status?.toLowerCase() ?? "";
  return {
    kind: "posture",
    finding: findingOf(change, {
      uid: joined([device.id, textAt(value, "item_id") ?? integerAt(value, "id")?.toString()]),
      title: control,
      status,
      severity: "Informational",
      lastSeenAt: momentAt(value, "reported_at"),
    }),
    control,
    category: firstText(value, ["category", "type"]),
    result: Object.hasOwn(results, word) ? results[word] : undefined,
    device,
  };
};
