import type { Sql } from "../../ports.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { packRows, unpackRows, type KnownRow } from "./row-block.ts";

/** Rows of one block: some 20 to 60 KB packed, quick to read and to write again. */
const maxRows = 1_000;
/** Blocks that are kept unpacked: a walk goes through them in the order of their keys, more or less. */
const keptBlocks = 6;

interface BlockRow extends Record<string, string | number> {
  first: string;
  rows: number;
  newest: number;
}

interface Block {
  readonly first: string;
  readonly rows: Map<string, KnownRow>;
  isChanged: boolean;
}

/**
 * What is remembered of all rows of a dataset, in blocks of neighbouring keys: a walk that finds nothing new rewrites none of
 * them, and one that does only those that it concerns.
 */
export class RowMemory {
  readonly #sql: Sql;
  readonly #dataset: string;
  /** Where each block begins, ascending; the first begins with the empty key. */
  readonly #firsts: string[] = [];
  readonly #open = new Map<string, Block>();
  #size = 0;
  #nextNumber = 0;

  constructor(sql: Sql, dataset: string) {
    this.#sql = sql;
    this.#dataset = dataset;
    const rows = sql.exec<BlockRow>("SELECT first, rows, newest FROM known_rows WHERE dataset = ?", dataset);
    for (const { first, rows: count, newest } of rows) {
      this.#firsts.push(first);
      this.#size += count;
      this.#nextNumber = Math.max(this.#nextNumber, newest + 1);
    }
    // Not in SQL: its order of texts is that of UTF-8, and ours that of UTF-16.
    this.#firsts.sort(ascending);
  }

  /** How many rows are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Something of it is not written. */
  get isChanged(): boolean {
    return [...this.#open.values()].some((block) => block.isChanged);
  }

  get blocks(): number {
    return this.#firsts.length;
  }

  find(key: string): KnownRow | undefined {
    const first = this.#firsts[this.#placeOf(key)];
    return first === undefined ? undefined : this.#block(first).rows.get(key);
  }

  /** Remembers a row as it is now; answers its number. */
  put(key: string, names: string, fingerprint: Fingerprint): number {
    const block = this.#blockFor(key);
    const known = block.rows.get(key);
    const number = known?.number ?? this.#nextNumber++;
    if (known === undefined) this.#size += 1;
    block.rows.set(key, { key, names, number, fingerprint });
    block.isChanged = true;
    if (block.rows.size > maxRows) this.#split(block);
    return number;
  }

  delete(key: string): void {
    const first = this.#firsts[this.#placeOf(key)];
    if (first === undefined) return;
    const block = this.#block(first);
    if (!block.rows.delete(key)) return;
    block.isChanged = true;
    this.#size -= 1;
  }

  /** The rows of one block, by its place among them. */
  rowsOf(place: number): KnownRow[] {
    const first = this.#firsts[place];
    return first === undefined ? [] : [...this.#block(first).rows.values()];
  }

  /** All rows whose keys begin so. */
  withPrefix(prefix: string): KnownRow[] {
    const found: KnownRow[] = [];
    for (let place = Math.max(0, this.#placeOf(prefix)); place < this.#firsts.length; place += 1) {
      const first = this.#firsts[place] ?? "";
      if (first > prefix && !first.startsWith(prefix)) break;
      for (const row of this.#block(first).rows.values()) if (row.key.startsWith(prefix)) found.push(row);
    }
    return found;
  }

  /** Writes the blocks that changed. Call it inside the transaction that stores what the changes mean. */
  flush(): void {
    for (const block of this.#open.values()) {
      if (!block.isChanged) continue;
      if (block.rows.size === 0) this.#drop(block);
      else this.#write(block);
      block.isChanged = false;
    }
    this.#closeOld();
  }

  #write({ first, rows }: Block): void {
    const sorted = [...rows.values()].toSorted((a, b) => ascending(a.key, b.key));
    const newest = sorted.reduce((latest, { number }) => Math.max(latest, number), 0);
    this.#sql.exec(
      "INSERT OR REPLACE INTO known_rows (dataset, first, rows, newest, body) VALUES (?, ?, ?, ?, ?)",
      this.#dataset,
      first,
      sorted.length,
      newest,
      packRows(sorted),
    );
  }

  #drop({ first }: Block): void {
    this.#sql.exec("DELETE FROM known_rows WHERE dataset = ? AND first = ?", this.#dataset, first);
    this.#firsts.splice(this.#firsts.indexOf(first), 1);
    this.#open.delete(first);
  }

  /** The place of the block whose keys these would be among; -1 while none begins so early. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#firsts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#firsts[middle] ?? "") <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #blockFor(key: string): Block {
    const first = this.#firsts[this.#placeOf(key)];
    return first === undefined ? this.#begin("", []) : this.#block(first);
  }

  #block(first: string): Block {
    const open = this.#open.get(first);
    if (open !== undefined) {
      // The one used last is closed last.
      this.#open.delete(first);
      this.#open.set(first, open);
      return open;
    }
    const [stored] = this.#sql.exec<{ body: string }>(
      "SELECT body FROM known_rows WHERE dataset = ? AND first = ?",
      this.#dataset,
      first,
    );
    const rows = stored === undefined ? [] : unpackRows(stored.body);
    const block = { first, rows: new Map(rows.map((row) => [row.key, row])), isChanged: false };
    this.#closeOld();
    this.#open.set(first, block);
    return block;
  }

  #begin(first: string, rows: readonly KnownRow[]): Block {
    const block = { first, rows: new Map(rows.map((row) => [row.key, row])), isChanged: true };
    this.#open.set(first, block);
    this.#firsts.splice(this.#placeOf(first) + 1, 0, first);
    return block;
  }

  /** Rows that come in the order of their keys fill a block and begin the next; others halve it. */
  #split(block: Block): void {
    const sorted = [...block.rows.values()].toSorted((a, b) => ascending(a.key, b.key));
    const newest = sorted.reduce((latest, { number }) => Math.max(latest, number), 0);
    const isAtEnd = sorted.at(-1)?.number === newest;
    const rest = sorted.slice(isAtEnd ? maxRows : maxRows / 2);
    for (const { key } of rest) block.rows.delete(key);
    this.#begin(rest[0]?.key ?? "", rest);
  }

  #closeOld(): void {
    for (const [first, { isChanged }] of this.#open) {
      if (this.#open.size <= keptBlocks) return;
      if (!isChanged) this.#open.delete(first);
    }
  }
}

const ascending = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
