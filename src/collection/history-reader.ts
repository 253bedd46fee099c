import type { Usage } from "../kandji/budget.ts";
import type { Spool } from "../spool/spool.ts";
import { isWanted, type Range } from "../spool/ranges.ts";
import type { Lane } from "../spool/lanes.ts";
import type { Collection, Step } from "./live-collector.ts";
import type { CollectedRecord } from "./page.ts";
import { PageSource } from "./page-source.ts";
import { count, emptyTally, type Tally } from "./tally.ts";
import { placeAt, type Place } from "./walk.ts";

export type HistoryStep = Step | { readonly kind: "finished"; readonly fresh: number; readonly missing: number };

interface Stored {
  readonly tally: Tally;
  readonly usage: Usage;
}

/** Reads ranges of the past of one dataset, one page a step, into the history lane. */
export class HistoryReader {
  readonly lane: Lane;
  /** Requests of the last hour as of the last page that was stored. */
  readonly usage: Usage | undefined;
  readonly #c: Collection;
  readonly #source: PageSource;
  /** Finer than what a range stores: within an instant, by id. */
  readonly #places = new Map<number, Place>();
  #tally: Tally;

  constructor(collection: Collection) {
    this.#c = collection;
    this.lane = { dataset: collection.dataset.name, stream: "history" };
    this.#source = new PageSource(collection.client, collection.dataset);
    const stored = collection.spool.lanes.state<Stored>(this.lane);
    this.#tally = stored?.tally ?? emptyTally;
    this.usage = stored?.usage;
  }

  get tally(): Tally {
    return this.#tally;
  }

  async step(range: Range): Promise<HistoryStep> {
    const place = this.#places.get(range.id) ?? placeAt(range.at);
    const result = await this.#source.read(place, range.to + 1);
    if (!result.ok) return { kind: "failed", failure: result.failure };
    // It may have been dropped while Kandji answered: its destination was forgotten, or more was owed in it.
    const current = this.#c.spool.ranges.get(range.id);
    if (current === undefined || current.at !== range.at) return { kind: "page", fresh: 0, isLast: true, oddities: [] };

    const wanted = newOf(current, result.page.records);
    const next = result.onward.place;
    const rest = Math.max(0, current.expected - wanted.length);
    const isComplete = current.reason === "owed" && rest === 0;
    const isLast = next === null || next.at > current.to || isComplete;
    this.#tally = count(this.#tally, { fresh: wanted, duplicates: 0, late: 0 }, this.#c.ports.now());
    this.#c.ports.sql.transaction(() => {
      this.#append(current, wanted);
      if (isLast) this.#finish(current, rest);
      else this.#c.spool.ranges.write({ ...current, expected: rest, ...edgeAfter(current, result.page.records, next) });
    });
    if (isLast) this.#places.delete(range.id);
    else this.#places.set(range.id, next);
    if (isLast) return { kind: "finished", fresh: wanted.length, missing: rest };
    return { kind: "page", fresh: wanted.length, isLast, oddities: result.onward.oddities };
  }

  #append(range: Range, wanted: readonly CollectedRecord[]): void {
    const { spool, ports } = this.#c;
    const raws = wanted.map(({ raw }) => raw);
    const stored: Stored = { tally: this.#tally, usage: this.#c.usage() };
    if (wanted.length > 0) spool.append(this.lane, range.destination, raws, ports.now(), stored);
    if (range.destination !== null) correct(spool, this.lane, range.destination, wanted.length - range.expected);
  }

  /** What was owed and did not come back is not pending any more. */
  #finish(range: Range, missing: number): void {
    this.#c.spool.ranges.delete(range.id);
    if (range.destination === null || missing === 0) return;
    const offset = this.#c.spool.offsets.get(range.destination, this.lane);
    if (offset !== undefined) this.#c.spool.offsets.write({ ...offset, addressed: offset.addressed - missing });
  }
}

/** Records beyond the expected ones were not counted when they were owed: they are queued now. */
function correct(spool: Spool, lane: Lane, destination: string, surplus: number): void {
  const offset = surplus > 0 ? spool.offsets.get(destination, lane) : undefined;
  if (offset !== undefined) spool.offsets.write({ ...offset, addressed: offset.addressed + surplus });
}

function newOf(range: Range, records: readonly CollectedRecord[]): CollectedRecord[] {
  const known = new Set(range.edge);
  const unique = new Map(records.map((record) => [record.id, record]));
  return [...unique.values()].filter(
    (record) => isWanted(range, record) && !(record.time === range.at && known.has(record.id)),
  );
}

/** Where reading goes on, with the ids at that instant that have been collected. */
function edgeAfter(range: Range, records: readonly CollectedRecord[], next: Place): Pick<Range, "at" | "edge"> {
  const ids = records.filter(({ time }) => time === next.at).map(({ id }) => id);
  const before = next.at === range.at ? range.edge : [];
  return { at: next.at, edge: [...new Set([...before, ...ids])] };
}
