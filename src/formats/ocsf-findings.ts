import type * as meanings from "./meaning/meaning.ts";
import type { Finding, Stage } from "./meaning/meaning.ts";
import { baseEvent, informational, type Event } from "./ocsf-event.ts";
import * as objects from "./ocsf-objects.ts";
import { other, type Enumerated } from "./ocsf-objects.ts";

/** The finding classes of OCSF 1.5.0 (https://schema.ocsf.io/1.5.0/categories/findings). */

const findingActivities: Readonly<Record<NonNullable<Stage>, Enumerated>> = {
  found: { id: 1, name: "Create" },
  changed: { id: 2, name: "Update" },
  resolved: { id: 3, name: "Close" },
};

/** A finding that changed has the status that Kandji names, or none. */
function findingStatus({ stage, status }: Finding): { readonly status_id: number; readonly status: string } {
  if (stage === "found") return { status_id: 1, status: "New" };
  if (stage === "resolved") return { status_id: 4, status: "Resolved" };
  return status === undefined ? { status_id: 0, status: "Unknown" } : { status_id: 99, status };
}

const severityWords: Readonly<Record<string, Enumerated>> = {
  informational: informational,
  low: { id: 2, name: "Low" },
  medium: { id: 3, name: "Medium" },
  high: { id: 4, name: "High" },
  critical: { id: 5, name: "Critical" },
};

function severityOf(word: string | undefined): Enumerated {
  const known = word?.toLowerCase() ?? "";
  return (Object.hasOwn(severityWords, known) ? severityWords[known] : undefined) ?? other(word);
}

/** What the finding classes share; undefined for a finding that nothing identifies. */
function findingBase(finding: Finding, device: meanings.Device | undefined) {
  const { uid, stage } = finding;
  if (uid === undefined) return undefined;
  return {
    activity: stage === undefined ? other(finding.action) : findingActivities[stage],
    severity: severityOf(finding.severity),
    attributes: {
      message: finding.title,
      ...findingStatus(finding),
      status_code: finding.status,
      finding_info: {
        uid,
        title: finding.title,
        desc: finding.description,
        src_url: finding.url,
        first_seen_time: timestampOf(finding.firstSeenAt),
        last_seen_time: timestampOf(finding.lastSeenAt),
      },
      device: objects.deviceObject(device),
    },
  };
}

/** What cannot be told as a finding: Base Events have neither devices nor a life. */
const untold = ({ action, title }: Finding): Event => baseEvent(action, { message: title });

/** Words in names and descriptions of malware for which the schema has a number (as in Datadog's pipeline). */
const malwareWords: readonly (readonly [RegExp, number, string])[] = [
  [/spy/iu, 17, "Spyware"],
  [/trojan/iu, 18, "Trojan"],
  [/ransom/iu, 10, "Ransomware"],
  [/adware/iu, 1, "Adware"],
];

function malwareObject({ malware, classification, threatId, finding, by }: meanings.Detection): object | undefined {
  if (malware === undefined) return undefined;
  const text = `${malware} ${finding.description ?? ""}`;
  const [, id, name] = malwareWords.find(([word]) => word.test(text)) ?? [
    undefined,
    classification === undefined ? 0 : 99,
    classification,
  ];
  return {
    name: malware,
    uid: by === "file" ? threatId : undefined,
    classification_ids: [id],
    classifications: name === undefined ? undefined : [name],
  };
}

/** Malware is High, as Datadog has it; other classes are told in Kandji's own word. */
function detectionSeverity({ finding, classification }: meanings.Detection): Enumerated {
  if (finding.severity !== undefined) return severityOf(finding.severity);
  return /^mal(?:ware)?$/iu.test(classification ?? "") ? { id: 4, name: "High" } : other(classification);
}

export function detectionFinding(detection: meanings.Detection): Event {
  const { process, device, by, threatId } = detection;
  const processSeen = objects.processObject(process);
  // A process without a number is none for the schema.
  const unmapped =
    process === undefined || processSeen !== undefined
      ? undefined
      : { process_name: process.name, process_owner: process.owner };
  const finding = findingBase(detection.finding, device);
  if (finding === undefined) return untold(detection.finding);
  const file = objects.fileObject(detection.file);
  const hasEvidence = file !== undefined || processSeen !== undefined;
  return {
    class_uid: 2004,
    class_name: "Detection Finding",
    activity: finding.activity,
    severity: detectionSeverity(detection),
    attributes: {
      ...finding.attributes,
      unmapped,
      finding_info:
        by === "behaviour" && threatId !== undefined
          ? { ...finding.attributes.finding_info, analytic: { uid: threatId, type_id: 1, type: "Rule" } }
          : finding.attributes.finding_info,
      malware: malwareObject(detection),
      evidences: hasEvidence ? [{ file, process: processSeen }] : undefined,
    },
  };
}

const timestampOf = (moment: meanings.Moment | undefined): number | undefined => moment?.milliseconds;

export function vulnerabilityFinding(vulnerability: meanings.Vulnerability): Event {
  const { cve, score, software, device } = vulnerability;
  const osVersion = device?.osName === undefined && device?.platform === undefined ? device?.osVersion : undefined;
  // The schema wants the version of CVSS with a score, and the name of a system with its version: Kandji tells neither.
  const unmapped =
    score === undefined && osVersion === undefined ? undefined : { cvss_score: score, device_os_version: osVersion };
  const finding = findingBase(vulnerability.finding, device);
  if (finding === undefined || cve === undefined) return untold(vulnerability.finding);
  const { description, severity, url, firstSeenAt, lastSeenAt } = vulnerability.finding;
  const affected = objects.packageObject(software);
  return {
    class_uid: 2002,
    class_name: "Vulnerability Finding",
    ...finding,
    attributes: {
      ...finding.attributes,
      unmapped,
      vulnerabilities: [
        {
          cve: {
            uid: cve,
            desc: description,
            created_time: timestampOf(vulnerability.publishedAt),
            modified_time: timestampOf(vulnerability.modifiedAt),
            references: url === undefined ? undefined : [url],
          },
          severity,
          first_seen_time: timestampOf(firstSeenAt),
          last_seen_time: timestampOf(lastSeenAt),
          affected_packages: affected === undefined ? undefined : [affected],
          vendor_name: vulnerability.scanner,
        },
      ],
    },
  };
}

const results: Readonly<Record<NonNullable<meanings.Posture["result"]>, Enumerated>> = {
  pass: { id: 1, name: "Pass" },
  warning: { id: 2, name: "Warning" },
  fail: { id: 3, name: "Fail" },
};

export function complianceFinding({ finding: found, control, category, result, device }: meanings.Posture): Event {
  const finding = findingBase(found, device);
  if (finding === undefined) return untold(found);
  const status = result === undefined ? other(found.status) : results[result];
  return {
    class_uid: 2003,
    class_name: "Compliance Finding",
    ...finding,
    attributes: {
      ...finding.attributes,
      compliance: { control, category, status_id: status.id, status: status.name, status_code: found.status },
    },
  };
}
