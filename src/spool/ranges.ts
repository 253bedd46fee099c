import type { Micros } from "../datasets/dataset.ts";
import type { Sql } from "../ports.ts";
import { deleteRest, firstPart, isLong, readRest, writeRest } from "./overflow.ts";

/**
 * A stretch of time of a dataset that is to be read from Kandji besides live polling: history at the first sync, what a
 * destination was owed after the spool had let go of it, what a new destination has not had, what a person wants again, and what
 * is looked through for events that became visible late. One mechanism for all.
 */
export interface Range {
  readonly id: number;
  readonly dataset: string;
  /** Null: for every destination. */
  readonly destination: string | null;
  readonly reason: "backfill" | "owed" | "replay" | "sweep";
  /** Records that were let go and are still to be collected again; they count as pending. */
  readonly expected: number;
  /** Both inclusive. */
  readonly from: Micros;
  readonly to: Micros;
  /** Where reading stands: all before it has been read. */
  readonly at: Micros;
  /** Ids at `at` that have been collected. */
  readonly edge: readonly string[];
  /** From this instant on only the records named in `ids` are wanted: others went, or will go, the usual way. */
  readonly onlyFrom: Micros | null;
  readonly ids: readonly string[];
  /** What a sweep has come to so far. */
  readonly swept?: Swept;
  /** Of what is owed: its delivery is still to be counted by hour. */
  readonly isCounted?: boolean;
}

/** Events that a sweep has read, by the hour in which they happened (hours since 1970), and those that had not been collected. */
export interface Swept {
  readonly hours: readonly (readonly [hour: number, read: number, found: number])[];
  /** The oldest that had not been collected. */
  readonly oldestFound: Micros | null;
}

/** What lies further apart is owed as two ranges: everything between would be read for nothing. A day, in microseconds. */
const maxGap: Micros = 24 * 3_600_000_000;
/** Ids of one owed range; what is let go beyond that begins another, so that a row stays far below its 2 MB. */
const maxIds = 5_000;

const urgency: Readonly<Record<Range["reason"], number>> = { owed: 3, replay: 2, sweep: 1, backfill: 0 };

type State = Pick<Range, "from" | "to" | "at" | "edge" | "onlyFrom" | "ids" | "swept" | "isCounted">;
interface RangeRow extends Record<string, string | number | null> {
  id: number;
  dataset: string;
  destination: string | null;
  reason: Range["reason"];
  expected: number;
  state: string;
}

const stateOf = ({ from, to, at, edge, onlyFrom, ids, swept, isCounted }: Omit<Range, "id">): string => {
  const own = { ...(swept === undefined ? {} : { swept }), ...(isCounted === true ? { isCounted } : {}) };
  return JSON.stringify({ from, to, at, edge, onlyFrom, ids, ...own } satisfies State);
};

export const isWanted = (range: Range, record: { readonly id: string; readonly time: Micros }): boolean =>
  record.time >= range.from &&
  record.time <= range.to &&
  (range.onlyFrom === null || record.time < range.onlyFrom || range.ids.includes(record.id));

/** All ranges that are still to be read: few, so they are kept in memory and written through. */
export class Ranges {
  readonly #sql: Sql;
  readonly #known = new Map<number, Range>();
  /** Those that somebody is reading: nothing is added to them. */
  readonly beingRead = new Set<number>();

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const { state, ...row } of sql.exec<RangeRow>("SELECT * FROM ranges ORDER BY id")) {
      const whole = state + readRest(sql, ownerOf(row.id));
      this.#known.set(row.id, { ...row, ...(JSON.parse(whole) as State) });
    }
  }

  /** Owed ones first: a destination that returned waits for them. Then what a person waits for, then a sweep; a backfill may take hours. */
  all(): Range[] {
    return [...this.#known.values()].toSorted((a, b) => urgency[b.reason] - urgency[a.reason]);
  }

  get(id: number): Range | undefined {
    return this.#known.get(id);
  }

  add(range: Omit<Range, "id">): void {
    const state = stateOf(range);
    const bytes = Buffer.byteLength(state);
    const [row] = this.#sql.exec<{ id: number }>(
      "INSERT INTO ranges (dataset, destination, reason, expected, state) VALUES (?, ?, ?, ?, ?) RETURNING id",
      range.dataset,
      range.destination,
      range.reason,
      range.expected,
      firstPart(state, bytes),
    );
    if (row === undefined) throw new Error("An inserted range has no id");
    if (isLong(bytes)) writeRest(this.#sql, ownerOf(row.id), state);
    this.#known.set(row.id, { ...range, id: row.id });
  }

  write(range: Range): void {
    const state = stateOf(range);
    const bytes = Buffer.byteLength(state);
    const part = firstPart(state, bytes);
    this.#sql.exec("UPDATE ranges SET expected = ?, state = ? WHERE id = ?", range.expected, part, range.id);
    deleteRest(this.#sql, ownerOf(range.id));
    if (isLong(bytes)) writeRest(this.#sql, ownerOf(range.id), state);
    this.#known.set(range.id, range);
  }

  delete(id: number): void {
    this.#sql.exec("DELETE FROM ranges WHERE id = ?", id);
    deleteRest(this.#sql, ownerOf(id));
    this.#known.delete(id);
    this.beingRead.delete(id);
  }

  /** Notes records that a destination misses: in the last range owed to it while that has room and has not been begun. */
  owe(
    dataset: string,
    destination: string,
    records: readonly { readonly id: string; readonly time: Micros }[],
    isCounted = false,
  ): void {
    // Not as arguments of one call: of those there may be some hundred thousand at the most.
    const from = records.reduce((earliest, { time }) => Math.min(earliest, time), Infinity);
    const to = records.reduce((latest, { time }) => Math.max(latest, time), -Infinity);
    const ids = records.map(({ id }) => id);
    const last = this.all().findLast(
      (range) =>
        range.reason === "owed" &&
        range.destination === destination &&
        range.dataset === dataset &&
        (range.isCounted ?? false) === isCounted &&
        from <= range.to + maxGap &&
        to >= range.from - maxGap,
    );
    const isBegun = last === undefined || last.at !== last.from || last.edge.length > 0 || this.beingRead.has(last.id);
    if (!isBegun && last.ids.length + ids.length <= maxIds) {
      const start = Math.min(last.from, from);
      this.write({
        ...last,
        expected: last.expected + ids.length,
        from: start,
        at: start,
        onlyFrom: start,
        to: Math.max(last.to, to),
        ids: [...last.ids, ...ids],
      });
      return;
    }
    const owed = { dataset, destination, reason: "owed", expected: ids.length, edge: [] } as const;
    this.add({ ...owed, from, at: from, onlyFrom: from, to, ids, ...(isCounted ? { isCounted } : {}) });
  }
}

const ownerOf = (id: number): string => `range ${id}`;
