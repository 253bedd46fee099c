/** Splunk HTTP Event Collector: events back to back; it stores those before a bad one and tells the number of that. */
import type { Reading, ReadingContext } from "./intake.ts";

const PATH = "/services/collector/event";
/** Characters of one event, `maxEventSize` of limits.conf. */
const MAX_EVENT = 5 * 1024 * 1024;

type Entry = Readonly<Record<string, unknown>>;

export function readSplunkHec({ request, url, body, text, options }: ReadingContext): Reading {
  if (!url.pathname.endsWith(PATH)) return refusal(404, 404, "The requested URL was not found on this server.");
  if (request.method !== "POST") return refusal(405, 405, "Method Not Allowed");
  const authorization = request.headers.get("authorization");
  if (authorization === null) return refusal(401, 2, "Token is required");
  if (!authorization.startsWith("Splunk ")) return refusal(401, 3, "Invalid authorization");
  if (options.apiKey !== undefined && authorization.slice(7) !== options.apiKey)
    return refusal(403, 4, "Invalid token");
  if (text.trim() === "") return refusal(400, 5, "No data");
  const entries = objectsIn(text);
  const records = entries.map((entry) => textOf(entry?.["event"]));
  const at = entries.findIndex((entry) => problemOf(entry) !== 0);
  const fields = entries[0]?.["fields"];
  const named = isObject(fields) ? fields : {};
  const delivery = {
    records: at < 0 ? records : records.slice(0, at),
    body,
    batchId: undefined,
    tenant: typeof named["tenant"] === "string" ? named["tenant"] : undefined,
    dataset: typeof named["dataset"] === "string" ? named["dataset"] : undefined,
  };
  return {
    kind: "delivery",
    delivery,
    accepted: at < 0 ? { status: 200, text: '{"text":"Success","code":0}' } : bad(problemOf(entries[at]), at),
    drops: () => false,
    refuses: (indices) => {
      const first = Math.min(...indices);
      return { ...bad(6, first), kept: delivery.records.slice(0, first) };
    },
  };
}

function refusal(status: number, code: number, text: string): Reading {
  return {
    kind: "answer",
    status,
    text: JSON.stringify({ text, code }),
    authorized: status !== 401 && status !== 403,
  };
}

const wordings = new Map([
  [6, "Invalid data format"],
  [12, "Event field is required"],
  [13, "Event field cannot be blank"],
  [15, "Error in handling indexed fields"],
]);

const bad = (code: number, index: number): { status: number; text: string } => ({
  status: 400,
  text: JSON.stringify({ text: wordings.get(code), code, "invalid-event-number": index }),
});

/** The code that an event is refused with; 0 for a good one. */
function problemOf(entry: Entry | undefined): number {
  if (entry === undefined) return 6;
  const { event, fields = {}, time = 0 } = entry as { event?: unknown; fields?: unknown; time?: unknown };
  if (event === undefined || event === null) return 12;
  if (typeof event === "string" ? event.trim() === "" : !isObject(event)) return 13;
  if (textOf(event).length > MAX_EVENT || !Number.isFinite(Number(time))) return 6;
  return isObject(fields) && Object.values(fields).every((value) => isFlat(value)) ? 0 : 15;
}

const isFlat = (value: unknown): boolean =>
  typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string"));

const textOf = (event: unknown): string => (typeof event === "string" ? event : JSON.stringify(event ?? null));

const isObject = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects that stand back to back in a text; `undefined` for what is none, after which nothing is read. */
function objectsIn(text: string): (Entry | undefined)[] {
  const found: (Entry | undefined)[] = [];
  let depth = 0;
  let start = 0;
  // Whole strings first: a brace in one of them opens nothing.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gsu)) {
    if (token === "{" && depth++ === 0 && text.slice(start, index).trim() !== "") return [...found, undefined];
    if (token === "}" && --depth === 0) {
      found.push(parsed(text.slice(start, index + 1)));
      start = index + 1;
    }
  }
  return text.slice(start).trim() === "" ? found : [...found, undefined];
}

function parsed(text: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
