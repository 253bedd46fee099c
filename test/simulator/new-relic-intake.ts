/** New Relic's Log API: one document with `common` and `logs`; what is too old, or has an array for an attribute, is answered 202 and gone. */
import type { Reading, ReadingContext } from "./intake.ts";

const PATH = "/log/v1";
/** "1MB(10^6 bytes) maximum per POST" */
export const NEW_RELIC_MAX_BYTES = 1_000_000;
export const NEW_RELIC_MAX_AGE_MS = 48 * 3_600_000;
const MAX_ATTRIBUTES = 255;

export function readNewRelic({ request, url, body, text, now, options }: ReadingContext): Reading {
  const answer = (status: number): Reading => ({ kind: "answer", status, text: "{}", authorized: status !== 403 });
  if (!url.pathname.endsWith(PATH)) return answer(404);
  if (request.method !== "POST") return answer(405);
  const key = request.headers.get("api-key");
  if (key === null || (options.apiKey !== undefined && key !== options.apiKey)) return answer(403);
  if (!["application/json", "json"].includes(request.headers.get("content-type") ?? "")) return answer(415);
  const logs = logsIn(text);
  if (logs === undefined) return answer(400);
  const lost = new Set(logs.filter((log) => isLost(log, now)).map(({ message }) => message));
  const [first] = logs;
  return {
    kind: "delivery",
    delivery: {
      records: logs.map(({ message }) => message),
      body,
      batchId: undefined,
      tenant: wordOf(first?.attributes["forwarder.tenant"]),
      dataset: wordOf(first?.attributes["forwarder.dataset"]),
    },
    accepted: { status: 202, text: '{"requestId":"8b3f5c1a-0001-b000-0000-018f3a5d2c11"}' },
    drops: (record) => lost.has(record),
  };
}

type Fields = Readonly<Record<string, unknown>>;

interface Log {
  readonly message: string;
  /** Milliseconds since 1970; the time of receipt without one. */
  readonly timestamp: number | undefined;
  readonly attributes: Fields;
}

function logsIn(text: string): Log[] | undefined {
  const blocks = json(text);
  if (!Array.isArray(blocks)) return undefined;
  const logs: Log[] = [];
  for (const block of blocks) {
    if (!isObject(block) || !Array.isArray(block["logs"])) return undefined;
    const read = block["logs"].map(logOf);
    if (!read.every((log) => log !== undefined)) return undefined;
    logs.push(...read);
  }
  return logs;
}

function logOf(log: unknown): Log | undefined {
  if (!isObject(log)) return undefined;
  const { message, timestamp, attributes = {} } = log;
  if (typeof message !== "string" || !isObject(attributes)) return undefined;
  if (timestamp !== undefined && !Number.isInteger(timestamp)) return undefined;
  return { message, timestamp: timestamp as number | undefined, attributes };
}

/** Ten digits are seconds. */
function isLost({ timestamp, attributes }: Log, now: number): boolean {
  const at = timestamp === undefined || timestamp >= 1e11 ? timestamp : timestamp * 1000;
  const values = Object.values(attributes);
  return (
    now - (at ?? now) > NEW_RELIC_MAX_AGE_MS ||
    values.length > MAX_ATTRIBUTES ||
    values.some((value) => Array.isArray(value))
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wordOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
