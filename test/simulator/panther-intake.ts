/**
 * An HTTP source of Panther: knows its senders in one way, takes lines or an array, counts headers and body together, and finds
 * schemas later: what fits none is stored, and nobody is told.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Reading, ReadingContext } from "./intake.ts";
import { sliceArray } from "./record-text.ts";
import { rawOf } from "./shapes.ts";

/** Bytes of headers and body, as they are sent and decompressed. */
const PANTHER_MAX_BYTES = 1_000_000;

/** How the source was set up. */
export type PantherAuth =
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "shared-secret"; readonly header: string; readonly value: string }
  | {
      readonly kind: "hmac";
      readonly header: string;
      readonly secret: string;
      readonly encoding: "hex" | "base64";
      readonly prefix: string;
    };

/** What `Iru.Audit` requires (https://docs.panther.com/data-onboarding/supported-logs/iru), all of it text. */
const IRU_AUDIT = ["id", "action", "actor_id", "actor_type", "occurred_at", "target_id", "target_type"];

export function readPanther({ request, body, options }: ReadingContext): Reading {
  if (request.method !== "POST") return refusal(405, "only POST");
  if (options.panther !== undefined && !isKnown(request.headers, body, options.panther))
    return refusal(403, "forbidden");
  // Compression is seen in the bytes; a header about it is not needed.
  const text = decompressed(body);
  if (text === undefined) return refusal(400, "cannot decompress");
  if (headerBytes(request) + Math.max(body.length, Buffer.byteLength(text)) > PANTHER_MAX_BYTES)
    return refusal(413, "request too large");
  const records = text.startsWith("[") ? sliceArray(text) : linesOf(text);
  if (records?.every(isJson) !== true) return refusal(400, "neither JSON, lines nor an array");
  return {
    kind: "delivery",
    delivery: {
      records: records.map(rawOf),
      body,
      batchId: undefined,
      tenant: tenantOf(records[0] ?? ""),
      dataset: undefined,
      ...(options.isIruAudit === true
        ? { unclassified: records.filter((record) => !fitsIruAudit(record)).map(rawOf) }
        : {}),
    },
    accepted: { status: 200, text: "" },
    drops: () => false,
  };
}

/** True where the managed schema of audit events takes the record; what it does not take ends as a classification failure. */
export function fitsIruAudit(text: string): boolean {
  const record = parsed(text);
  if (typeof record !== "object" || record === null) return false;
  const { occurred_at: at, received_at: received } = record as Readonly<Record<string, unknown>>;
  const isTime = (time: unknown): boolean => typeof time === "string" && !Number.isNaN(Date.parse(time));
  return (
    IRU_AUDIT.every((key) => typeof (record as Readonly<Record<string, unknown>>)[key] === "string") &&
    isTime(at) &&
    (received === undefined || isTime(received))
  );
}

function isKnown(headers: Headers, body: Uint8Array, auth: PantherAuth): boolean {
  if (auth.kind === "bearer") return headers.get("authorization") === `Bearer ${auth.token}`;
  if (auth.kind === "basic") {
    const pair = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
    return headers.get("authorization") === `Basic ${pair}`;
  }
  const given = headers.get(auth.header) ?? "";
  if (auth.kind === "shared-secret") return isSame(given, auth.value);
  return isSame(given, auth.prefix + createHmac("sha256", auth.secret).update(body).digest(auth.encoding));
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** As on the wire: the line of the request, and one for each header. */
function headerBytes({ method, url, headers }: Request): number {
  const lines = [`${method} ${url} HTTP/1.1`, ...[...headers].map(([name, value]) => `${name}: ${value}`), ""];
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 2, 0);
}

function decompressed(body: Uint8Array): string | undefined {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return new TextDecoder().decode(body);
  try {
    return gunzipSync(body).toString();
  } catch {
    return undefined;
  }
}

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isJson = (text: string): boolean => parsed(text) !== undefined;

const tenantOf = (text: string): string | undefined => /"tenant_id":"([^"]*)"\}$/.exec(text)?.[1];

const refusal = (status: number, message: string): Reading => ({
  kind: "answer",
  status,
  text: JSON.stringify({ message }),
  authorized: status !== 401 && status !== 403,
});
