import * as z from "zod";
import type { EventTime } from "../formats/event-time.ts";
import { fieldOf, jsonOf } from "../json.ts";
import type { Meanings } from "./answers.ts";
import { addPath, baseAddress } from "./base-address.ts";
import {
  type Answer,
  type BatchContext,
  defineDestination,
  type Frame,
  type OutgoingRequest,
  type SentBatch,
  type Verdict,
  shownDataset,
} from "./destination.ts";
import { judgeReceipt } from "./receipts.ts";
import type { OutgoingRecord } from "./record.ts";
import { extraHeaders, transportHeaders } from "./settings.ts";
import { severityOf } from "./severity.ts";
import { vendorShapes } from "./shapes.ts";

/** OpenTelemetry logs over HTTP, as JSON: a Collector, or an intake that speaks its protocol. */

const source = new URL("https://opentelemetry.io/docs/specs/otlp/");
const path = "/v1/logs";

// Same page, "OTLP/HTTP Request": servers have a limit of their own. A Collector takes 20 MiB
// (https://github.com/open-telemetry/opentelemetry-collector/blob/main/config/confighttp/README.md), intakes behind the same
// protocol less; a megabyte is what those that we know take. Records are not counted; 1,000 keep a refused batch quick to split.
const limits = { records: 1000, bytes: 1_000_000 };

const settings = z.strictObject({
  url: baseAddress(/\/v1\/logs$/u, path).meta({
    description: `Base URL of the intake, without ${path}`,
    format: "uri",
    examples: ["https://otel.example.com:4318"],
  }),
  headers: extraHeaders(new Set([...transportHeaders, "content-type", "user-agent"]))
    .default({})
    .meta({
      description: "Headers to send with every request: the credentials",
      examples: [{ Authorization: "Bearer …" }],
    }),
  gzip: z
    .boolean()
    .default(true)
    .meta({ description: "Compresses the body", examples: [false] }),
});
type Settings = z.infer<typeof settings>;

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

const attribute = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } });

/** All records of a request are of one tenant and dataset: what they share is said once. */
function frame(batch: BatchContext): Frame {
  const attributes = [
    attribute("service.name", "kandji"),
    attribute("kandji.tenant", batch.tenant),
    attribute("kandji.dataset", shownDataset(batch)),
  ];
  const open = `{"resourceLogs":[{"resource":${JSON.stringify({ attributes })},"scopeLogs":[{"scope":{"name":"kandji-forwarder"},"logRecords":[`;
  return { open, separator: ",", close: "]}]}]}" };
}

function encode(record: OutgoingRecord, batch: BatchContext): string {
  const severity = severityOf(batch.dataset, record.value);
  return JSON.stringify({
    ...timeOf(record.time),
    observedTimeUnixNano: `${batch.collectedAt}000000`,
    severityNumber: severity,
    severityText: bands[Math.floor((severity - 1) / 4)],
    body: { stringValue: record.text },
    attributes: attributesOf(record),
    eventName: eventNameOf(record.value, batch.dataset),
  });
}

const bands = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** The time is a `fixed64`, in which 0 stands for an unknown one: what does not fit is left out, and is in the record still. */
function timeOf(time: EventTime | undefined): { readonly timeUnixNano?: string } {
  if (time === undefined) return {};
  const nanoseconds = BigInt(time.milliseconds) * 1_000_000n + BigInt(time.nanoseconds);
  return nanoseconds > 0n && nanoseconds < 2n ** 64n ? { timeUnixNano: String(nanoseconds) } : {};
}

// Texts of the record that people search by; the body has all of it.
const copied: readonly (readonly [key: string, ...path: string[]])[] = [
  ["kandji.action", "action"],
  ["kandji.actor_id", "actor_id"],
  ["kandji.actor_type", "actor_type"],
  ["kandji.target_id", "target_id"],
  ["kandji.target_type", "target_type"],
  ["kandji.target_component", "target_component"],
  ["kandji.device_id", "device_id"],
  ["kandji.device_name", "device_name"],
  ["kandji.change", "_forwarder", "change"],
  // https://opentelemetry.io/docs/specs/semconv/registry/attributes/user/
  ["user.email", "_actor", "email"],
  ["user.full_name", "_actor", "name"],
];
const maxAttributeLength = 1024;

function attributesOf(record: OutgoingRecord): Attribute[] {
  const found = copied.flatMap(([key, ...fields]) => {
    const value = fields.reduce(fieldOf, record.value);
    const isShort = typeof value === "string" && value !== "" && value.length <= maxAttributeLength;
    return isShort ? [attribute(key, value)] : [];
  });
  return [attribute("kandji.id", record.id), ...found];
}

/** Names are few: what stands in the record becomes part of one only where it looks like a word of Kandji's. */
function eventNameOf(record: unknown, dataset: string): string {
  const parts = [fieldOf(record, "target_type"), fieldOf(record, "action")];
  const isEvent = parts.every((part) => typeof part === "string" && /^[a-z_]{1,40}$/u.test(part));
  return isEvent ? `kandji.${parts.join(".")}` : `kandji.${dataset}`;
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: addPath(chosen.url, path).href,
    headers: {
      ...chosen.headers,
      "Content-Type": "application/json",
    },
    gzip: chosen.gzip,
  };
}

const checkAddress = `Check "url": it is the base URL of an intake of OTLP over HTTP that takes JSON, without ${path}`;
const checkHeaders = 'Check the credentials in "headers"';
const lookThere = "Look at what the intake logs; it is tried again every minute";

const meanings: Meanings = {
  who: "The OTLP intake",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "it does not know who we are", fix: checkHeaders }],
    [403, { means: "it does not let us in", fix: checkHeaders }],
    [404, { means: "there is nothing at this address", fix: checkAddress }],
    [415, { means: "it does not take JSON", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes; what is no error code is never the intake's last word. */
const isRetryable = (status: number): boolean => [429, 502, 503, 504].includes(status) || !(status >= 400);

function judge(answer: Answer, { records }: SentBatch): Verdict {
  const verdict = judgeReceipt(answer, meanings);
  const answered = `The OTLP intake answered ${answer.status}`;
  if (verdict.kind === "accepted") return judgeSuccess(answer.body, records, answered);
  if (verdict.kind !== "try-later" || isRetryable(answer.status)) return verdict;
  // By the protocol no client may try again and every client has to drop what it has. It says nothing of the records, so
  // they are held, and a request a minute asks whether that is over.
  return { kind: "locked-out", why: `${answered}, which OTLP calls permanent`, fix: lookThere };
}

/** An empty body is an empty `ExportLogsServiceResponse`, as protobuf writes it: some intakes answer so to JSON, too. */
function judgeSuccess(body: string | undefined, records: number, answered: string): Verdict {
  const told = body === "" ? {} : jsonOf(body ?? "");
  const rejected = isObject(told) ? rejectedIn(told) : undefined;
  if (rejected === undefined) return { kind: "try-later", why: `${answered}, and not in the words of OTLP` };
  if (rejected === 0n) return { kind: "accepted" };
  const why = `${answered}: of ${records} records it refuses ${rejected}`;
  // It never says which. When it is all of them, sending halves repeats nothing that it has.
  return { kind: rejected < BigInt(records) ? "accepted-some" : "refused", why };
}

/** 64-bit integers are decimal texts, and numbers are to be understood, too. Undefined: neither. */
function rejectedIn(told: object): bigint | undefined {
  const count = fieldOf(fieldOf(told, "partialSuccess"), "rejectedLogRecords") ?? 0;
  const text = typeof count === "number" ? String(count) : count;
  return typeof text === "string" && /^\d{1,19}$/u.test(text) ? BigInt(text) : undefined;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const otlp = defineDestination<Settings>({
  type: "otlp",
  title: "OpenTelemetry",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 1,
  url: (chosen) => addPath(chosen.url, path),
  frame,
  encode,
  request: (_batch, chosen) => request(chosen),
  judge,
});
