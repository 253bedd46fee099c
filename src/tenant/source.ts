import type { EnrichmentTrouble } from "../collection/actors.ts";
import { HistoryReader, type HistoryStep } from "../collection/history-reader.ts";
import { LiveCollector, type Collection, type Step } from "../collection/live-collector.ts";
import type { Micros } from "../datasets/dataset.ts";
import type { FeedOptions } from "../config/config.ts";
import type { Oddity } from "../collection/walk.ts";
import type { Range } from "../spool/ranges.ts";
import { setbackAfter, type Setback } from "./setback.ts";

const oddityShownMs = 3_600_000;

/** One dataset of a tenant: its live tail, its history, and what went wrong with either. */
export class Source {
  readonly name: string;
  readonly live: LiveCollector;
  readonly history: HistoryReader;
  readonly everyMs: number;
  /** Slot of the firing that started the last poll, and whether it is known or only the last one written down. */
  lastSlot: number | null = null;
  isSlotExact = false;
  /** Slot of the last poll that was made to its end: what may outlive the object. */
  finishedSlot: number | null = null;
  /** A firing of the cron, or a person, asked for a poll that has not begun. */
  isAsked = false;
  lastSuccessAt: number | null = null;
  liveSetback: Setback | null = null;
  historySetback: Setback | null = null;
  readonly #collection: Collection;
  /** The range that is being read: from where and since when. */
  #reading: { readonly id: number; readonly from: Micros; readonly since: number } | undefined;
  readonly #oddities = new Map<Oddity, number>();

  constructor(collection: Collection) {
    this.#collection = collection;
    this.name = collection.log.dataset.name;
    this.everyMs = collection.options.everyMs;
    this.live = new LiveCollector(collection);
    this.history = new HistoryReader(collection, this.live.seen);
    this.lastSuccessAt = this.live.tally.lastSuccessAt;
  }

  /** A log of this forwarder: it is asked neither of Kandji nor of its hour. */
  get isOwn(): boolean {
    return this.#collection.log.dataset.keeper === "forwarder";
  }

  get options(): FeedOptions {
    return this.#collection.options;
  }

  /** Records that one request brings at the most. */
  get pageLimit(): number {
    return this.#collection.log.dataset.pageLimit;
  }

  get isDue(): boolean {
    return this.isAsked || this.live.isPolling;
  }

  /** One page of the live tail. */
  async poll(mustRecognise: boolean): Promise<Step> {
    // Cleared before asking: a firing during the request asks for another poll.
    if (!this.live.isPolling) this.isAsked = false;
    const step = await this.live.step(mustRecognise);
    this.liveSetback = this.#after(this.liveSetback, step);
    if (step.kind === "page" && step.isLast) {
      this.lastSuccessAt = this.#collection.ports.now();
      this.finishedSlot = this.lastSlot;
    }
    return step;
  }

  /** One page of a range of the past. */
  async read(range: Range): Promise<HistoryStep> {
    if (this.#reading?.id !== range.id)
      this.#reading = { id: range.id, from: range.at, since: this.#collection.ports.now() };
    const step = await this.history.step(range);
    this.historySetback = step.kind === "finished" ? null : this.#after(this.historySetback, step);
    return step;
  }

  /** When a range will have been read, at the pace since this object woke; null before anything of it was. Milliseconds since 1970. */
  expectedEnd({ id, at, to }: Range, now: number): number | null {
    const reading = this.#reading;
    if (reading?.id !== id || at <= reading.from) return null;
    return now + Math.round(((now - reading.since) * (to - at)) / (at - reading.from));
  }

  /** Why records go out without what is to be added to them. */
  get enrichmentTrouble(): EnrichmentTrouble | null {
    return this.#collection.actors?.trouble ?? null;
  }

  /** Oddities of the paging that were seen within the last hour. */
  oddities(): Oddity[] {
    const now = this.#collection.ports.now();
    return [...this.#oddities].filter(([, at]) => now - at < oddityShownMs).map(([oddity]) => oddity);
  }

  #after(before: Setback | null, step: Step): Setback | null {
    const { ports } = this.#collection;
    const now = ports.now();
    if (step.kind === "page") {
      for (const oddity of step.oddities) this.#oddities.set(oddity, now);
      return null;
    }
    return setbackAfter(before, step.failure, ports);
  }
}
