import type { FeedOptions } from "../config/config.ts";
import type { Micros } from "../datasets/dataset.ts";
import { microsOf } from "../datasets/instant.ts";
import type { Usage } from "../kandji/budget.ts";
import type { Failure } from "../kandji/failure.ts";
import type { Ports } from "../ports.ts";
import type { Lane } from "../spool/lanes.ts";
import type { Spool } from "../spool/spool.ts";
import type { ActorDirectory } from "./actors.ts";
import {
  beginLive,
  closedAt,
  headOf,
  pagesLeft,
  raiseFloor,
  see,
  stretches,
  type LiveState,
  type Stretch,
} from "./live.ts";
import { eventTime, type CollectedRecord, type Page } from "./page.ts";
import type { Log } from "./log.ts";
import { PageSource } from "./page-source.ts";
import { SeenIds } from "./seen.ts";
import { nameOf } from "./record-name.ts";
import { count, emptyTally, type Tally } from "./tally.ts";
import { placeAt, type Oddity, type Place } from "./walk.ts";

export interface Collection {
  readonly ports: Ports;
  readonly spool: Spool;
  readonly log: Log;
  readonly options: FeedOptions;
  /** How late a record may become visible and still be found by polling: as asked for, or wider. */
  readonly overlapMs: () => number;
  /** What has been asked of Kandji: kept with each page, so that a restart knows it. */
  readonly usage: () => Usage;
  /** Set where records are sent with who acted. */
  readonly actors?: ActorDirectory | undefined;
}

export type Step =
  /** `stored`: records that were written to the spool in this step; what is held back is written in a later one. */
  | { readonly kind: "page"; readonly stored: number; readonly isLast: boolean; readonly oddities: readonly Oddity[] }
  | { readonly kind: "failed"; readonly failure: Failure };

interface Stored {
  readonly live: LiveState;
  readonly tally: Tally;
  readonly usage: Usage;
}

const differentAccount: Failure = {
  kind: "different-account",
  message: "The API has another host than before and returns none of the records that were read last",
  fix: "Put back the host of the same account, or forget this tenant (DELETE /tenants/<id>) to begin with the new account",
  retryAfterMs: null,
};

/** A poll in progress: it may take several runs. */
interface Poll {
  readonly startedAt: number;
  readonly queue: Stretch[];
  place: Place;
  /** Pages of the stretch that is being read. */
  pages: number;
  read: number;
  withNews: number;
}

/**
 * Polls the live tail of one append-only dataset, one page a step. Records and the position behind them are stored as one.
 * New records are held back until there are more than a page of them or the poll ends: rows are what storage bills, and
 * nothing is lost with what is held, since the position has not moved.
 */
export class LiveCollector {
  readonly lane: Lane;
  readonly seen: SeenIds;
  readonly #c: Collection;
  readonly #source: PageSource;
  #state: LiveState;
  #tally: Tally;
  #stored: Stored | undefined;
  #poll: Poll | undefined;
  readonly #held = new Map<string, CollectedRecord>();

  constructor(collection: Collection) {
    this.#c = collection;
    this.lane = { dataset: collection.log.dataset.name, stream: "live" };
    this.#source = new PageSource(collection.log);
    this.#stored = collection.spool.lanes.state<Stored>(this.lane);
    const keepsPast = collection.options.sweepMs > 0;
    this.seen = new SeenIds(collection.ports.sql, collection.log.dataset.name, {
      keepsPast,
      ...(this.#stored === undefined ? {} : { floor: this.#stored.live.floor }),
    });
    this.#state = this.#stored?.live ?? this.#begun();
    this.#tally = this.#stored?.tally ?? emptyTally;
  }

  get state(): LiveState {
    return this.#state;
  }

  get tally(): Tally {
    return this.#tally;
  }

  /** Requests of the last hour as of the last page that was stored. */
  get usage(): Usage | undefined {
    return this.#stored?.usage;
  }

  get isPolling(): boolean {
    return this.#poll !== undefined;
  }

  /** True before the first poll: nothing is stored yet. */
  get isNew(): boolean {
    return this.#stored === undefined;
  }

  /** Stores where the live tail begins, and the history before it as a range to be read. Call it inside a transaction. */
  begin(): void {
    const { spool, log, options, ports } = this.#c;
    this.#state = this.#begun();
    this.#write();
    const from = microsOf(ports.now() - options.backfillMs);
    const to = this.#state.start - 1;
    if (from > to) return;
    const history = { dataset: log.dataset.name, destination: null, reason: "backfill", expected: 0 } as const;
    spool.ranges.add({ ...history, from, to, at: from, edge: [], onlyFrom: null, ids: [] });
  }

  /** Takes up what was known of the floor at the last heartbeat: it rises without a row being written. */
  resumeAt(floor: Micros): void {
    if (floor <= this.head) this.#state = raiseFloor(this.#state, floor);
  }

  get head(): Micros {
    return headOf(this.#state);
  }

  /**
   * Reads one page; begins a poll when none is in progress. With `mustRecognise` (the API has another host than before)
   * the page must hold a record that is known, or nothing is stored.
   */
  async step(mustRecognise = false): Promise<Step> {
    this.#poll ??= this.#beginPoll();
    const poll = this.#poll;
    const [stretch] = poll.queue;
    if (stretch === undefined) throw new Error("A poll without a stretch is over");
    const result = await this.#source.read(poll.place, stretch.until === null ? undefined : stretch.until + 1);
    if (!result.ok) {
      poll.place = result.place;
      this.flush();
      return { kind: "failed", failure: result.failure };
    }
    if (mustRecognise && !this.#recognises(result.page)) return { kind: "failed", failure: differentAccount };

    const fresh = await this.#newsOf(result.page);
    const { floor } = this.#state;
    this.#look(result.page, fresh);
    this.#move(poll, stretch, result.onward.place, fresh.length > 0);
    for (const record of fresh) this.#held.set(record.id, record);
    const isLast = poll.queue.length === 0;
    if (isLast) this.#poll = undefined;
    const stored = isLast || this.#mustFlush(floor) ? this.flush() : 0;
    return { kind: "page", stored, isLast, oddities: result.onward.oddities };
  }

  /** What is below the floor is not read again: nothing below it may be held. */
  #mustFlush(floorBefore: Micros): boolean {
    return this.#state.floor > floorBefore || this.#held.size > this.#c.log.dataset.pageLimit;
  }

  /**
   * Stores what is held, with the position behind it; answers how many records. A poll without news changes nothing that
   * must outlive us, so nothing is written for it.
   */
  flush(): number {
    const wasUnfinished = (this.#stored?.live.unfinished ?? null) !== null;
    // A poll that an earlier life has begun and nobody has taken up is no news.
    const isStale = wasUnfinished && this.#poll === undefined && this.#state.unfinished === null;
    const stored = this.#held.size;
    if (stored > 0 || isStale) this.#c.ports.sql.transaction(() => this.#write());
    return stored;
  }

  /** Moves the poll past a page: on in its stretch, or to the next one. */
  #move(poll: Poll, stretch: Stretch, next: Place | null, hasNews: boolean): void {
    poll.read += 1;
    poll.pages += 1;
    if (hasNews) poll.withNews += 1;
    const isEnd = next === null || (stretch.until !== null && next.at > stretch.until);
    if (isEnd || poll.pages >= stretch.pages) this.#endStretch(poll, stretch, isEnd ? null : next);
    else this.#goOn(poll, stretch, next);
  }

  #begun(): LiveState {
    const { options, ports } = this.#c;
    const now = ports.now();
    return beginLive(microsOf(now - Math.min(options.overlapMs, options.backfillMs)), microsOf(now));
  }

  #beginPoll(): Poll {
    const now = this.#c.ports.now();
    const queue = stretches(this.#state, this.seen.countSince(this.#state.floor), now, this.#c.overlapMs());
    const startedAt = this.#state.unfinished?.startedAt ?? now;
    return { startedAt, queue, place: placeAt(queue[0]?.from ?? this.#state.floor), pages: 0, read: 0, withNews: 0 };
  }

  /** What is new, as it is to be sent. */
  async #newsOf(page: Page): Promise<readonly CollectedRecord[]> {
    const fresh = this.#freshOf(page);
    return (await this.#c.actors?.enrich(fresh)) ?? fresh;
  }

  #freshOf(page: Page): CollectedRecord[] {
    const unique = new Map(page.records.map((record) => [record.id, record]));
    return [...unique.values()].filter(({ id, time }) => time >= this.#state.start && !this.#knows(id));
  }

  #knows(id: string): boolean {
    return this.seen.has(id) || this.#held.has(id);
  }

  #recognises(page: Page): boolean {
    return this.seen.size === 0 || page.records.some(({ id }) => this.#knows(id));
  }

  /** Counts a page and moves the frontier. */
  #look(page: Page, fresh: readonly CollectedRecord[]): void {
    const now = this.#c.ports.now();
    const head = this.head;
    const late = this.#tally.newest === null ? 0 : fresh.filter(({ time }) => time < head).length;
    const duplicates = page.records.length - fresh.length;
    this.#tally = count(this.#tally, { fresh, late, duplicates }, now, (raw) => nameOf(this.#c.log.dataset, raw));
    const newest = page.records.reduce((latest, { time }) => (time <= now * 1000 ? Math.max(latest, time) : latest), 0);
    this.#state = see(this.#state, newest, now, this.#c.overlapMs());
  }

  #goOn(poll: Poll, stretch: Stretch, place: Place): void {
    poll.place = place;
    if (stretch.kind === "whole")
      this.#state = { ...this.#state, unfinished: { at: place.at, startedAt: poll.startedAt } };
  }

  /** `rest` is where the stretch was left when it ran out of pages; null when it was read to its end. */
  #endStretch(poll: Poll, stretch: Stretch, rest: Place | null): void {
    const overlapMs = this.#c.overlapMs();
    if (stretch.kind === "whole") {
      const floor = closedAt(this.#state, poll.startedAt, overlapMs);
      this.#state = { ...raiseFloor(this.#state, floor), unfinished: null };
    }
    if (stretch.kind === "closing")
      this.#state = raiseFloor(this.#state, rest?.at ?? stretch.until ?? this.#state.floor);
    if (stretch.kind === "turn") this.#state = { ...this.#state, turn: rest?.at ?? this.#state.floor };
    poll.queue.shift();
    const [next] = poll.queue;
    if (next === undefined) return;
    const pages = Math.min(next.pages, pagesLeft(poll.read, poll.withNews));
    poll.queue[0] = { ...next, pages };
    if (pages === 0) poll.queue.length = 0;
    poll.pages = 0;
    poll.place = placeAt(next.from);
  }

  #write(): void {
    const { spool, ports } = this.#c;
    const records = [...this.#held.values()];
    this.#held.clear();
    const stored: Stored = { live: this.#state, tally: this.#tally, usage: this.#c.usage() };
    const raws = records.map(({ raw }) => raw);
    const happened = { times: records.map(eventTime), exactFrom: this.#state.begunAt ?? 0 };
    spool.append(this.lane, null, raws, ports.now(), stored, happened);
    if (records.length > 0) this.seen.remember(records, this.#state.floor);
    this.#stored = stored;
  }
}
