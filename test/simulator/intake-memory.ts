/** What an intake remembers of what it was sent: the only evidence that the accounts are made from. */
import { detached, digest, keyOfRecord } from "./record-text.ts";
import { rawOf } from "./shapes.ts";

/** What one request carried, whatever its encoding. */
export interface Delivery {
  /** The texts of the records, to the character, in whatever format. */
  readonly records: readonly string[];
  /** The body as it was sent. */
  readonly body: Uint8Array;
  /** By what a retry is recognised; a body without an id is its own. */
  readonly batchId: string | undefined;
  readonly tenant: string | undefined;
  readonly dataset: string | undefined;
  /** Those of the records that it stores and finds no schema for. */
  readonly unclassified?: readonly string[];
  /** Per record, the id by which the intake knows it, where it knows one. */
  readonly ids?: ReadonlyMap<string, string>;
}

export interface Batch {
  readonly id: string;
  readonly at: number;
  readonly tenant: string | undefined;
  readonly dataset: string | undefined;
  readonly bodyDigest: string;
  readonly accepted: boolean;
  /** The records by name, in the order in which they came; where some were refused beside them, those that were kept. */
  readonly keys: readonly string[];
  /** Records that were refused while the others were kept. */
  readonly refusedBeside: readonly string[];
}

/** What an intake makes of a batch: it keeps all but what it `drops` without a word, and tells of those that it refuses beside. */
export interface Keeping {
  readonly drops: (record: string) => boolean;
  readonly refused?: readonly string[];
}

/** Each format writes one of these. A record without any is what Kandji sent, and is not read for nothing. */
const MARKS = ['"class_uid"', '"original"', '"eventName"', '"received_at"', '"tenant_id"'];
const sentBy = (text: string): string => (MARKS.some((mark) => text.includes(mark)) ? rawOf(text) : text);

export class IntakeMemory {
  readonly #keepTexts: boolean;
  /** Per record, how many times it was accepted. */
  readonly times = new Map<string, number>();
  /** Per record, what Kandji sent, as it arrived first in whatever shape; empty unless texts are kept. */
  readonly texts = new Map<string, string>();
  /** Answered 2xx and thrown away. */
  readonly dropped = new Set<string>();
  /** Accepted, and in no table: no schema takes them. */
  readonly unclassified = new Set<string>();
  /** Matched a rule in a request that was refused. */
  readonly refused = new Set<string>();
  /** Every batch that was read, accepted or not, in the order of arrival. */
  readonly batches: Batch[] = [];
  /** Ids that came again with another body. */
  readonly changedBatches = new Set<string>();
  /** Of what it has, where it knows ids. */
  readonly ids = new Set<string>();
  readonly #digests = new Map<string, string>();
  readonly #accepted = new Set<string>();
  arrivals = 0;
  /** Hears of every batch that was accepted. */
  onAccepted: ((delivery: Delivery) => void) | undefined;

  constructor(keepTexts: boolean) {
    this.#keepTexts = keepTexts;
  }

  /** Notes a batch that could be read; nothing of it was kept unless `keeping` says how. */
  note(at: number, delivery: Delivery, keeping: Keeping | undefined): void {
    const bodyDigest = digest(delivery.body);
    const id = delivery.batchId === undefined ? bodyDigest : detached(delivery.batchId);
    const before = this.#digests.get(id);
    if (before === undefined) this.#digests.set(id, bodyDigest);
    else if (before !== bodyDigest) this.changedBatches.add(id);
    const raws = delivery.records.map((record) => sentBy(record));
    const keys = raws.map((raw) => keyOfRecord(raw));
    const { tenant, dataset } = delivery;
    const refusedBeside = (keeping?.refused ?? []).map((record) => keyOfRecord(sentBy(record)));
    this.batches.push({ id, at, tenant, dataset, bodyDigest, accepted: keeping !== undefined, keys, refusedBeside });
    if (keeping === undefined) return;
    this.#accepted.add(id);
    this.onAccepted?.({ ...delivery, batchId: id, records: raws });
    for (const record of delivery.unclassified ?? []) this.unclassified.add(keyOfRecord(record));
    for (const [index, key] of keys.entries()) {
      const record = delivery.records[index] ?? "";
      const known = delivery.ids?.get(record);
      if (known !== undefined) this.ids.add(detached(known));
      this.#accept(key, raws[index] ?? "", keeping.drops(record));
    }
  }

  readonly isStored = (batchId: string): boolean => this.#accepted.has(batchId);

  refuse(record: string): void {
    this.refused.add(keyOfRecord(sentBy(record)));
  }

  #accept(key: string, raw: string, isDropped: boolean): void {
    if (isDropped) {
      this.dropped.add(key);
      return;
    }
    this.arrivals += 1;
    const times = this.times.get(key) ?? 0;
    this.times.set(key, times + 1);
    if (times === 0 && this.#keepTexts) this.texts.set(key, detached(raw));
  }
}
