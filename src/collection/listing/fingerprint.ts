/** A hash of each field of a row: tells whether it changed, and which fields did, without keeping what they held. */
export interface Fingerprint {
  readonly fields: readonly string[];
  /** By field; 0 for one that the row lacks. */
  readonly hashes: Uint32Array;
}

export const emptyFingerprint: Fingerprint = { fields: [], hashes: new Uint32Array(0) };

/** Rows of a dataset have the same fields, nearly always: their names are kept once. */
export class Shapes {
  readonly #known = new Map<string, readonly string[]>();

  of(fields: readonly string[]): readonly string[] {
    const name = fields.join("\n");
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#known.set(name, fields);
    return fields;
  }
}

/** What is no news when it changes. */
export type Volatile = Readonly<Record<string, string>>;

/** The fingerprint of a row; keys in `volatile` are left out at any depth. */
export function fingerprintOf(value: unknown, volatile: Volatile, shapes: Shapes): Fingerprint {
  const isNews = (key: string): boolean => !Object.hasOwn(volatile, key);
  const row = typeof value === "object" && value !== null && !Array.isArray(value) ? value : { "": value };
  const entries = Object.entries(row).filter(([key]) => isNews(key));
  const keepNews = (key: string, part: unknown): unknown => (isNews(key) ? part : undefined);
  const hashes = Uint32Array.from(entries, ([, field]) =>
    hashOf(typeof field === "object" && field !== null ? JSON.stringify(field, keepNews) : JSON.stringify(field)),
  );
  return { fields: shapes.of(entries.map(([key]) => key)), hashes };
}

/** FNV-1a of 32 bits: short, and one change in four thousand million is taken for none. http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0 || 1;
}

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some === others || (some.length === others.length && some.every((field, place) => field === others[place]));

/** Names of the fields that differ, in the order of the row as it is now, then those that went away. */
export function changedFields(before: Fingerprint, after: Fingerprint, volatile: Volatile): string[] {
  const isAlike = areSame(before.fields, after.fields);
  const places = isAlike ? undefined : new Map(before.fields.map((field, place) => [field, place]));
  const hashBefore = (field: string, place: number): number =>
    before.hashes[places === undefined ? place : (places.get(field) ?? -1)] ?? 0;
  const changed = after.fields.filter((field, place) => hashBefore(field, place) !== (after.hashes[place] ?? 0));
  if (isAlike) return changed;
  const has = new Set(after.fields);
  // What an older version remembered may be volatile by now.
  const gone = before.fields.filter(
    (field, place) => !has.has(field) && before.hashes[place] !== 0 && !Object.hasOwn(volatile, field),
  );
  return [...changed, ...gone];
}
