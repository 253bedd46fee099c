import { createHash } from "node:crypto";
import type { Micros } from "../../datasets/dataset.ts";
import { parseInstant } from "../../datasets/instant.ts";
import type { Listing } from "../../datasets/listing.ts";
import { withoutMembers } from "../cut.ts";
import type { Device } from "./device-list.ts";
import { fingerprintOf, Shapes, type Fingerprint } from "./fingerprint.ts";
import { valueAt, type RawRow } from "./pages.ts";

/** A row of a listing, and what a walk needs to know of it. */
export interface ListedRow {
  /** JSON: its device where each is asked, the array it lay in where there are several, its identity. */
  readonly key: string;
  /** JSON: its identity alone. */
  readonly id: string;
  /** JSON: the fields that a `deleted` notice repeats. */
  readonly names: string;
  readonly fingerprint: Fingerprint;
  /** As Kandji sent it, without what is sensitive. */
  readonly raw: string;
  readonly value: unknown;
  /** Its own time; null where it has none. */
  readonly time: Micros | null;
  /** It has no identity: it is known by all that it holds. */
  readonly drift: boolean;
}

export type Change = "snapshot" | "created" | "updated" | "deleted";

/** What a record of a listing says of itself under its last key (contract §7.3). */
export interface Note {
  readonly change: Change;
  readonly changed?: readonly string[];
  readonly seenAt: string;
  /** Whose row it is, where Kandji's row does not say. */
  readonly device?: { readonly id: string; readonly name?: string; readonly serialNumber?: string };
}

/** A longer key is remembered by its hash: a block of them has to fit a row. */
const maxKeyLength = 1_000;

/** What of a dataset the operator lets through, beside what is always sent. */
export interface RowReader {
  readonly dataset: Listing;
  /** Keys that are cut out at any depth. */
  readonly cutOut: ReadonlySet<string>;
  readonly shapes: Shapes;
}

export function rowReader(dataset: Listing, allowed: readonly string[]): RowReader {
  const cutOut = new Set(Object.keys(dataset.sensitive).filter((key) => !allowed.includes(key)));
  return { dataset, cutOut, shapes: new Shapes() };
}

/** Reads a row. `device` is whose it is, where each device is asked. */
export function readRow({ dataset, cutOut, shapes }: RowReader, row: RawRow, device: Device | undefined): ListedRow {
  const raw = withoutMembers(row.raw, cutOut);
  const value: unknown = raw === row.raw ? row.value : JSON.parse(raw);
  const { id, parts } = identityOf(dataset, value);
  const isNameless = dataset.identity.length > 0 && parts.every((part) => part === null);
  const owner = [...(device === undefined ? [] : [device.id]), ...(row.list === "" ? [] : [row.list])];
  const key = JSON.stringify([...owner, ...(isNameless ? [digest(raw)] : parts)]);
  const time = dataset.times.map((field) => valueAt(value, [field])).find((text) => typeof text === "string");
  return {
    key: key.length > maxKeyLength ? JSON.stringify([...owner, digest(key)]) : key,
    id,
    names: namesOf(dataset, value),
    fingerprint: fingerprintOf(value, dataset.volatile, shapes),
    raw,
    value,
    time: typeof time === "string" ? (parseInstant(time) ?? null) : null,
    drift: isNameless,
  };
}

/** The fields that tell a row from others, as they stand in it; those that it lacks are null. `shown` is for people. */
export function identityOf(
  { identity }: Listing,
  value: unknown,
): { id: string; parts: unknown[]; shown: string | undefined } {
  const parts = identity.map((field) => valueAt(value, [field]) ?? null);
  const shown = parts
    .filter((part) => part !== null)
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)));
  return { id: JSON.stringify(parts), parts, shown: shown.length === 0 ? undefined : shown.join(" ") };
}

/** The key of the second and further rows that cannot be told apart by their identity. */
export const nthKey = (key: string, nth: number): string => (nth === 1 ? key : `${key}#${nth}`);

/** Reads the rows of an answer, each once, though it be repeated. */
export function readRows(reader: RowReader, rows: readonly RawRow[], device: Device | undefined): ListedRow[] {
  const byKey = new Map<string, Set<string>>();
  return rows.flatMap((rawRow) => {
    const row = readRow(reader, rawRow, device);
    const twins = byKey.get(row.key) ?? new Set();
    byKey.set(row.key, twins);
    if (twins.has(row.raw)) return [];
    twins.add(row.raw);
    return [row];
  });
}

/** The prefix of the keys of a device's rows. */
export const keyPrefix = (device: string): string => JSON.stringify([device]).slice(0, -1);

const digest = (text: string): string => `sha256:${createHash("sha256").update(text).digest("base64")}`;

function namesOf({ identity, names }: Listing, value: unknown): string {
  const pairs = [...identity, ...names].map((field) => [field, valueAt(value, [field])] as const);
  return JSON.stringify(Object.fromEntries(pairs.filter(([, name]) => name !== undefined && name !== null)));
}

/** The record that is sent: the row to the character, and one key more. */
export function recordOf(raw: string, note: Note): string {
  const text = raw.trimEnd();
  const member = `"_forwarder":${JSON.stringify(note)}`;
  // Whatever is no object is sent inside one, so that every record is.
  if (!text.startsWith("{")) return `{"value":${text},${member}}`;
  const isEmpty = /^\{\s*\}$/.test(text);
  return `${text.slice(0, -1).trimEnd()}${isEmpty ? "" : ","}${member}}`;
}
