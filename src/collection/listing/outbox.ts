import type { Lane } from "../../spool/lanes.ts";
import type { Range } from "../../spool/ranges.ts";
import type { Spool } from "../../spool/spool.ts";

/** Records that wait to be written with the position behind them: for all destinations, or for one that is owed every row. */
export class Outbox {
  readonly #spool: Spool;
  readonly #live: Lane;
  readonly #history: Lane;
  #shared: string[] = [];
  readonly #addressed = new Map<number, string[]>();
  #length = 0;

  constructor(spool: Spool, dataset: string) {
    this.#spool = spool;
    this.#live = { dataset, stream: "live" };
    this.#history = { dataset, stream: "history" };
  }

  /** Characters of all of them. */
  get length(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.#shared.length === 0 && this.#addressed.size === 0;
  }

  /** For all destinations of the dataset. */
  add(record: string): void {
    this.#shared.push(record);
    this.#length += record.length;
  }

  /** For the destination of a range of the past. */
  addFor(range: number, record: string): void {
    const held = this.#addressed.get(range) ?? [];
    held.push(record);
    this.#addressed.set(range, held);
    this.#length += record.length;
  }

  /** Writes all of it, and `state` with the live lane; answers how many records. Call it inside a transaction. */
  write(state: unknown, now: number): number {
    let written = this.#shared.length;
    this.#spool.append(this.#live, null, this.#shared, now, state);
    for (const [id, records] of this.#addressed) {
      const range = this.#spool.ranges.get(id);
      // Its destination was forgotten meanwhile.
      if (range === undefined || range.destination === null) continue;
      this.#spool.append(this.#history, range.destination, records, now, null);
      this.#count(range, records.length);
      written += records.length;
    }
    this.#shared = [];
    this.#addressed.clear();
    this.#length = 0;
    return written;
  }

  /** A range has been answered: what it expected is not pending any more, what was sent for it is. Call it inside a transaction. */
  close(range: Range): void {
    this.#spool.ranges.delete(range.id);
    this.#count(range, -range.expected);
  }

  #count({ destination }: Range, records: number): void {
    const offset = destination === null ? undefined : this.#spool.offsets.get(destination, this.#history);
    if (offset !== undefined) this.#spool.offsets.write({ ...offset, addressed: offset.addressed + records });
  }
}
