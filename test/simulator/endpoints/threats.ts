/** `/api/v1/threat-details`, without ids and without time zones, and its successor `/api/v2/threat/threat-details`. */
import type { Threat } from "../fleet/detections.ts";
import { zoneless } from "../fleet/moments.ts";
import { detectionRows, type Orderings } from "./detection-page.ts";
import { good, wholeNumber, wordsOf, wrongField, type Answer, type Endpoint, type Question } from "./endpoint.ts";

const DAY = 86_400_000;

const dateOf = (at: number | undefined): string => (at === undefined ? "" : zoneless(at));

function threatFields(threat: Threat): object {
  const { scene } = threat;
  return {
    threat_name: threat.name,
    classification: threat.classification.toUpperCase(),
    status: threat.status.toUpperCase(),
    process_name: threat.process,
    process_owner: scene.owner,
    device_name: scene.deviceName,
    device_id: scene.deviceId,
    device_serial_number: scene.serial,
    detection_date: zoneless(threat.detectedAt),
    date_of_quarantine: dateOf(threat.quarantinedAt),
    date_of_release: dateOf(threat.releasedAt),
    released_by: threat.releasedAt === undefined ? "" : "dana.ruiz@northbay.example",
    release_note: threat.releasedAt === undefined ? "" : "False alarm",
    file_path: threat.path,
    file_hash: threat.hash,
    bundle_path: "",
    blueprint_id: scene.blueprintId,
    blueprint_name: scene.blueprintName,
    library_item_id: scene.item.id,
    library_item_name: scene.item.name,
    pup_posture: "detect",
    malware_posture: "protect",
  };
}

const isClosed = (threat: Threat): boolean => threat.status === "released" || threat.status === "resolved";

const ORDERINGS: Orderings<Threat> = {
  threat_name: (threat) => threat.name,
  classification: (threat) => threat.classification,
  device_name: (threat) => threat.scene.deviceName,
  process_name: (threat) => threat.process,
  process_owner: (threat) => threat.scene.owner,
  detection_date: (threat) => threat.detectedAt,
  status: (threat) => threat.status,
};

const ORDERINGS_V2: Orderings<Threat> = {
  ...Object.fromEntries(Object.entries(ORDERINGS).filter(([name]) => !/threat_name|classification/.test(name))),
  management_state: (threat) => String(isClosed(threat)),
  associated_item: (threat) => threat.scene.item.name,
  severity: (threat) => threat.severity,
};

/** Of the days up to now; `undefined` for what is no number of days. */
function since(query: URLSearchParams, now: number): number | undefined {
  const text = query.get("date_range");
  if (text === null || text === "") return -Infinity;
  const days = wholeNumber(text, 0, 1, 100_000);
  return days === undefined ? undefined : now - days * DAY;
}

const concerns = (threat: Threat, query: URLSearchParams): boolean => {
  const [device, classification, term] = ["device_id", "classification", "term"].map((name) => query.get(name) ?? "");
  const { scene } = threat;
  return (
    (device === "" || scene.deviceId === device) &&
    (classification === "" || threat.classification === classification) &&
    [scene.deviceName, threat.hash, threat.path].some((text) => text.includes(term ?? ""))
  );
};

function page(
  question: Question,
  threats: readonly Threat[],
  orderings: Orderings<Threat>,
  write: (threat: Threat) => object,
): Answer {
  const rows = detectionRows(question.query, threats, orderings, write);
  if ("status" in rows) return rows;
  const malware = threats.filter((threat) => threat.classification === "malware").length;
  const text = `{"count":${threats.length},"next":null,"previous":null,"malware_count":${malware}`;
  return good(`${text},"pup_count":${threats.length - malware},"results":[${rows.join(",")}]}`, rows);
}

function answerV1(question: Question): Answer {
  const { query, fleet, view } = question;
  const from = since(query, view.now);
  if (from === undefined) return wrongField("date_range", "Enter a positive whole number.");
  const status = query.get("status") ?? "";
  const threats = fleet.state.threats.filter(
    (threat) => threat.detectedAt >= from && (status === "" || threat.status === status) && concerns(threat, query),
  );
  return page(question, threats, ORDERINGS, threatFields);
}

const STATUSES: ReadonlySet<string> = new Set(["quarantined", "not_quarantined", "released", "resolved"]);

function answerV2(question: Question): Answer {
  const { query, fleet, view } = question;
  const statuses = wordsOf(query, "statuses");
  if (statuses === undefined) return wrongField("statuses", "This field is required.");
  const unknown = statuses.find((status) => !STATUSES.has(status));
  if (unknown !== undefined) return wrongField("statuses", `"${unknown}" is not a valid choice.`);
  const [fromText, toText] = [query.get("detection_date_from"), query.get("detection_date_to")];
  const moment = (text: string | null, usual: number): number => (text === null ? usual : Date.parse(`${text}Z`));
  // The range in days counts only where neither date is given.
  const from = fromText === null && toText === null ? since(query, view.now) : moment(fromText, -Infinity);
  const to = moment(toText, Infinity);
  if (from === undefined || Number.isNaN(from)) return wrongField("detection_date_from", "Enter a valid date/time.");
  if (Number.isNaN(to)) return wrongField("detection_date_to", "Enter a valid date/time.");
  const state = query.get("management_state") ?? "";
  const severities = wordsOf(query, "severities");
  const threats = fleet.state.threats.filter(
    (threat) =>
      statuses.includes(threat.status) &&
      threat.detectedAt >= from &&
      threat.detectedAt <= to &&
      (state === "" || (state === "closed") === isClosed(threat)) &&
      (severities === undefined || severities.includes(threat.severity)) &&
      concerns(threat, query),
  );
  return page(question, threats, ORDERINGS_V2, (threat) => ({
    ...threatFields(threat),
    severity: threat.severity,
    tags: [],
    management_state: isClosed(threat) ? "closed" : "open",
  }));
}

export const THREATS: readonly Endpoint[] = [
  { template: "/api/v1/threat-details", dataset: "threats", answer: answerV1 },
  { template: "/api/v2/threat/threat-details", dataset: "threats", answer: answerV2 },
];
