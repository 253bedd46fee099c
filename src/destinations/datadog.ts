import * as z from "zod";
import { version } from "../version.ts";
import type { Meanings } from "./answers.ts";
import { addPath, baseAddress } from "./base-address.ts";
import { type BatchContext, defineDestination, type OutgoingRequest } from "./destination.ts";
import { jsonArray } from "./frames.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import { judgeReceipt } from "./receipts.ts";
import { renameTopLevelKey } from "./rename-key.ts";
import { fieldOf } from "../json.ts";
import { credential, issueOf } from "./settings.ts";

/** Datadog Logs, in the shape that Datadog's own Kandji pipeline and dashboards expect. */

const source = new URL("https://docs.datadoghq.com/api/latest/logs/#send-logs");
const path = "/api/v2/logs";

// The page's list of intakes; it grows, and `url` serves a site that is missing here.
const sites = [
  "datadoghq.com",
  "us3.datadoghq.com",
  "us5.datadoghq.com",
  "datadoghq.eu",
  "ap1.datadoghq.com",
  "ap2.datadoghq.com",
  "uk1.datadoghq.com",
  "ddog-gov.com",
  "us2.ddog-gov.com",
] as const;

const hour = 3_600_000;

// Same page: "Maximum content size per payload (uncompressed): 5MB … maximum array size if sending multiple logs: 1000
// entries … Maximum size for a single log: 1MB" (a longer one is truncated and answered 202), "you can send logs with a timestamp up to 18h in the past"; and https://docs.datadoghq.com/logs/log_configuration/processors/log_date_remapper/:
// "up to 18 hours in the past and two hours in the future". What is beyond is answered 202 and dropped.
const limits = { records: 1000, bytes: 5_000_000, recordBytes: 1_000_000, maxAgeMs: 18 * hour, maxAheadMs: 2 * hour };

const settings = z
  .strictObject({
    apiKey: credential.meta({
      description: "API key of the Datadog organisation (not an application key)",
      examples: ["…"],
    }),
    site: z
      .enum(sites)
      .optional()
      .meta({
        description: "Datadog site of the organisation, as in the address of its pages",
        examples: ["datadoghq.com", "datadoghq.eu"],
      }),
    url: baseAddress(/\/api\/v2\/logs$/u, path)
      .optional()
      .meta({
        description: `Base URL of the intake, without ${path}; replaces what "site" leads to`,
        format: "uri",
        examples: ["https://http-intake.logs.datadoghq.eu"],
      }),
  })
  .superRefine((chosen, context) => {
    if (chosen.site !== undefined || chosen.url !== undefined) return;
    const fix = 'Add the site of your organisation, such as "site": "datadoghq.eu"';
    context.addIssue(issueOf({ what: "is missing", fix }, ["site"]));
  })
  .meta({ anyOf: [{ required: ["site"] }, { required: ["url"] }] });
type Settings = z.infer<typeof settings>;

function url(chosen: Settings): URL {
  if (chosen.url === undefined && chosen.site === undefined)
    throw new Error('Cannot address Datadog without "site" or "url"');
  return addPath(chosen.url ?? new URL(`https://http-intake.logs.${chosen.site}`), path);
}

// Datadog's pipeline `source:kandji` knows the services `audit` and `detection` and no other:
// https://github.com/DataDog/integrations-core/blob/master/kandji/assets/logs/kandji.yaml. Its dashboards count the logs of
// both, so that what is told again stays out of them.
const services: ReadonlyMap<string, string> = new Map([
  ["audit-events", "audit"],
  ["threats", "threat"],
]);

function serviceOf(record: OutgoingRecord, dataset: string): string {
  if (dataset !== "vulnerability-detections") return services.get(dataset) ?? dataset;
  return fieldOf(fieldOf(record.value, "_forwarder"), "change") === "created" ? "detection" : "detection-state";
}

/** A name for what is shown on no dashboard: a record of a verification counts nowhere. */
const testTags = { ddsource: "kandji-forwarder", service: "verification" };

function encode(record: OutgoingRecord, batch: BatchContext): string {
  const ddtags = `tenant:${batch.tenant},dataset:${batch.dataset},forwarder:kandji-forwarder`;
  if (batch.test === true) return JSON.stringify({ ...testTags, ddtags, message: record.text });
  const isRaw = record.format === "raw";
  const isRestamped = record.restampedAt !== undefined;
  const timestamp = timestampOf(record, batch);
  return JSON.stringify({
    // The pipeline reads Kandji's own shape, and would make nonsense of another.
    ddsource: isRaw ? "kandji" : `kandji-${record.format}`,
    service: serviceOf(record, batch.dataset) + (isRestamped ? "-history" : ""),
    ddtags,
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(isRestamped && !isRaw ? { original_time: record.time?.text } : {}),
    message: messageOf(record, batch, timestamp),
  });
}

/** An audit event tells its time itself, to all digits, in the attribute that the pipeline takes it from. */
function timestampOf(record: OutgoingRecord, { dataset }: BatchContext): number | undefined {
  if (record.restampedAt !== undefined) return record.restampedAt;
  return record.format === "raw" && dataset === "audit-events" ? undefined : record.time?.milliseconds;
}

/** The text, without the dates for which Datadog would drop it. */
function messageOf(record: OutgoingRecord, batch: BatchContext, timestamp: number | undefined): string {
  const { text } = record;
  if (record.restampedAt !== undefined) return datesOf(record).reduce(hideDate, text);
  const isDated = record.format === "raw" && timestamp !== undefined && hasFarDetection(record, batch);
  return isDated ? hideDate(text, detectionDate) : text;
}

const detectionDate = "detection_datetime";
/** The attributes that the pipeline takes for the date of a log, whatever `timestamp` says; of ECS, the one that Datadog may. */
const datesOf = ({ format }: OutgoingRecord): readonly string[] =>
  format === "raw" ? [detectionDate, "occurred_at"] : ["@timestamp"];
const hideDate = (text: string, key: string): string =>
  renameTopLevelKey(text, key, `original_${key.replace("@", "")}`);

// Half of the window: the other half is for waiting.
const nearMs = limits.maxAgeMs / 2;

/** A row may be seen long after its detection: when the dataset is read first, or a device comes back. */
function hasFarDetection({ raw, value }: OutgoingRecord, { collectedAt }: BatchContext): boolean {
  if (!raw.includes(detectionDate)) return false;
  const date = fieldOf(value, detectionDate);
  const detectedAt = typeof date === "number" ? date : Date.parse(String(date));
  return detectedAt < collectedAt - nearMs || detectedAt > collectedAt + limits.maxAheadMs / 2;
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      "Content-Type": "application/json",
      "DD-API-KEY": chosen.apiKey.reveal(),
      "DD-EVP-ORIGIN": "kandji-forwarder",
      "DD-EVP-ORIGIN-VERSION": version,
    },
    gzip: false,
  };
}

const checkAddress = `Check "site", and "url" if it is set: it is the base URL of the intake, without ${path}`;

const meanings: Meanings = {
  who: "Datadog",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "the API key is missing or unknown", fix: 'Put a valid API key of your organisation in "apiKey"' }],
    [
      403,
      {
        means: "the API key is wrong, or belongs to another site",
        fix: 'Check that "apiKey" is an API key, not an application key, and that "site" is the site of its organisation',
      },
    ],
    [404, { means: "there is no intake at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

export const datadog = defineDestination<Settings>({
  type: "datadog",
  title: "Datadog",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 2,
  url,
  frame: () => jsonArray,
  encode,
  request: (_batch, chosen) => request(chosen),
  judge: (answer) => judgeReceipt(answer, meanings),
});
