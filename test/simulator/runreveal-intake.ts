/** A webhook source of RunReveal: an object or an array of them; the structured kind has names whose types it insists on. */
import type { Reading, ReadingContext } from "./intake.ts";
import { sliceArray } from "./record-text.ts";
import { rawOf } from "./shapes.ts";

type Entry = Readonly<Record<string, unknown>>;

const PATH = /\/sources\/(?:hook|webhook|reveald\/webhook)\/[^/]+$/;

export function readRunreveal({ request, url, body, text, options }: ReadingContext): Reading {
  if (!PATH.test(url.pathname)) return refusal(404, "no such source");
  if (request.method !== "POST") return refusal(405, "method not allowed");
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (options.apiKey !== undefined && token === undefined) return refusal(401, "missing token");
  if (options.apiKey !== undefined && token !== options.apiKey) return refusal(403, "wrong token");
  const parts = text.trimStart().startsWith("[") ? sliceArray(text) : [text];
  const entries = parts?.map(entryOf);
  const isRead = (entry: Entry | undefined): boolean =>
    entry !== undefined && (options.runreveal === "generic" || isNormalized(entry));
  if (parts === undefined || entries?.every(isRead) !== true) return refusal(400, "cannot read the events");
  const tags = (entries[0]?.["tags"] ?? {}) as Entry;
  return {
    kind: "delivery",
    delivery: {
      records: parts.map(rawOf),
      body,
      batchId: undefined,
      tenant: textOf(tags["tenant"]),
      dataset: textOf(tags["dataset"]),
    },
    accepted: { status: 200, text: "" },
    drops: () => false,
  };
}

const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
const isTextMap = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isText));

/**
 * The types of https://docs.runreveal.com/sources/source-types/structured-webhooks: none is required, unknown names are passed
 * over, and a known name with another type cannot be read. Go reads RFC 3339 and nothing else as a time.
 */
function isNormalized(entry: Entry): boolean {
  const { eventName, eventTime, readOnly, actor, service, resources, tags } = entry;
  return (
    isText(eventName) &&
    (eventTime === undefined ||
      (typeof eventTime === "string" &&
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(eventTime))) &&
    (readOnly === undefined || typeof readOnly === "boolean") &&
    [actor, service, tags].every(isTextMap) &&
    (resources === undefined || Array.isArray(resources))
  );
}

function entryOf(text: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const refusal = (status: number, message: string): Reading => ({
  kind: "answer",
  status,
  text: JSON.stringify({ error: message }),
  authorized: status !== 401 && status !== 403,
});
