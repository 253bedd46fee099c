/** Elasticsearch's `_bulk`: answers 200 and a status for each document; knows the ids that it has; runs Elastic's package for Iru. */
import type { Reading, ReadingContext } from "./intake.ts";
import { parseMoment } from "./micro-time.ts";
import { rawOf } from "./shapes.ts";

/** `http.max_content_length`, after decompression. */
export const ELASTIC_MAX_BYTES = 100 * 1024 * 1024;
const MAX_ID_BYTES = 512;
/** What the key may write to. */
const ALLOWED = /^logs-(?:iru|kandji)\.[a-z0-9_.]+-[^\\/*?"<>|\s,#:A-Z-]+$/;

type Json = Readonly<Record<string, unknown>>;

/** One document, and what becomes of it unless a rule refuses it. */
interface Result {
  readonly name: string;
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
  readonly record: string;
  readonly id: string;
}

export function readElastic(context: ReadingContext): Reading {
  const { request, url, text, body } = context;
  if (!url.pathname.endsWith("/_bulk")) return answer(404, "no handler found for uri");
  if (request.method !== "POST") return answer(405, "Incorrect HTTP method for uri");
  const authorization = request.headers.get("authorization") ?? "";
  if (!isAuthorized(authorization, context.options.apiKey)) return answer(401, "unable to authenticate");
  const type = request.headers.get("content-type");
  if (type !== "application/x-ndjson" && type !== "application/json")
    return answer(406, "Content-Type is not supported");
  if (!text.endsWith("\n")) return answer(400, "The bulk request must be terminated by a newline [\\n]");
  const pairs = pairsOf(text.slice(0, -1).split("\n"));
  if (pairs === undefined) return answer(400, "Malformed action/metadata line");
  const results = resultsOf(pairs, context);
  const fresh = results.filter(({ status }) => status === 201);
  const [first] = pairs;
  const delivery = {
    records: fresh.map(({ record }) => record),
    body,
    batchId: undefined,
    tenant: /^(.*?):/.exec(String(first?.action["_id"]))?.[1],
    dataset: /^logs-([^-]*)-/.exec(String(first?.action["_index"]))?.[1],
    ids: new Map(fresh.map(({ record, id }) => [record, id])),
  };
  return {
    kind: "delivery",
    delivery,
    accepted: { status: 200, text: told(results, url) },
    drops: () => false,
    refuses: (bad) => {
      const refused = new Set(fresh.filter((_, index) => bad.has(index)));
      const judged = results.map((one) => (refused.has(one) ? { ...one, ...unparsable(one.record) } : one));
      const kept = fresh.filter((one) => !refused.has(one)).map(({ record }) => record);
      return { status: 200, text: told(judged, url), kept };
    },
  };
}

/** A key as it is shown under `encoded`, or the user `kandji` with that word. */
function isAuthorized(authorization: string, key: string | undefined): boolean {
  const [, scheme, word = ""] = /^(ApiKey|Basic) (\S+)$/.exec(authorization) ?? [];
  const isKnown = (given: string): boolean => key === undefined || given === key;
  if (scheme === "ApiKey") return isKnown(word) && /^[A-Za-z0-9+/_-]+={0,2}$/.test(word);
  const [, password = ""] = /^kandji:(.*)$/s.exec(Buffer.from(word, "base64").toString()) ?? [];
  return scheme === "Basic" && password !== "" && isKnown(password);
}

function answer(status: number, reason: string): Reading {
  const text = JSON.stringify({ error: { type: "simulated_exception", reason }, status });
  return { kind: "answer", status, text, authorized: status !== 401 };
}

interface Pair {
  readonly name: string;
  readonly action: Json;
  readonly source: string;
}

/** Undefined for what is answered as a whole: a line that is no action, an action without a document, an id that is too long. */
function pairsOf(lines: readonly string[]): Pair[] | undefined {
  const pairs: Pair[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const [name, action] = Object.entries(parsed(lines[at] ?? "") ?? {})[0] ?? [];
    const source = lines[at + 1];
    if (name === undefined || !isObject(action) || source === undefined) return undefined;
    if (typeof action["_id"] === "string" && Buffer.byteLength(action["_id"]) > MAX_ID_BYTES) return undefined;
    pairs.push({ name, action, source });
  }
  return pairs;
}

function resultsOf(pairs: readonly Pair[], { held, options }: ReadingContext): Result[] {
  const known = new Set(held);
  return pairs.map(({ name, action, source }) => {
    const index = String(action["_index"]);
    const document = parsed(source);
    const id = `${index}/${idOf(index, document) ?? String(action["_id"])}`;
    const record = document === undefined ? source : recordOf(source, document);
    const failure = options.busyWith !== undefined && record.includes(options.busyWith) ? busy : undefined;
    const error = failure ?? failureOf(name, index, document) ?? (known.has(id) ? taken : undefined);
    if (error === undefined) known.add(id);
    return { name, status: 201, ...error, record, id };
  });
}

type Failure = Pick<Result, "status" | "error">;
const failure = (status: number, type: string, reason: string): Failure => ({ status, error: { type, reason } });

const busy = failure(429, "es_rejected_execution_exception", "rejected execution of coordinating operation");
const taken = failure(409, "version_conflict_engine_exception", "document already exists");
const unparsable = (record: string): Failure =>
  failure(
    400,
    "document_parsing_exception",
    `[1:1] failed to parse field [iru.audit.new_state.active] of type [boolean]. Preview of field's value: '${record}'`,
  );

function failureOf(name: string, index: string, document: Json | undefined): Failure | undefined {
  if (!ALLOWED.test(index)) return failure(403, "security_exception", "action is unauthorized for API key");
  if (name !== "create")
    return failure(400, "illegal_argument_exception", "only write ops with an op_type of create are allowed");
  if (document === undefined) return failure(400, "document_parsing_exception", "failed to parse");
  const { "@timestamp": time, data_stream: stream } = document as { "@timestamp"?: unknown; data_stream?: unknown };
  if (typeof time !== "string" || parseMoment(time) === undefined)
    return failure(400, "document_parsing_exception", "data stream timestamp field [@timestamp] is missing");
  const { type, dataset, namespace } = isObject(stream) ? stream : {};
  // Constants of a data stream: another value than its own is refused.
  return stream === undefined || `${String(type)}-${String(dataset)}-${String(namespace)}` === index
    ? undefined
    : failure(400, "document_parsing_exception", "constant_keyword accepts one value");
}

/** The package's pipeline makes the id of an event out of the event's own. */
function idOf(index: string, document: Json | undefined): string | undefined {
  if (!index.startsWith("logs-iru.audit-") || typeof document?.["message"] !== "string") return undefined;
  const id = parsed(document["message"])?.["id"];
  return typeof id === "string" ? `fingerprint of ${id}` : undefined;
}

/** What Kandji sent: the text in `message`, or in what a format made of it, with `data_stream` in front. */
function recordOf(source: string, document: Json): string {
  return typeof document["message"] === "string" &&
    document["event"] === undefined &&
    document["class_uid"] === undefined
    ? document["message"]
    : rawOf(source);
}

/** `filter_path` leaves of each document its status and its error. */
function told(results: readonly Result[], url: URL): string {
  const isFiltered = url.searchParams.has("filter_path");
  const items = results.map(({ name, status, error, id }) => ({
    [name]: { ...(isFiltered ? {} : { _id: id, _version: 1 }), status, ...(error === undefined ? {} : { error }) },
  }));
  const errors = results.some(({ error }) => error !== undefined);
  return JSON.stringify({ errors, ...(isFiltered ? {} : { took: 30 }), items });
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object that has no key twice, at any depth: Elasticsearch refuses others. */
function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && !hasTwins(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

function hasTwins(text: string): boolean {
  const open: Set<string>[] = [];
  // Whole strings first: a brace in one of them opens nothing.
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/gsu)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (key !== undefined && open.at(-1)?.has(key) === true) return true;
    else if (key !== undefined) open.at(-1)?.add(key);
  }
  return false;
}
