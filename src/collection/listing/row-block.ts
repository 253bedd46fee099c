import type { Fingerprint } from "./fingerprint.ts";
import { pack, unpack } from "./packed.ts";

/** What is remembered of a row: who it is, how it was called last, and a hash of each of its fields. */
export interface KnownRow {
  readonly key: string;
  /** JSON: the fields that a `deleted` notice repeats. */
  readonly names: string;
  /** Its bit among the marks of a walk; it keeps it for life. */
  readonly number: number;
  readonly fingerprint: Fingerprint;
}

interface Head {
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly numbers: readonly number[];
  readonly fields: readonly string[];
}

/**
 * Rows that are stored together in one row of the database: their texts, then their hashes column by column, since the rows
 * of a fleet are much alike and columns pack well.
 */
export function packRows(rows: readonly KnownRow[]): string {
  // Most rows share one list of names.
  const shapes = new Set(rows.map(({ fingerprint }) => fingerprint.fields));
  const fields = [...new Set([...shapes].flat())];
  const head: Head = {
    keys: rows.map(({ key }) => key),
    names: rows.map(({ names }) => names),
    numbers: rows.map(({ number }) => number),
    fields,
  };
  const text = Buffer.from(JSON.stringify(head));
  const body = Buffer.alloc(4 + text.length + 4 * fields.length * rows.length);
  body.writeUInt32LE(text.length, 0);
  text.copy(body, 4);
  const places = new Map(fields.map((field, place) => [field, place]));
  rows.forEach(({ fingerprint }, row) => {
    fingerprint.fields.forEach((field, index) => {
      const place = (places.get(field) ?? 0) * rows.length + row;
      body.writeUInt32LE(fingerprint.hashes[index] ?? 0, 4 + text.length + 4 * place);
    });
  });
  return pack(body);
}

export function unpackRows(packed: string): KnownRow[] {
  const body = unpack(packed);
  const start = 4 + body.readUInt32LE(0);
  const { keys, names, numbers, fields } = JSON.parse(body.toString("utf8", 4, start)) as Head;
  return keys.map((key, row) => {
    const hashes = new Uint32Array(fields.length);
    for (let place = 0; place < fields.length; place += 1)
      hashes[place] = body.readUInt32LE(start + 4 * (place * keys.length + row));
    return { key, names: names[row] ?? "", number: numbers[row] ?? 0, fingerprint: { fields, hashes } };
  });
}
