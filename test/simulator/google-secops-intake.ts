/** A webhook feed of Google SecOps: lines, known by an API key and the feed's own secret. It looks into no line. */
import type { Reading, ReadingContext } from "./intake.ts";
import { rawOf } from "./shapes.ts";

/** Of the ingestion API; the feed's page gives none. */
export const GOOGLE_SECOPS_MAX_BYTES = 1_000_000;

export function readGoogleSecops({ request, url, body, text, options }: ReadingContext): Reading {
  if (!url.pathname.endsWith(":importPushLogs")) return refusal(404, "NOT_FOUND");
  if (request.method !== "POST") return refusal(405, "METHOD_NOT_ALLOWED");
  const key = request.headers.get("x-goog-api-key");
  const secret = request.headers.get("x-webhook-access-key");
  if (key === null) return refusal(403, "PERMISSION_DENIED");
  if (options.apiKey !== undefined && key !== options.apiKey)
    return refusal(400, "INVALID_ARGUMENT", "API_KEY_INVALID");
  if (secret === null) return refusal(401, "UNAUTHENTICATED");
  if (options.feedSecret !== undefined && secret !== options.feedSecret) return refusal(403, "PERMISSION_DENIED");
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length === 0) return refusal(400, "INVALID_ARGUMENT");
  return {
    kind: "delivery",
    // The lines are the records themselves, and nothing around them tells whose they are.
    delivery: { records: lines.map(rawOf), body, batchId: undefined, tenant: undefined, dataset: undefined },
    accepted: { status: 200, text: "{}" },
    drops: () => false,
  };
}

function refusal(status: number, name: string, reason?: string): Reading {
  const details = reason === undefined ? [] : [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason }];
  const error = { code: status, message: "Refused", status: name, details };
  return { kind: "answer", status, text: JSON.stringify({ error }), authorized: ![401, 403].includes(status) };
}
