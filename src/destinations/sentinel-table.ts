import { fieldOf } from "../json.ts";
import type { EventTime } from "../formats/event-time.ts";
import { type BatchContext, shownDataset } from "./destination.ts";
import type { OutgoingRecord } from "./record.ts";

/**
 * The table of Microsoft Sentinel that records of every dataset go to: its columns, and the row that a record makes.
 * `npm run sentinel-table` writes the Azure template for it out of the same list.
 */

export interface Column {
  readonly name: string;
  readonly type: "string" | "datetime" | "dynamic";
  readonly holds: string;
}

// https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#logs-ingestion-api: "Maximum size for field
// values: 64 KB. Fields longer than 64 KB are truncated." It does not say in which encoding: a value stays below it in both.
const maxFieldBytes = 64_000;
const maxFieldUnits = maxFieldBytes / 2;

/** So many full columns hold more than the megabyte that a request may have. */
const rawColumns = 32;

// The reserved names (`id`, `Type`, `Title`, `TenantId`, …) stand at
// https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview#supported-tables.
/** Text columns that are read out of the record, by the key that it has in there. */
const ownKeys: readonly (readonly [column: string, key: string, holds: string])[] = [
  ["Action", "action", "what was done"],
  ["ActorId", "actor_id", "who did it"],
  ["ActorType", "actor_type", "what kind of actor that is"],
  ["TargetId", "target_id", "what it was done to"],
  ["TargetType", "target_type", "what kind of thing that is"],
  ["TargetComponent", "target_component", "which part of it"],
  ["DeviceId", "device_id", "the device, where the record is about one"],
  ["DeviceName", "device_name", "its name, where Kandji tells it"],
  ["SerialNumber", "serial_number", "its serial number, where Kandji tells it"],
];

const nameOfRaw = (index: number): string => (index === 0 ? "RawRecord" : `RawRecord${index + 1}`);

export const columns: readonly Column[] = [
  {
    name: "TimeGenerated",
    type: "datetime",
    holds: "when it happened, or when it was read where that is too long ago",
  },
  { name: "EventTime", type: "datetime", holds: "when it happened, or when a row was seen" },
  { name: "Tenant", type: "string", holds: "tenant of the forwarder" },
  { name: "Dataset", type: "string", holds: "dataset, such as audit-events" },
  { name: "EventId", type: "string", holds: "Kandji's id, or a hash of what a row says: the same when it comes again" },
  { name: "Change", type: "string", holds: "of a row of state: snapshot, created, updated or deleted" },
  ...ownKeys.map(([name, , holds]) => ({ name, type: "string", holds }) as const),
  { name: "Record", type: "dynamic", holds: "the record as an object, where it takes less than 64 KB" },
  {
    name: "RawRecord",
    type: "string",
    holds: "the record's text as Kandji sent it; its first 64 KB where it is longer",
  },
  ...Array.from(
    { length: rawColumns - 1 },
    (_, index) => ({ name: nameOfRaw(index + 1), type: "string", holds: "what follows of a longer text" }) as const,
  ),
];

export function rowOf(record: OutgoingRecord, batch: BatchContext): string {
  const { value, time, restampedAt, raw } = record;
  const eventTime = time === undefined ? undefined : datetimeOf(time);
  const restamped = restampedAt === undefined ? undefined : datetimeOf({ milliseconds: restampedAt, nanoseconds: 0 });
  const row = JSON.stringify({
    TimeGenerated: restamped ?? eventTime,
    EventTime: eventTime,
    Tenant: batch.tenant,
    Dataset: shownDataset(batch),
    EventId: record.id,
    Change: textAt(fieldOf(value, "_forwarder"), "change"),
    ...Object.fromEntries(ownKeys.map(([name, key]) => [name, textAt(value, key)])),
  });
  const pieces = piecesOf(raw);
  const texts = pieces.map((piece, index) => `,"${nameOfRaw(index)}":${JSON.stringify(piece)}`);
  const object = pieces.length === 1 && value !== undefined ? `,"Record":${raw}` : "";
  return `${row.slice(0, -1)}${object}${texts.join("")}}`;
}

function textAt(value: unknown, key: string): string | undefined {
  const text = fieldOf(value, key);
  return typeof text === "string" && text !== "" ? piecesOf(text)[0] : undefined;
}

/** Cut between characters, each piece as long as a field may be. */
function piecesOf(text: string): string[] {
  // Nearly all are short: a character has at most three bytes of UTF-8 for each two of UTF-16.
  if (text.length * 3 <= maxFieldBytes) return [text];
  const room = new Uint8Array(maxFieldBytes);
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const { read } = encoder.encodeInto(text.slice(at, cutBefore(text, at + maxFieldUnits)), room);
    pieces.push(text.slice(at, at + read));
    at += read;
  }
  return pieces;
}

const encoder = new TextEncoder();

/** Not between the halves of a surrogate pair. */
function cutBefore(text: string, at: number): number {
  const isPair = (text.codePointAt(at - 1) ?? 0) > 0xffff && at < text.length;
  return isPair ? at - 1 : at;
}

/** A datetime of Kusto has seven digits of a second, and years from 1 to 9999. */
function datetimeOf({ milliseconds, nanoseconds }: Omit<EventTime, "text">): string | undefined {
  const text = new Date(milliseconds).toISOString();
  if (!/^\d{4}-/u.test(text) || text.startsWith("0000")) return undefined;
  return `${text.slice(0, -1)}${String(nanoseconds).padStart(6, "0").slice(0, 4)}Z`;
}
