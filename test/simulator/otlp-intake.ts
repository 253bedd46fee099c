/** An OpenTelemetry Collector that takes logs over HTTP as JSON: refuses a request whole, or counts what it did not take. */
import type { Reading, ReadingContext } from "./intake.ts";
import { rawOf } from "./shapes.ts";

/** `max_request_body_size`, after decompression. */
export const OTLP_MAX_BYTES = 20 * 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;

export function readOtlp({ request, url, body, text, options }: ReadingContext): Reading {
  if (!url.pathname.endsWith("/v1/logs")) return answer(404, "404 page not found");
  if (request.method !== "POST") return answer(405, "405 method not allowed, supported: [POST]");
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (options.apiKey !== undefined && token !== options.apiKey) return answer(401, "authentication didn't match");
  if (request.headers.get("content-type") !== "application/json")
    return answer(415, "415 unsupported media type, supported: [application/json]");
  const logs = resourceLogsOf(text);
  if (logs === undefined) return answer(400, "cannot unmarshal the request");
  const attributes = attributesIn(logs[0]?.resource);
  const delivery = {
    records: logs.flatMap(({ records }) => records.map((record) => rawOf(bodyOf(record)))),
    body,
    batchId: undefined,
    tenant: attributes?.get("kandji.tenant"),
    dataset: attributes?.get("kandji.dataset"),
  };
  return {
    kind: "delivery",
    delivery,
    accepted: { status: 200, text: '{"partialSuccess":{}}' },
    drops: () => false,
    refuses: (bad) => ({
      status: 200,
      text: JSON.stringify({
        partialSuccess: { rejectedLogRecords: String(bad.size), errorMessage: "not acceptable" },
      }),
      kept: delivery.records.filter((_, index) => !bad.has(index)),
    }),
  };
}

/** A `google.rpc.Status`. */
function answer(status: number, message: string): Reading {
  return { kind: "answer", status, text: JSON.stringify({ code: 3, message }), authorized: status !== 401 };
}

interface Logs {
  readonly resource: Json;
  readonly records: readonly Json[];
}

/** Undefined when something in it is not what the protocol says. */
function resourceLogsOf(text: string): Logs[] | undefined {
  const all = listOf(parsed(text)?.["resourceLogs"]);
  const logs = all?.map((one) => {
    const scopes = listOf(one["scopeLogs"]) ?? [];
    const records = scopes.flatMap((scope) => listOf(scope["logRecords"]) ?? [{}]);
    return { resource: isObject(one["resource"]) ? one["resource"] : {}, records };
  });
  const isGood = logs?.every(
    ({ resource, records }) => attributesIn(resource) !== undefined && records.every((record) => isRecord(record)),
  );
  return isGood === true ? logs : undefined;
}

function isRecord(record: Json): boolean {
  const {
    severityNumber: severity = 0,
    severityText: text = "",
    eventName: name = "",
  } = record as {
    readonly severityNumber?: unknown;
    readonly severityText?: unknown;
    readonly eventName?: unknown;
  };
  const isKnown = Number.isInteger(severity) && Number(severity) >= 0 && Number(severity) <= 24;
  const isTimed = ["timeUnixNano", "observedTimeUnixNano"].every((key) => isFixed64(record[key] ?? "0"));
  const isNamed = typeof text === "string" && typeof name === "string" && name.length <= 256;
  return isKnown && isTimed && isNamed && isText(record["body"]) && attributesIn(record) !== undefined;
}

/** A 64-bit integer: a decimal text, since a number of JSON may not hold it. */
const isFixed64 = (value: unknown): boolean =>
  typeof value === "string" && /^\d{1,20}$/.test(value) && BigInt(value) < 2n ** 64n;

const isText = (value: unknown): value is { readonly stringValue: string } =>
  isObject(value) && typeof value["stringValue"] === "string";

const bodyOf = ({ body }: Json & { readonly body?: unknown }): string => (isText(body) ? body.stringValue : "");

/** Keys are unique, or receivers may do with them what they like: this one refuses. */
function attributesIn(holder: Json | undefined): Map<string, string> | undefined {
  const list = listOf(holder?.["attributes"] ?? []);
  if (list === undefined) return undefined;
  const found = new Map<string, string>();
  for (const { key, value } of list as readonly { readonly key?: unknown; readonly value?: unknown }[]) {
    if (typeof key !== "string" || key === "" || found.has(key) || !isText(value)) return undefined;
    found.set(key, value.stringValue);
  }
  return found;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown): Json[] | undefined =>
  Array.isArray(value) && value.every((one) => isObject(one)) ? value : undefined;

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
