/** Datadog Logs intake v2: what is too old is answered 202 like all the rest, and is gone. */
import type { Reading, ReadingContext } from "./intake.ts";
import { parseMoment } from "./micro-time.ts";

const PATH = "/api/v2/logs";
/** Older than this by its own date, or this far ahead, a log is dropped without a word. */
export const MAX_AGE_MS = 18 * 3_600_000;
const MAX_AHEAD_MS = 2 * 3_600_000;

export function readDatadog({ request, url, body, text, now, options }: ReadingContext): Reading {
  const answer = (status: number, error: string): Reading => ({
    kind: "answer",
    status,
    text: JSON.stringify({ errors: [{ detail: error, status: String(status) }] }),
    authorized: status !== 401 && status !== 403,
  });
  if (!url.pathname.endsWith(PATH)) return answer(404, "Not Found");
  if (request.method !== "POST") return answer(405, "Method Not Allowed");
  const key = request.headers.get("dd-api-key");
  if (key === null) return answer(401, "Unauthorized");
  if (options.apiKey !== undefined && key !== options.apiKey) return answer(403, "Forbidden");
  const entries = parsed(text);
  if (entries === undefined) return answer(400, "Invalid payload");
  const dates = new Map<string, number>();
  const records: string[] = [];
  for (const entry of entries) {
    const message = typeof entry["message"] === "string" ? entry["message"] : JSON.stringify(entry);
    const record = withDates(message);
    records.push(record);
    dates.set(record, dateOf(entry, message) ?? now);
  }
  const tags = typeof entries[0]?.["ddtags"] === "string" ? entries[0]["ddtags"] : "";
  return {
    kind: "delivery",
    delivery: { records, body, batchId: undefined, tenant: tagOf(tags, "tenant"), dataset: tagOf(tags, "dataset") },
    accepted: { status: 202, text: "{}" },
    drops: (record) => {
      const age = now - (dates.get(record) ?? now);
      return age > MAX_AGE_MS || age < -MAX_AHEAD_MS;
    },
  };
}

/** What Kandji sent, of which the forwarder hides the dates that would cost Datadog's reader the log. */
const withDates = (message: string): string =>
  message.replaceAll(/"original_(occurred_at|detection_datetime)"(?=\s*:)/gu, '"$1"');

type Entry = Readonly<Record<string, unknown>>;

function parsed(text: string): Entry[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isObject) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The vendor's pipeline for `source:kandji` takes the record's own time, whatever `timestamp` says. */
function dateOf(entry: Entry, message: string): number | undefined {
  if (entry["ddsource"] === "kandji") {
    const { detection_datetime: detected, occurred_at: occurred } = parsed(`[${message}]`)?.[0] ?? {};
    const own = momentOf(detected) ?? momentOf(occurred);
    if (own !== undefined) return own;
  }
  const { timestamp } = { timestamp: entry["timestamp"] };
  return typeof timestamp === "number" ? timestamp : undefined;
}

function momentOf(text: unknown): number | undefined {
  if (typeof text !== "string") return undefined;
  const moment = parseMoment(text);
  if (moment !== undefined) return moment / 1000;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function tagOf(tags: string, name: string): string | undefined {
  const tag = tags.split(",").find((text) => text.startsWith(`${name}:`));
  return tag?.slice(name.length + 1);
}
