/** `/api/v1/behavioral-detections`, and its successor, which answers for one device at a time. */
import type { BehavioralDetection } from "../fleet/detections.ts";
import { drawHex, drawInteger } from "../fleet/draw.ts";
import { withOffset } from "../fleet/moments.ts";
import { detectionRows, type Orderings } from "./detection-page.ts";
import { good, wholeNumber, wordsOf, wrongField, type Answer, type Endpoint, type Question } from "./endpoint.ts";

const DAY = 86_400_000;

function processOf(detection: BehavioralDetection, name: string, salt: number): object {
  return {
    name,
    // What somebody typed may be a secret.
    command_line: name === "zsh" ? "zsh -c 'curl -u admin:typed-secret https://files.example'" : name,
    image_path: name === "zsh" ? "/bin/zsh" : `/Applications/${name}.app/Contents/MacOS/${name}`,
    pid: 300 + drawInteger(detection.seed, salt, 30_000),
    owner: detection.scene.owner,
    sha256: drawHex(detection.seed, salt + 1, 64),
  };
}

function detectionFields(detection: BehavioralDetection): object {
  const { scene } = detection;
  return {
    id: detection.id,
    threat_id: detection.ruleId,
    rule_version: 1 + drawInteger(detection.seed, 801, 5),
    description: "Shell launched by office app",
    classification: detection.classification,
    informational_tags: detection.classification === "malicious" ? [] : ["execution"],
    malware_family: [],
    detection_date: withOffset(detection.detectedAt),
    threat_status: detection.status,
    device_info: { id: scene.deviceId, name: scene.deviceName, serial_number: scene.serial },
    parent_process: processOf(detection, "Word", 811),
    target_process: processOf(detection, "zsh", 821),
    library_item: { id: scene.item.id, name: scene.item.name, mal_posture_mode: "protect" },
    blueprint: { id: scene.blueprintId, name: scene.blueprintName },
  };
}

const ORDERINGS: Orderings<BehavioralDetection> = {
  threat_id: (detection) => detection.ruleId,
  classification: (detection) => detection.classification,
  device_name: (detection) => detection.scene.deviceName,
  parent_process_name: () => "Word",
  target_process_name: () => "zsh",
  detection_date: (detection) => detection.detectedAt,
  status: (detection) => detection.status,
};

const ORDERINGS_V2: Orderings<BehavioralDetection> = {
  detection_date: (detection) => detection.detectedAt,
  threat_id: (detection) => detection.ruleId,
  process: () => "zsh",
  classification: (detection) => detection.classification,
  associated_item: (detection) => detection.scene.item.name,
  management_state: () => "open",
  severity: (detection) => detection.classification,
};

function page(
  question: Question,
  detections: readonly BehavioralDetection[],
  orderings: Orderings<BehavioralDetection>,
): Answer {
  const rows = detectionRows(question.query, detections, orderings, detectionFields);
  if ("status" in rows) return rows;
  const malicious = detections.filter((detection) => detection.classification === "malicious").length;
  const head = `{"total_count":${detections.length},"next":null,"previous":null,"malicious_count":${malicious}`;
  return good(`${head},"suspicious_count":${detections.length - malicious},"results":[${rows.join(",")}]}`, rows);
}

/** Whole days, both of them included. */
function daysOf(question: Question): readonly [from: number, to: number] | Answer {
  const { query, view } = question;
  const days = wholeNumber(query.get("date_range") || null, 0, 1, 100_000);
  if (days === undefined) return wrongField("date_range", "Enter a positive whole number.");
  const range: [number, number] = [days > 0 ? view.now - days * DAY : -Infinity, Infinity];
  for (const [i, name] of ["detection_date_from", "detection_date_to"].entries()) {
    const text = query.get(name);
    if (text === null || text === "") continue;
    const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(day)) return wrongField(name, "Enter a valid date.");
    range[i] = day + i * (DAY - 1);
  }
  return range;
}

function answerV1(question: Question): Answer {
  const { query, fleet } = question;
  const range = daysOf(question);
  if ("status" in range) return range;
  const [from, to] = range;
  const equal: readonly (readonly [string, (detection: BehavioralDetection) => string])[] = [
    ["threat_id", ({ ruleId }) => ruleId],
    ["device_id", ({ scene }) => scene.deviceId],
    ["classification", ({ classification }) => classification],
    ["status", ({ status }) => status],
  ];
  const detections = fleet.state.behavioralDetections.filter(
    (detection) =>
      detection.detectedAt >= from &&
      detection.detectedAt <= to &&
      equal.every(([name, value]) => !query.get(name) || query.get(name) === value(detection)) &&
      detection.scene.deviceName.includes(query.get("term") ?? ""),
  );
  return page(question, detections, ORDERINGS);
}

const SHORT: Readonly<Record<BehavioralDetection["classification"], string>> = { malicious: "mal", suspicious: "sus" };

function answerV2(question: Question): Answer {
  const { query, fleet } = question;
  const deviceId = query.get("device_id");
  if (deviceId === null || deviceId === "") return wrongField("device_id", "This field is required.");
  const moment = (name: string, usual: number): number => {
    const text = query.get(name);
    return text === null ? usual : Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  };
  const [from, to] = [moment("detection_from", -Infinity), moment("detection_to", Infinity)];
  if (Number.isNaN(from) || Number.isNaN(to)) return wrongField("detection_from", "Enter a valid date/time.");
  const [classifications, statuses] = [wordsOf(query, "classifications"), wordsOf(query, "statuses")];
  const detections = fleet.state.behavioralDetections.filter(
    (detection) =>
      detection.scene.deviceId === deviceId &&
      detection.detectedAt >= from &&
      detection.detectedAt <= to &&
      (classifications === undefined || classifications.includes(SHORT[detection.classification])) &&
      (statuses === undefined || statuses.includes(detection.status)),
  );
  return page(question, detections, ORDERINGS_V2);
}

const V2 = "/api/v2/threat/behavioral-detections/events";

export const BEHAVIORAL_DETECTIONS: readonly Endpoint[] = [
  { template: "/api/v1/behavioral-detections", dataset: "behavioral-detections", answer: answerV1 },
  { template: V2, dataset: "behavioral-detections", answer: answerV2 },
];
