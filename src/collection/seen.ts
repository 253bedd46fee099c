import type { Micros } from "../datasets/dataset.ts";
import type { Sql } from "../ports.ts";

/** Ids in one row: two pages fill it, so that a page rewrites little and a row is done with every other page. */
const chunkSize = 1000;
/** A chunk with at most this share of ids still needed is emptied into the newest one. */
const sparse = 0.1;
/** Rows of the past that are kept parsed: pages of a sweep are of neighbouring moments. */
const keptPast = 16;

type Chunk = Map<string, Micros>;

interface Identified {
  readonly id: string;
  readonly time: Micros;
}

interface SeenRow extends Record<string, string | number | null> {
  chunk: number;
  ids: string;
  /** Null in rows that an earlier version wrote. */
  newest: number | null;
}

/** Which ids are kept, and of when they are needed. */
export interface SeenOptions {
  /** Those before the floor stay in the table, for sweeps; `forget` drops them. */
  readonly keepsPast?: boolean;
  /** Nothing before it is looked for by polling. */
  readonly floor?: Micros;
}

/**
 * The ids of the records that live polling may meet again: those at or after the floor of the open window. Kept in few
 * rows of many ids, because rows are what storage bills. Ids of the past stay on the disk for the sweeps, and cost nothing
 * but the room.
 */
export class SeenIds {
  readonly #sql: Sql;
  readonly #dataset: string;
  readonly #keepsPast: boolean;
  readonly #times = new Map<string, Micros>();
  readonly #chunks = new Map<number, Chunk>();
  readonly #past = new Map<number, ReadonlySet<string>>();
  /** Chunks whose row does not say of when its ids are. */
  readonly #undated = new Set<number>();
  #current: number;

  constructor(sql: Sql, dataset: string, { keepsPast = false, floor = Number.MIN_SAFE_INTEGER }: SeenOptions = {}) {
    this.#sql = sql;
    this.#dataset = dataset;
    this.#keepsPast = keepsPast;
    const rows = sql.exec<SeenRow>(
      "SELECT chunk, ids, newest FROM seen WHERE dataset = ? AND (newest IS NULL OR newest >= ?) ORDER BY chunk",
      dataset,
      keepsPast ? floor : Number.MIN_SAFE_INTEGER,
    );
    for (const { chunk, ids, newest } of rows) {
      const entries = parsed(ids);
      this.#chunks.set(chunk, new Map(entries));
      if (newest === null) this.#undated.add(chunk);
      for (const [id, time] of entries) this.#times.set(id, time);
    }
    const [last] = sql.exec<{ chunk: number | null }>(
      "SELECT MAX(chunk) AS chunk FROM seen WHERE dataset = ?",
      dataset,
    );
    const newest = last?.chunk ?? 0;
    this.#current = newest > 0 && !this.#chunks.has(newest) ? newest + 1 : newest;
  }

  has(id: string): boolean {
    return this.#times.has(id);
  }

  get size(): number {
    return this.#times.size;
  }

  /** The latest time among them; 0 when there are none. */
  get newest(): Micros {
    let newest = 0;
    for (const time of this.#times.values()) newest = Math.max(newest, time);
    return newest;
  }

  countSince(floor: Micros): number {
    let count = 0;
    for (const time of this.#times.values()) if (time >= floor) count += 1;
    return count;
  }

  idsSince(floor: Micros): string[] {
    return [...this.#times].filter(([, time]) => time >= floor).map(([id]) => id);
  }

  /** Which of these records, of whatever age, have been collected. */
  knownAmong(records: readonly Identified[]): ReadonlySet<string> {
    const from = records.reduce((earliest, { time }) => Math.min(earliest, time), Infinity);
    const to = records.reduce((latest, { time }) => Math.max(latest, time), -Infinity);
    if (from > to) return new Set();
    // A row of an earlier version, which does not say of when its ids are, is in memory until it is written anew.
    const chunks = this.#sql.exec<{ chunk: number }>(
      "SELECT chunk FROM seen WHERE dataset = ? AND oldest <= ? AND newest >= ?",
      this.#dataset,
      to,
      from,
    );
    const past = chunks.filter(({ chunk }) => !this.#chunks.has(chunk)).map(({ chunk }) => this.#idsOf(chunk));
    const isKnown = ({ id }: Identified): boolean => this.#times.has(id) || past.some((ids) => ids.has(id));
    return new Set(records.filter(isKnown).map(({ id }) => id));
  }

  #idsOf(chunk: number): ReadonlySet<string> {
    const known = this.#past.get(chunk);
    if (known !== undefined) return known;
    const [row] = this.#sql.exec<{ ids: string }>(
      "SELECT ids FROM seen WHERE dataset = ? AND chunk = ?",
      this.#dataset,
      chunk,
    );
    const ids = new Set(row === undefined ? [] : parsed(row.ids).map(([id]) => id));
    const [oldest] = this.#past.size >= keptPast ? this.#past.keys() : [];
    if (oldest !== undefined) this.#past.delete(oldest);
    this.#past.set(chunk, ids);
    return ids;
  }

  /** Drops from the disk what is older than this and not looked for by polling any more. Call it inside a transaction. */
  forget(before: Micros): void {
    this.#past.clear();
    const rows = this.#sql.exec<{ chunk: number }>(
      "SELECT chunk FROM seen WHERE dataset = ? AND newest < ?",
      this.#dataset,
      before,
    );
    for (const { chunk } of rows) if (!this.#chunks.has(chunk)) this.#delete(chunk);
  }

  /**
   * Remembers these and, where a floor is given, lets go of what lies before it. Call it inside the transaction that stores
   * the records.
   */
  remember(records: readonly Identified[], floor?: Micros): void {
    // A page goes into one row as a whole, or it would write two.
    if ((this.#chunks.get(this.#current)?.size ?? 0) >= chunkSize) this.#current += 1;
    const rest = floor === undefined ? [] : this.#dropOne(floor);
    const added = [...rest, ...records.map((record) => [record.id, record.time] as const)];
    // Kandji sends no more than a page; whoever sends more gets more rows, none of them longer.
    for (let from = 0; from < added.length; from += chunkSize) {
      if (from > 0) this.#current += 1;
      const chunk = this.#chunks.get(this.#current) ?? new Map<string, Micros>();
      for (const [id, time] of added.slice(from, from + chunkSize)) {
        chunk.set(id, time);
        this.#times.set(id, time);
      }
      this.#write(this.#current, chunk);
    }
  }

  #write(number: number, chunk: Chunk): void {
    this.#chunks.set(number, chunk);
    this.#undated.delete(number);
    let [oldest, newest] = [Infinity, -Infinity];
    for (const time of chunk.values()) [oldest, newest] = [Math.min(oldest, time), Math.max(newest, time)];
    this.#sql.exec(
      "INSERT OR REPLACE INTO seen (dataset, chunk, ids, oldest, newest) VALUES (?, ?, ?, ?, ?)",
      this.#dataset,
      number,
      JSON.stringify([...chunk]),
      oldest,
      newest,
    );
  }

  #delete(chunk: number): void {
    this.#sql.exec("DELETE FROM seen WHERE dataset = ? AND chunk = ?", this.#dataset, chunk);
  }

  /** Is done with at most one row, so that no page writes many; answers the ids of it that are still needed. */
  #dropOne(floor: Micros): [string, Micros][] {
    for (const [number, chunk] of this.#chunks) {
      if (number === this.#current) continue;
      const needed = [...chunk].filter(([, time]) => time >= floor);
      if (needed.length > chunk.size * sparse) continue;
      if (!this.#keepsPast) this.#delete(number);
      else if (this.#undated.has(number)) this.#write(number, chunk);
      this.#chunks.delete(number);
      for (const id of chunk.keys()) this.#times.delete(id);
      return needed;
    }
    return [];
  }
}

const parsed = (ids: string): [string, Micros][] => JSON.parse(ids) as [string, Micros][];
