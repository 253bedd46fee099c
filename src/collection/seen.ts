import type { Micros } from "../datasets/dataset.ts";
import type { Sql } from "../ports.ts";

/** Ids in one row: two pages fill it, so that a page rewrites little and a row is dropped every other page. */
const chunkSize = 1000;
/** A chunk with at most this share of ids still needed is emptied into the newest one. */
const sparse = 0.1;

type Chunk = Map<string, Micros>;

/**
 * The ids of the records that live polling may meet again: those at or after the floor of the open window. Kept in few
 * rows of many ids, because rows are what storage bills.
 */
export class SeenIds {
  readonly #sql: Sql;
  readonly #dataset: string;
  readonly #times = new Map<string, Micros>();
  readonly #chunks = new Map<number, Chunk>();

  constructor(sql: Sql, dataset: string) {
    this.#sql = sql;
    this.#dataset = dataset;
    const rows = sql.exec<{ chunk: number; ids: string }>(
      "SELECT chunk, ids FROM seen WHERE dataset = ? ORDER BY chunk",
      dataset,
    );
    for (const { chunk, ids } of rows) {
      const entries = JSON.parse(ids) as [string, Micros][];
      this.#chunks.set(chunk, new Map(entries));
      for (const [id, time] of entries) this.#times.set(id, time);
    }
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

  /** Remembers these and forgets what lies before `floor`. Call it inside the transaction that stores the records. */
  remember(records: readonly { readonly id: string; readonly time: Micros }[], floor: Micros): void {
    let number = Math.max(0, ...this.#chunks.keys());
    let chunk = this.#chunks.get(number) ?? new Map<string, Micros>();
    // A page goes into one row as a whole, or it would write two.
    if (chunk.size >= chunkSize) {
      number += 1;
      chunk = new Map();
    }
    const rest = this.#dropOne(floor, number);
    const added = [...rest, ...records.map((record) => [record.id, record.time] as const)];
    // Kandji sends no more than a page; whoever sends more gets more rows, none of them longer.
    for (let from = 0; from < added.length; from += chunkSize) {
      if (from > 0) {
        number += 1;
        chunk = new Map();
      }
      for (const [id, time] of added.slice(from, from + chunkSize)) {
        chunk.set(id, time);
        this.#times.set(id, time);
      }
      this.#write(number, chunk);
    }
  }

  #write(number: number, chunk: Chunk): void {
    this.#chunks.set(number, chunk);
    this.#sql.exec(
      "INSERT OR REPLACE INTO seen (dataset, chunk, ids) VALUES (?, ?, ?)",
      this.#dataset,
      number,
      JSON.stringify([...chunk]),
    );
  }

  /** Deletes at most one row, so that no page writes many; answers the ids of it that are still needed. */
  #dropOne(floor: Micros, newest: number): [string, Micros][] {
    for (const [number, chunk] of this.#chunks) {
      if (number === newest) continue;
      const needed = [...chunk].filter(([, time]) => time >= floor);
      if (needed.length > chunk.size * sparse) continue;
      this.#sql.exec("DELETE FROM seen WHERE dataset = ? AND chunk = ?", this.#dataset, number);
      this.#chunks.delete(number);
      for (const id of chunk.keys()) this.#times.delete(id);
      return needed;
    }
    return [];
  }
}
