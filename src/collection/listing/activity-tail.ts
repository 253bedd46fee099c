import type { Micros } from "../../datasets/dataset.ts";
import type { Device } from "./device-list.ts";
import { emptyFingerprint } from "./fingerprint.ts";
import type { ListedRow } from "./row.ts";
import type { RowMemory } from "./row-memory.ts";

/** How many of a device's last rows are known by their ids: they are nearly in order, and there is no way to ask for what is new. */
const overlap = 50;

interface Tail {
  /** Rows that have been read. */
  readonly count: number;
  readonly ids: readonly string[];
}

const noTail: Tail = { count: 0, ids: [] };

/** The end of each device's log, as far as it was read: what lies behind it is new. */
export class ActivityTails {
  readonly #memory: RowMemory;

  constructor(memory: RowMemory) {
    this.#memory = memory;
  }

  /** The offset from which to read on. */
  startOf(device: Device): number {
    const { count, ids } = this.#tailOf(device);
    return Math.max(0, count - ids.length);
  }

  /**
   * Takes note of a page that begins at `offset` of a log with `total` rows; answers the number that marks the device, and the
   * rows that are new.
   */
  read(device: Device, offset: number, rows: readonly ListedRow[], total: number | null): { number: number; fresh: ListedRow[] } {
    const tail = this.#tailOf(device);
    const known = new Set(tail.ids);
    // Kandji has thrown old rows away: offsets say nothing any more.
    const isShorter = total !== null && total < tail.count;
    const isBehind = (index: number): boolean => isShorter || offset + index >= tail.count - tail.ids.length;
    const fresh = rows.filter((row, index) => isBehind(index) && !known.has(row.key) && !(isShorter && isOlder(row, tail)));
    const ids = [...tail.ids, ...fresh.map(({ key }) => key)].slice(-overlap);
    const count = isShorter ? offset + rows.length : Math.max(tail.count, offset + rows.length);
    const names = JSON.stringify({ count, ids } satisfies Tail);
    const key = keyOf(device);
    const before = this.#memory.find(key);
    const number = before?.names === names ? before.number : this.#memory.put(key, names, emptyFingerprint);
    return { number, fresh };
  }

  #tailOf(device: Device): Tail {
    const known = this.#memory.find(keyOf(device));
    return known === undefined ? noTail : (JSON.parse(known.names) as Tail);
  }
}

const keyOf = (device: Device): string => JSON.stringify([device.id]);

/** Ids grow: https://api-docs.kandji.io, "Get Device Activity". */
function isOlder(row: ListedRow, { ids }: Tail): boolean {
  const numberOf = (key: string): number => Number(/(\d+)\]$/.exec(key)?.[1] ?? Infinity);
  const newest = ids.reduce((latest, key) => Math.max(latest, numberOf(key)), -Infinity);
  return numberOf(row.key) <= newest;
}

