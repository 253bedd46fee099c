/** Datable's HTTP source: an array, in which each object has a text and a time; the port is part of its address. */
import type { Reading, ReadingContext } from "./intake.ts";
import { rawOf } from "./shapes.ts";

type Entry = Readonly<Record<string, unknown>> & { readonly body: string };

export function readDatable({ request, url, body, text, options }: ReadingContext): Reading {
  if (!/^(?:\/intake\/[^/]+)?\/v1\/json$/.test(url.pathname)) return refusal(404, "not found");
  if (request.method !== "POST") return refusal(405, "method not allowed");
  if (options.apiKey !== undefined && request.headers.get("authorization") !== `Bearer ${options.apiKey}`)
    return refusal(401, "unauthorized");
  if (!(request.headers.get("content-type") ?? "").startsWith("application/json")) return refusal(400, "not JSON");
  const entries = parsed(text);
  if (entries === undefined) return refusal(400, "not an array of log objects");
  const [first] = entries;
  return {
    kind: "delivery",
    delivery: {
      records: entries.map((entry) => rawOf(entry.body)),
      body,
      batchId: undefined,
      tenant: wordOf(first, "tenant"),
      dataset: wordOf(first, "dataset"),
    },
    accepted: { status: 200, text: "" },
    drops: () => false,
  };
}

/** `body` is a text; `timestamp` ISO 8601 or a number of seconds, milliseconds or nanoseconds. */
function isLog(entry: unknown): entry is Entry {
  if (typeof entry !== "object" || entry === null) return false;
  const { body, timestamp } = entry as Readonly<Record<string, unknown>>;
  const isTime =
    typeof timestamp === "number" || (typeof timestamp === "string" && !Number.isNaN(Date.parse(timestamp)));
  return typeof body === "string" && isTime;
}

function parsed(text: string): Entry[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isLog) ? value : undefined;
  } catch {
    return undefined;
  }
}

const wordOf = (entry: Entry | undefined, key: string): string | undefined =>
  typeof entry?.[key] === "string" ? entry[key] : undefined;

const refusal = (status: number, message: string): Reading => ({
  kind: "answer",
  status,
  text: JSON.stringify({ message }),
  authorized: status !== 401 && status !== 403,
});
