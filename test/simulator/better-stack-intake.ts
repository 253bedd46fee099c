/** Better Stack's HTTP API for logs: events in an array, the source token as bearer, 406 for what is no JSON. */
import type { Reading, ReadingContext } from "./intake.ts";
import { sliceArray } from "./record-text.ts";

/** "10 MiB" for a request and for each event in it. */
export const BETTER_STACK_MAX_BYTES = 10_485_760;
const CONTENT_TYPES = ["application/json", "application/x-ndjson"];

export function readBetterStack({ request, url, body, text, options }: ReadingContext): Reading {
  const answer = (status: number, words: string): Reading => ({
    kind: "answer",
    status,
    text: words,
    authorized: status !== 403,
  });
  if (url.search !== "") return answer(404, "Not Found");
  if (request.method !== "POST") return answer(405, "Method Not Allowed");
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined || (options.apiKey !== undefined && token !== options.apiKey))
    return answer(403, "Unauthorized");
  const type = request.headers.get("content-type") ?? "";
  const events = type === CONTENT_TYPES[0] ? sliceArray(text) : text.split("\n").filter((line) => line !== "");
  if (!CONTENT_TYPES.includes(type) || events === undefined || !events.every(isObject))
    return answer(406, "Couldn't parse JSON content.");
  const [first = ""] = events;
  return {
    kind: "delivery",
    delivery: {
      records: events.map(recordOf),
      body,
      batchId: undefined,
      tenant: wordOf(first, "tenant"),
      dataset: wordOf(first, "dataset"),
    },
    accepted: { status: 202, text: "" },
    drops: () => false,
  };
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** What stands under the last key, to the character; an event without it is its own record. */
function recordOf(event: string): string {
  const at = event.indexOf('"record":');
  return at < 0 ? event : event.slice(at + '"record":'.length, -1);
}

function wordOf(event: string, key: string): string | undefined {
  const value = (JSON.parse(event === "" ? "{}" : event) as Readonly<Record<string, unknown>>)[key];
  return typeof value === "string" ? value : undefined;
}
