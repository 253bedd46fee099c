/**
 * The push API of Loki: streams of lines. It takes each line or not; one that it does not take makes the answer a 400, with
 * the others stored all the same. The same line at the same nanosecond of the same stream is one line.
 */
import * as z from "zod";
import type { Kept, Reading, ReadingContext } from "./intake.ts";
import { rawOf } from "./shapes.ts";

const PATH = "/loki/api/v1/push";
/** `max_line_size`, `reject_old_samples_max_age`, `creation_grace_period`, half of `max_chunk_age`; the label limits. */
const MAX_LINE = 256 * 1024;
export const LOKI_MAX_AGE_MS = 7 * 24 * 3_600_000;
const MAX_AHEAD_MS = 10 * 60_000;
const MAX_BEHIND_MS = 3_600_000;
const MAX_LABELS = 15;
const MAX_LABEL_NAME = 1024;
const MAX_LABEL_VALUE = 2048;
const MAX_METADATA = 64 * 1024;
const MAX_METADATA_ENTRIES = 128;

const BLOCKED = 260;

type Texts = Readonly<Record<string, string>>;

interface Line {
  readonly stream: Texts;
  readonly nanoseconds: bigint;
  readonly text: string;
  readonly metadata: Texts;
}

export function readLoki(context: ReadingContext): Reading {
  const { request, url, body, text, now, options, kept } = context;
  if (!url.pathname.endsWith(PATH)) return answer(404, "404 page not found");
  if (request.method !== "POST") return answer(405, "method not allowed");
  if (!isKnown(request, options.apiKey)) return answer(401, "no credentials provided");
  if (options.isBlocked === true) return answer(BLOCKED, "ingestion blocked");
  if (request.headers.get("content-type") !== "application/json") return answer(400, "unsupported content type");
  const lines = linesIn(text);
  if (lines === undefined) return answer(400, "cannot parse the body");
  const complaints = lines.map((line) => complaintOf(line, now, kept));
  const complaint = complaints.find((one) => one !== undefined);
  const fresh = lines.filter((line, index) => complaints[index] === undefined && !kept.lines.has(identity(line)));
  const records = fresh.map((line) => rawOf(line.text));
  const { tenant, dataset } = lines[0]?.stream ?? {};
  return {
    kind: "delivery",
    delivery: { records, body, batchId: undefined, tenant, dataset },
    accepted: complaint === undefined ? { status: 204, text: "" } : { status: 400, text: complaint },
    drops: () => false,
    stored: (stored) =>
      keep(
        fresh.filter((line) => stored.includes(rawOf(line.text))),
        kept,
      ),
    refuses: (bad) => ({ status: 400, text: "not acceptable", kept: records.filter((_, index) => !bad.has(index)) }),
  };
}

const answer = (status: number, text: string): Reading => ({
  kind: "answer",
  status,
  text,
  authorized: status !== 401,
});

function isKnown(request: Request, password: string | undefined): boolean {
  if (password === undefined) return true;
  const [scheme, credentials = ""] = (request.headers.get("authorization") ?? "").split(" ");
  if (scheme === "Bearer") return credentials === password;
  return scheme === "Basic" && Buffer.from(credentials, "base64").toString().split(":")[1] === password;
}

const nameOf = (stream: Texts): string =>
  JSON.stringify(Object.entries(stream).toSorted(([a], [b]) => (a < b ? -1 : 1)));
const identity = ({ stream, nanoseconds, text }: Line): string => `${nameOf(stream)} ${nanoseconds} ${text}`;
const millisecondsOf = ({ nanoseconds }: Line): number => Number(nanoseconds / 1_000_000n);

function keep(lines: readonly Line[], kept: Kept): void {
  for (const line of lines) {
    const name = nameOf(line.stream);
    kept.newest.set(name, Math.max(kept.newest.get(name) ?? -Infinity, millisecondsOf(line)));
    kept.lines.add(identity(line));
  }
}

function complaintOf(line: Line, now: number, kept: Kept): string | undefined {
  const { stream, text, metadata } = line;
  const labels = Object.entries(stream);
  if (labels.length === 0) return "missing_labels";
  if (labels.length > MAX_LABELS) return "max_label_names_per_series";
  if (labels.some(([name]) => !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))) return "invalid_labels";
  if (labels.some(([name]) => name.length > MAX_LABEL_NAME)) return "label_name_too_long";
  if (labels.some(([, value]) => Buffer.byteLength(value) > MAX_LABEL_VALUE)) return "label_value_too_long";
  const at = millisecondsOf(line);
  if (at < now - LOKI_MAX_AGE_MS) return "greater_than_max_sample_age";
  if (at > now + MAX_AHEAD_MS) return "too_far_in_future";
  if (at < (kept.newest.get(nameOf(stream)) ?? -Infinity) - MAX_BEHIND_MS) return "too_far_behind";
  if (Buffer.byteLength(text) > MAX_LINE) return "line_too_long";
  const entries = Object.entries(metadata);
  if (entries.length > MAX_METADATA_ENTRIES) return "structured_metadata_too_many";
  const size = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  return size > MAX_METADATA ? "structured_metadata_too_large" : undefined;
}

function linesIn(text: string): Line[] | undefined {
  const pushed = pushSchema.safeParse(json(text));
  if (!pushed.success) return undefined;
  return pushed.data.streams.flatMap(({ stream, values }) =>
    values.map(([nanoseconds, line, metadata = {}]) => ({
      stream,
      nanoseconds: BigInt(nanoseconds),
      text: line,
      metadata,
    })),
  );
}

const texts = z.record(z.string(), z.string());
/** Times are 64 bits. */
const time = z.string().regex(/^-?\d{1,18}$|^[1-8]\d{18}$/);
const value = z.union([z.tuple([time, z.string(), texts]), z.tuple([time, z.string()])]);
const pushSchema = z.object({ streams: z.array(z.object({ stream: texts, values: z.array(value) })) });

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
