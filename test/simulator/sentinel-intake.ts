/**
 * Azure Monitor's Logs Ingestion API with the login in front of it. The columns are those of the template that operators
 * deploy: what it does not declare is dropped, what is too long is cut, and both are answered 204.
 */
import * as z from "zod";
import deployed from "../../docs/sentinel/kandji-table.json" with { type: "json" };
import type { Reading, ReadingContext } from "./intake.ts";
import { parseMoment } from "./micro-time.ts";

const LOGIN = /\/([^/]+)\/oauth2\/v2\.0\/token$/;
const STREAM = /\/dataCollectionRules\/(dcr-\w+)\/streams\/([\w-]+)$/;
const SCOPES = new Set(["com", "us", "cn"].map((end) => `https://monitor.azure.${end}/.default`));
/** Of a request, before and after it was compressed. */
const MAX_BODY = 1_000_000;
/** Characters of a field: 64 KB, of two bytes each. */
const MAX_FIELD = 32_768;
const DAY_MS = 24 * 3_600_000;

const template = z.object({ resources: z.array(z.looseObject({})) });
const rule = z.object({
  properties: z.object({
    streamDeclarations: z.record(
      z.string(),
      z.object({ columns: z.array(z.object({ name: z.string(), type: z.string() })) }),
    ),
  }),
});

/** Names of columns per stream. */
const declared = new Map(
  template
    .parse(deployed)
    .resources.flatMap((resource) => {
      const read = rule.safeParse(resource);
      return read.success ? Object.entries(read.data.properties.streamDeclarations) : [];
    })
    .map(([stream, { columns }]) => [stream, new Set(columns.map(({ name }) => name))] as const),
);

type Row = Readonly<Record<string, unknown>>;

export function readSentinel(context: ReadingContext): Reading {
  const { request, url, body, text, now, options, kept } = context;
  if (LOGIN.test(url.pathname)) return logIn(context);
  const [, , stream = ""] = STREAM.exec(url.pathname) ?? [];
  const columns = declared.get(stream);
  if (url.searchParams.get("api-version") !== "2023-01-01") return refusal(400, "InvalidApiVersion");
  if (columns === undefined) return refusal(404, "NotFound");
  if (request.method !== "POST") return refusal(405, "MethodNotAllowed");
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  if ((kept.tokens.get(token) ?? 0) <= now) return refusal(401, "InvalidToken");
  if (options.lacksRole === true) return refusal(403, "OperationFailed");
  // As it is seen to answer: github.com/vectordotdev/vector, sinks/azure_logs_ingestion.
  if (body.length > MAX_BODY || Buffer.byteLength(text) > MAX_BODY) return refusal(404, "NotFound");
  if (request.headers.get("content-type") !== "application/json") return refusal(400, "InvalidContentType");
  const rows = rowsIn(text);
  if (rows === undefined) return refusal(400, "InvalidPayload");
  const stored = rows.map((row) => storedOf(row, columns));
  const records = stored.map(rawIn);
  const lost = new Set(records.filter((_, index) => isLost(rows[index] ?? {}, columns, now)));
  return {
    kind: "delivery",
    delivery: {
      records,
      body,
      batchId: undefined,
      tenant: wordOf(stored[0]?.["Tenant"]),
      dataset: wordOf(stored[0]?.["Dataset"]),
    },
    accepted: { status: 204, text: "" },
    drops: (record) => lost.has(record),
  };
}

function refusal(status: number, code: string): Reading {
  const text = JSON.stringify({ error: { code, message: "Refused" } });
  return { kind: "answer", status, text, authorized: status !== 401 && status !== 403 };
}

function logIn({ request, text, now, options, kept }: ReadingContext): Reading {
  const form = new URLSearchParams(text);
  const secret = form.get("client_secret");
  if (request.method !== "POST" || form.get("grant_type") !== "client_credentials")
    return loginRefusal(400, "invalid_request", 900144);
  if (form.get("client_id") === null) return loginRefusal(400, "invalid_request", 900144);
  if (!SCOPES.has(form.get("scope") ?? "")) return loginRefusal(400, "invalid_scope", 70011);
  if (secret === null || (options.apiKey !== undefined && secret !== options.apiKey))
    return loginRefusal(401, "invalid_client", 7000215);
  const { tokenSeconds = 3599 } = options;
  const token = `token-${kept.tokens.size + 1}`;
  kept.tokens.set(token, now + tokenSeconds * 1000);
  const granted = { token_type: "Bearer", expires_in: tokenSeconds, ext_expires_in: tokenSeconds, access_token: token };
  return { kind: "answer", status: 200, text: JSON.stringify(granted), authorized: true };
}

function loginRefusal(status: number, error: string, code: number): Reading {
  const text = JSON.stringify({ error, error_description: `AADSTS${code}: Refused.`, error_codes: [code] });
  return { kind: "answer", status, text, authorized: false };
}

/** What the table has of a row: nothing of what is not declared, and no more of a text than a field takes. */
function storedOf(row: Row, columns: ReadonlySet<string>): Row {
  const held = Object.entries(row).filter(([name]) => columns.has(name));
  return Object.fromEntries(
    held.map(([name, value]) => [name, typeof value === "string" ? value.slice(0, MAX_FIELD) : value]),
  );
}

/** The text of the record, put together again. */
function rawIn(row: Row): string {
  const parts = Array.from({ length: 100 }, (_, index) => row[index === 0 ? "RawRecord" : `RawRecord${index + 1}`]);
  return parts.map((part) => wordOf(part) ?? "").join("");
}

/** What is cut, not declared or of another time than the table takes: Azure may store it all the same, but not as it is. */
function isLost(row: Row, columns: ReadonlySet<string>, now: number): boolean {
  const moment = parseMoment(wordOf(row["TimeGenerated"]) ?? "");
  const ageMs = moment === undefined ? 0 : now - moment / 1000;
  if (ageMs > 2 * DAY_MS || ageMs < -DAY_MS) return true;
  return Object.entries(row).some(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return !columns.has(name) || text.length > MAX_FIELD;
  });
}

function rowsIn(text: string): Row[] | undefined {
  try {
    const rows: unknown = JSON.parse(text);
    const isRows = Array.isArray(rows) && rows.every((row) => typeof row === "object" && row !== null);
    return isRows && (rows as Row[]).every(hasTimes) ? (rows as Row[]) : undefined;
  } catch {
    return undefined;
  }
}

const hasTimes = (row: Row): boolean =>
  ["TimeGenerated", "EventTime"].every(
    (name) => row[name] === undefined || parseMoment(wordOf(row[name]) ?? "") !== undefined,
  );

const wordOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
