/** A bucket of Cloudflare R2 behind its binding: keeps an object of lines under a key, once. */
import type { Reading, ReadingContext } from "./intake.ts";

/** Bytes of a key. */
const R2_MAX_KEY_BYTES = 1024;

export function readR2({ request, url, body, text, isStored }: ReadingContext): Reading {
  const key = url.pathname.slice(1);
  const answer = (status: number): Reading => ({ kind: "answer", status, text: "", authorized: true });
  if (request.method !== "POST") return answer(405);
  if (key === "" || Buffer.byteLength(key) > R2_MAX_KEY_BYTES) return answer(400);
  // A reader goes by the name: it must tell what is in there.
  if (key.endsWith(".gz") !== (request.headers.get("content-encoding") === "gzip")) return answer(400);
  if (isStored(key)) return answer(412);
  const records = text.split("\n");
  if (records.pop() !== "" || !records.every(isJson)) return answer(400);
  const tenant = request.headers.get("tenant") ?? undefined;
  const dataset = request.headers.get("dataset") ?? undefined;
  return {
    kind: "delivery",
    delivery: { records, body, batchId: key, tenant, dataset },
    accepted: { status: 200, text: "" },
    drops: () => false,
  };
}

/** R2 keeps anything; that a line can be read is what the archive is for. */
function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
