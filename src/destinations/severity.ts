import { fieldOf } from "../json.ts";

/** How grave a record is, in the numbers of OpenTelemetry: 9 to 12 INFO, 13 to 16 WARN, 17 to 20 ERROR, 21 to 24 FATAL. */

// https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
const [info, info2, warn, error, fatal] = [9, 10, 13, 17, 21] as const;

/** Kandji's own words, of findings alone; `sus`, `mal` and `pup` are those of its second version. */
const words: ReadonlyMap<string, number> = new Map<string, number>([
  ["informational", info],
  ["low", info],
  ["medium", warn],
  ["high", error],
  ["critical", fatal],
  ["pup", warn],
  ["sus", warn],
  ["suspicious", warn],
  ["mal", error],
  ["malicious", error],
  ["malware", error],
]);

/** Where a finding says how grave it is, and what it says first counts. */
const placesOfFindings = [["severity"], ["cvss_severity"], ["classification"]];
const places: ReadonlyMap<unknown, readonly (readonly string[])[]> = new Map([
  ["threats", placesOfFindings],
  ["behavioral-detections", placesOfFindings],
  ["vulnerability-detections", placesOfFindings],
  ["vulnerabilities", placesOfFindings],
  // Events by their `target_type`.
  ["file_detection", [["metadata", "classification"]]],
  ["vulnerability", [["new_state", "vulnerability", "severity"]]],
]);

/** `record` is parsed JSON, of any shape. */
export function severityOf(dataset: string, record: unknown): number {
  const isEvent = dataset === "audit-events";
  const paths = places.get(isEvent ? fieldOf(record, "target_type") : dataset);
  // A finding that went away is good news.
  const isGone = fieldOf(fieldOf(record, "_forwarder"), "change") === "deleted";
  if (paths === undefined || isGone) return isEvent ? severityOfEvent(record) : info;
  const said = paths.map((path) => words.get(wordAt(record, path))).find((number) => number !== undefined);
  return said ?? info;
}

/** Who may use the API, and which devices are managed at all, matters more than the rest. */
function severityOfEvent(record: unknown): number {
  const target = fieldOf(record, "target_type");
  const isDeletion = fieldOf(record, "action") === "delete";
  if (target === "api_token" || (target === "device" && isDeletion)) return warn;
  return isDeletion ? info2 : info;
}

function wordAt(record: unknown, path: readonly string[]): string {
  const word = path.reduce<unknown>((value, field) => fieldOf(value, field), record);
  return typeof word === "string" ? word.toLowerCase() : "";
}
