/** Axiom's ingest: takes each event or not, and counts both in a 200; blanks a text that is too long without a word. */
import type { Reading, ReadingContext } from "./intake.ts";
import { parseMoment } from "./micro-time.ts";

const PATH = /\/v1\/datasets\/[^/]+\/ingest$/;
/** Bytes of one field. */
const MAX_FIELD = 1_000_000;

type Entry = Readonly<Record<string, unknown>>;

export function readAxiom({ request, url, body, text, options }: ReadingContext): Reading {
  const answer = (status: number, message: string): Reading => ({
    kind: "answer",
    status,
    text: JSON.stringify({ message }),
    authorized: status !== 401 && status !== 403,
  });
  if (!PATH.test(url.pathname)) return answer(404, "dataset not found");
  if (request.method !== "POST") return answer(405, "method not allowed");
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined) return answer(401, "authorization required");
  if (options.apiKey !== undefined && token !== options.apiKey) return answer(403, "forbidden");
  if (request.headers.get("content-type") !== "application/json") return answer(400, "unsupported content type");
  const entries = parsed(text);
  if (entries === undefined) return answer(400, "invalid JSON");
  const good = entries.filter((entry) => hasTime(entry));
  const records = good.map(textOf);
  const delivery = {
    records,
    body,
    batchId: undefined,
    tenant: wordOf(entries[0], "tenant"),
    dataset: wordOf(entries[0], "dataset"),
  };
  return {
    kind: "delivery",
    delivery,
    accepted: counted(good.length, entries.length - good.length),
    drops: (record) => Buffer.byteLength(record) > MAX_FIELD,
    refuses: (bad) => {
      const kept = records.filter((_, index) => !bad.has(index));
      return { ...counted(kept.length, entries.length - kept.length), kept };
    },
  };
}

function counted(ingested: number, failed: number): { status: number; text: string } {
  const failure = { timestamp: "2026-05-01T08:00:00Z", error: "cannot ingest" };
  const failures = Array.from({ length: failed }, () => failure);
  return { status: 200, text: JSON.stringify({ ingested, failed, failures, processedBytes: 1, walLength: 1 }) };
}

const textOf = (entry: Entry): string =>
  typeof entry["record"] === "string" ? entry["record"] : JSON.stringify(entry);

const wordOf = (entry: Entry | undefined, key: string): string | undefined =>
  typeof entry?.[key] === "string" ? entry[key] : undefined;

/** Without a time an event has that of its arrival. */
function hasTime({ _time: time }: Entry & { readonly _time?: unknown }): boolean {
  return time === undefined || (typeof time === "string" && parseMoment(time) !== undefined);
}

function parsed(text: string): Entry[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEntries = Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null);
    return isEntries ? (value as Entry[]) : undefined;
  } catch {
    return undefined;
  }
}
