/** LogScale's HEC endpoint, also of Next-Gen SIEM: JSON objects one after another, the ingest token as bearer. */
import type { Reading, ReadingContext } from "./intake.ts";

/** What a cluster takes unless it is set up otherwise, after decompression. */
export const LOGSCALE_MAX_BYTES = 33_554_432;
/** A longer event is cut, and nobody is told. */
const MAX_EVENT_BYTES = 1_000_000;
const PATHS = ["/services/collector", "/api/v1/ingest/hec"];

export function readLogscale({ request, url, body, text, options }: ReadingContext): Reading {
  const answer = (status: number, code: number, words: string): Reading => ({
    kind: "answer",
    status,
    text: JSON.stringify({ text: words, code }),
    authorized: status !== 401,
  });
  if (!PATHS.some((path) => url.pathname.endsWith(path))) return answer(404, 404, "Not found");
  if (request.method !== "POST") return answer(405, 405, "Method not allowed");
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined || (options.apiKey !== undefined && token !== options.apiKey))
    return answer(401, 4, "Invalid token");
  const events = text.split(/[\r\n]+/).filter((line) => line !== "");
  const read = events.map(parsed);
  if (events.length === 0) return answer(400, 5, "No data");
  if (!read.every((event) => event !== undefined)) return answer(400, 6, "Invalid data format");
  const [first] = read;
  return {
    kind: "delivery",
    delivery: {
      records: read.map(({ event }) => cut(event)),
      body,
      batchId: undefined,
      tenant: first?.fields["forwarder.tenant"],
      dataset: first?.fields["forwarder.dataset"],
    },
    accepted: { status: 200, text: `{"text":"Success","code":0,"eventCount":${read.length}}` },
    drops: () => false,
  };
}

function cut(event: string): string {
  const bytes = Buffer.from(event);
  return bytes.length <= MAX_EVENT_BYTES ? event : `${bytes.subarray(0, MAX_EVENT_BYTES - 3).toString()}...`;
}

interface HecEvent {
  readonly event: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** An object with an event, and a time in seconds if any; of `fields`, nested values are dropped. */
function parsed(line: string): HecEvent | undefined {
  const value = json(line);
  if (typeof value !== "object" || value === null || !("event" in value)) return undefined;
  const { event, time, fields } = value as Readonly<Record<string, unknown>>;
  if (time !== undefined && typeof time !== "number") return undefined;
  const flat = Object.entries(fields ?? {}).filter(([, field]) => typeof field !== "object");
  return {
    event: typeof event === "string" ? event : JSON.stringify(event),
    fields: Object.fromEntries(flat.map(([name, field]) => [name, String(field)])),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
