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
  /** Rows up to this id were read before the log was read from its beginning again: absent while it was not. */
  readonly floor?: number;
}

export interface LogPage {
  /** Of its first row. */
  readonly offset: number;
  /** Rows of the whole log. */
  readonly total: number | null;
}

export interface TailRead {
  /** The number that marks the device. */
  readonly number: number;
  readonly fresh: readonly ListedRow[];
  /** The log is not where it was: it has to be read from its beginning. */
  readonly isShifted: boolean;
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
    return startOf(this.#tailOf(device));
  }

  /** Takes note of a page. `isWhole`: the walk reads the log from its beginning, whatever is known of it. */
  read(device: Device, { offset, total }: LogPage, rows: readonly ListedRow[], isWhole: boolean): TailRead {
    const before = this.#tailOf(device);
    const isShorter = total !== null && total < before.count;
    const isShifted = !isWhole && hasShifted(before, offset, rows);
    const isAnew = isShifted || (offset === 0 && (isWhole || isShorter));
    const tail = isAnew ? { count: 0, ids: before.ids, floor: floorOf(before) } : before;
    if (isShifted) return { number: this.#keep(device, tail), fresh: [], isShifted };
    const known = new Set(tail.ids);
    const { floor = -Infinity } = tail;
    const fresh = rows.filter((row, index) => {
      const isBehind = offset + index >= startOf(tail);
      return isBehind && !known.has(row.key) && numberOf(row.key) > floor;
    });
    const ids = [...tail.ids, ...fresh.map(({ key }) => key)].slice(-overlap);
    const count = Math.max(tail.count, offset + rows.length);
    return { number: this.#keep(device, { ...tail, count, ids }), fresh, isShifted: false };
  }

  #keep(device: Device, tail: Tail): number {
    const key = keyOf(device);
    const names = JSON.stringify(tail);
    const before = this.#memory.find(key);
    return before?.names === names ? before.number : this.#memory.put(key, names, emptyFingerprint);
  }

  #tailOf(device: Device): Tail {
    const known = this.#memory.find(keyOf(device));
    return known === undefined ? noTail : (JSON.parse(known.names) as Tail);
  }
}

const startOf = ({ count, ids }: Tail): number => Math.max(0, count - ids.length);

/** Kandji has thrown old rows away, so many that none is known where the known ones were: a walk begins one row before them. */
const hasShifted = (tail: Tail, offset: number, rows: readonly ListedRow[]): boolean =>
  offset > 0 && offset === startOf(tail) - 1 && !rows.some(({ key }) => tail.ids.includes(key));

const keyOf = (device: Device): string => JSON.stringify([device.id]);

/** Ids grow: https://api-docs.kandji.io, "Get Device Activity". */
const numberOf = (key: string): number => Number(/(\d+)\]$/.exec(key)?.[1] ?? Infinity);

/**
 * In the midst of the known ids: rows behind it that are not among them are new, those before it are old, also where rows
 * stand a little out of order.
 */
function floorOf({ ids, floor = -1 }: Tail): number {
  const known = ids.map(numberOf).filter(Number.isFinite);
  return Math.max(floor, known.toSorted((a, b) => a - b)[known.length >> 1] ?? -1);
}
