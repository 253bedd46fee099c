import { pack, unpack } from "./packed-text.ts";

/** What is remembered of a row: who it is, how it was called last, and a hash of each of its fields. */
export interface KnownRow {
  readonly key: string;
  /** JSON: the fields that a `deleted` notice repeats. */
  readonly names: string;
  /** Its bit among the marks of a walk; it keeps it for life. */
  readonly number: number;
  /** Hash by field; fields that it lacks are absent. */
  readonly hashes: ReadonlyMap<string, number>;
}

/** One field of all rows: few values that occur often, so each is written once. */
interface Column {
  readonly field: string;
  readonly values: readonly (number | null)[];
  /** Index into `values` by row; absent where all rows have the same. */
  readonly at?: readonly number[];
}

interface Stored {
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly numbers: readonly number[];
  readonly columns: readonly Column[];
}

/** Rows that are stored together in one row of the database, packed column by column: the rows of a fleet are much alike. */
export function packRows(rows: readonly KnownRow[]): string {
  const fields = new Set(rows.flatMap(({ hashes }) => [...hashes.keys()]));
  const stored: Stored = {
    keys: rows.map(({ key }) => key),
    names: rows.map(({ names }) => names),
    numbers: rows.map(({ number }) => number),
    columns: [...fields].map((field) => columnOf(field, rows)),
  };
  return pack(JSON.stringify(stored));
}

function columnOf(field: string, rows: readonly KnownRow[]): Column {
  const places = new Map<number | null, number>();
  const at = rows.map(({ hashes }) => {
    const hash = hashes.get(field) ?? null;
    const place = places.get(hash) ?? places.size;
    places.set(hash, place);
    return place;
  });
  const values = [...places.keys()];
  return values.length === 1 ? { field, values } : { field, values, at };
}

export function unpackRows(packed: string): KnownRow[] {
  const { keys, names, numbers, columns } = JSON.parse(unpack(packed)) as Stored;
  return keys.map((key, row) => {
    const hashes = new Map<string, number>();
    for (const { field, values, at } of columns) {
      const hash = values[at?.[row] ?? 0] ?? null;
      if (hash !== null) hashes.set(field, hash);
    }
    return { key, names: names[row] ?? "", number: numbers[row] ?? 0, hashes };
  });
}
