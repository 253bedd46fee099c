import type { Usage } from "../kandji/budget.ts";
import type { Spool } from "../spool/spool.ts";
import { isWanted, type Range, type Swept } from "../spool/ranges.ts";
import type { Lane } from "../spool/lanes.ts";
import type { Collection, Step } from "./live-collector.ts";
import { eventTime, type CollectedRecord } from "./page.ts";
import { PageSource } from "./page-source.ts";
import type { SeenIds } from "./seen.ts";
import { nothingSwept, sweep } from "./sweep.ts";
import { nameOf } from "./record-name.ts";
import { count, emptyTally, type Tally } from "./tally.ts";
import { placeAt, type Place } from "./walk.ts";

export type HistoryStep =
  | Step
  | { readonly kind: "finished"; readonly stored: number; readonly missing: number; readonly swept: Swept };

interface Stored {
  readonly tally: Tally;
  readonly usage: Usage;
}

/** A range that is being read: how far, and what of it is not stored yet. */
interface Draft {
  /** As it is stored: another object means that somebody has changed it. */
  range: Range;
  /** Finer than what a range stores: within an instant, by id. */
  place: Place;
  edge: readonly string[];
  swept: Swept;
  readonly held: CollectedRecord[];
}

/** Reads ranges of the past of one dataset, one page a step, into the history lane. Records are held back as in the live tail. */
export class HistoryReader {
  readonly lane: Lane;
  #usage: Usage | undefined;
  readonly #c: Collection;
  readonly #seen: SeenIds;
  readonly #source: PageSource;
  #draft: Draft | undefined;
  #tally: Tally;

  /** `seen` knows what has been collected: what a sweep finds is told by it. */
  constructor(collection: Collection, seen: SeenIds) {
    this.#c = collection;
    this.#seen = seen;
    this.lane = { dataset: collection.log.dataset.name, stream: "history" };
    this.#source = new PageSource(collection.log, "history");
    const stored = collection.spool.lanes.state<Stored>(this.lane);
    this.#tally = stored?.tally ?? emptyTally;
    this.#usage = stored?.usage;
  }

  /** Requests of the last hour as of the last page that was stored. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  get tally(): Tally {
    return this.#tally;
  }

  async step(range: Range): Promise<HistoryStep> {
    const draft = this.#draftOf(range);
    const result = await this.#source.read(draft.place, range.to + 1);
    const read = result.ok ? newOf(draft, result.page.records) : [];
    const news = isSweep(range) ? this.#unknownAmong(read) : read;
    const wanted = (await this.#c.actors?.enrich(news)) ?? news;
    // Its destination may have been forgotten while Kandji answered.
    if (this.#c.spool.ranges.get(range.id) !== draft.range) {
      this.#draft = undefined;
      return { kind: "page", stored: 0, isLast: true, oddities: [] };
    }
    if (!result.ok) {
      draft.place = result.place;
      this.flush();
      return { kind: "failed", failure: result.failure };
    }
    this.#take(draft, read, wanted);
    const next = result.onward.place;
    const isComplete = range.reason === "owed" && draft.held.length >= range.expected;
    if (next === null || next.at > range.to || isComplete) return this.#finish(draft);
    draft.edge = edgeAfter(draft, result.page.records, next);
    draft.place = next;
    const stored = draft.held.length > this.#c.log.dataset.pageLimit ? this.flush() : 0;
    return { kind: "page", stored, isLast: false, oddities: result.onward.oddities };
  }

  #take(draft: Draft, read: readonly CollectedRecord[], wanted: readonly CollectedRecord[]): void {
    if (isSweep(draft.range)) draft.swept = sweep(draft.swept, read, wanted);
    const late = isSweep(draft.range) ? wanted.length : 0;
    const { log, ports } = this.#c;
    const counted = { fresh: wanted, duplicates: 0, late };
    this.#tally = count(this.#tally, counted, ports.now(), (raw) => nameOf(log.dataset, raw));
    // Not as arguments: a call takes some hundred thousand of them at the most.
    for (const record of wanted) draft.held.push(record);
  }

  /** Stores what is held, with the position behind it; answers how many records. */
  flush(): number {
    const draft = this.#draft;
    if (draft === undefined || this.#c.spool.ranges.get(draft.range.id) !== draft.range) return 0;
    const { range, place, edge, held, swept } = draft;
    const stored = held.length;
    if (stored === 0 && place.at === range.at) return 0;
    this.#c.ports.sql.transaction(() => {
      this.#append(range, held);
      const expected = Math.max(0, range.expected - stored);
      draft.range = { ...range, expected, at: place.at, edge, ...(isSweep(range) ? { swept } : {}) };
      this.#c.spool.ranges.write(draft.range);
    });
    held.length = 0;
    return stored;
  }

  #draftOf(range: Range): Draft {
    if (this.#draft?.range === range) return this.#draft;
    this.flush();
    this.#c.spool.ranges.beingRead.add(range.id);
    const { edge, swept = nothingSwept } = range;
    this.#draft = { range, place: placeAt(range.at), edge, swept, held: [] };
    return this.#draft;
  }

  /** An event without a time of its own may lie anywhere, and is not judged. */
  #unknownAmong(read: readonly CollectedRecord[]): CollectedRecord[] {
    const dated = read.filter(({ isDated }) => isDated);
    const known = this.#seen.knownAmong(dated);
    return dated.filter(({ id }) => !known.has(id));
  }

  #append(range: Range, wanted: readonly CollectedRecord[]): void {
    const { spool, ports } = this.#c;
    const raws = wanted.map(({ raw }) => raw);
    if (raws.length > 0) {
      const stored: Stored = { tally: this.#tally, usage: this.#c.usage() };
      this.#usage = stored.usage;
      const happened = isFirstDelivery(range) ? { times: wanted.map(eventTime) } : null;
      spool.append(this.lane, range.destination, raws, ports.now(), stored, happened);
      if (isSweep(range)) this.#seen.remember(wanted);
    }
    if (range.destination !== null) correct(spool, this.lane, range.destination, raws.length - range.expected);
  }

  #finish({ range, held, swept }: Draft): HistoryStep {
    const missing = Math.max(0, range.expected - held.length);
    this.#c.ports.sql.transaction(() => {
      this.#append(range, held);
      this.#drop(range, missing);
    });
    this.#draft = undefined;
    return { kind: "finished", stored: held.length, missing: Math.max(0, missing - copiesIn(range)), swept };
  }

  /** What was owed and did not come back is not pending any more. */
  #drop(range: Range, missing: number): void {
    this.#c.spool.ranges.delete(range.id);
    if (range.destination === null || missing === 0) return;
    const offset = this.#c.spool.offsets.get(range.destination, this.lane);
    if (offset !== undefined) this.#c.spool.offsets.write({ ...offset, addressed: offset.addressed - missing });
  }
}

/** What waited and was asked for again is owed twice, and comes back once: the copies are not missing. */
const copiesIn = ({ ids }: Range): number => ids.length - new Set(ids).size;

const isSweep = ({ reason }: Range): boolean => reason === "sweep";

/** What a replay sends, and what was let go of one, was counted when it was sent first. */
const isFirstDelivery = ({ reason, isCounted }: Range): boolean =>
  reason === "owed" ? isCounted === true : reason !== "replay";

/** Records beyond the expected ones were not counted when they were owed: they are queued now. */
function correct(spool: Spool, lane: Lane, destination: string, surplus: number): void {
  const offset = surplus > 0 ? spool.offsets.get(destination, lane) : undefined;
  if (offset !== undefined) spool.offsets.write({ ...offset, addressed: offset.addressed + surplus });
}

function newOf({ range, place, edge }: Draft, records: readonly CollectedRecord[]): CollectedRecord[] {
  const known = new Set(edge);
  const unique = new Map(records.map((record) => [record.id, record]));
  return [...unique.values()].filter(
    (record) => isWanted(range, record) && !(record.time === place.at && known.has(record.id)),
  );
}

/** Ids at the instant where reading goes on that have been collected. */
function edgeAfter({ place, edge }: Draft, records: readonly CollectedRecord[], next: Place): string[] {
  const ids = records.filter(({ time }) => time === next.at).map(({ id }) => id);
  return [...new Set([...(next.at === place.at ? edge : []), ...ids])];
}
