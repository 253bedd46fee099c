/**
 * Counts the rows that Durable Objects write, as they are billed: what SQLite's cursors say they wrote, and one for each
 * alarm that is set and each key that is put or deleted. It wraps the platform's own classes, so it sees every object of
 * the isolate, also one that was evicted and began anew.
 */

export interface RowsWritten {
  /** By SQL statements: `cursor.rowsWritten`, deletes included. */
  readonly sql: number;
  readonly alarms: number;
  /** By the key-value API: of this Worker, only the object that belongs to no tenant uses it. */
  readonly keys: number;
}

export interface RowMeter {
  /** What was written since the last time. */
  take(): RowsWritten;
}

interface Counted {
  readonly rowsWritten: number;
}

/** Wraps the method of a platform class once for all of its objects. */
function wrap<T extends object>(of: T, name: keyof T, after: (result: unknown) => void): void {
  replace(of, name, (result) => {
    after(result);
    return result;
  });
}

/** Also what whoever called it gets. */
function replace<T extends object>(of: T, name: keyof T, pass: (result: unknown) => unknown): void {
  const prototype = Object.getPrototypeOf(of) as Record<keyof T, (...given: unknown[]) => unknown>;
  const original = prototype[name];
  prototype[name] = function counted(this: T, ...given: unknown[]): unknown {
    return pass(original.apply(this, given));
  };
}

/** `storage` is that of any object: it leads to the classes. */
export function meterRows(storage: DurableObjectStorage): RowMeter {
  // A cursor knows its number only when it was read to its end.
  let cursors: Counted[] = [];
  let alarms = 0;
  let keys = 0;
  wrap(storage.sql, "exec", (cursor) => cursors.push(cursor as Counted));
  wrap(storage, "setAlarm", () => (alarms += 1));
  wrap(storage.kv, "put", () => (keys += 1));
  wrap(storage.kv, "delete", () => (keys += 1));
  return {
    take() {
      const taken = { sql: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0), alarms, keys };
      cursors = [];
      alarms = 0;
      keys = 0;
      return taken;
    },
  };
}

export interface ReadMeter {
  /** Rows that were read since the last time: by SQL (`cursor.rowsRead`) and by keys. */
  take(): number;
}

/** Counts what Durable Objects read, as `meterRows` does what they write. */
export function meterReads(storage: DurableObjectStorage): ReadMeter {
  let cursors: { readonly rowsRead: number }[] = [];
  let keys = 0;
  wrap(storage.sql, "exec", (cursor) => cursors.push(cursor as { readonly rowsRead: number }));
  wrap(storage.kv, "get", () => (keys += 1));
  // Its result can be gone through once only, and that is for who asked.
  replace(storage.kv, "list", (listed) => {
    const rows = [...(listed as Iterable<unknown>)];
    keys += rows.length;
    return rows;
  });
  return {
    take() {
      const taken = cursors.reduce((sum, { rowsRead }) => sum + rowsRead, keys);
      cursors = [];
      keys = 0;
      return taken;
    },
  };
}
