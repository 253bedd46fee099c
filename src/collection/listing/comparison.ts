import type { Micros } from "../../datasets/dataset.ts";
import { microsOf, millisOf } from "../../datasets/instant.ts";
import type { Listing } from "../../datasets/listing.ts";
import { isWanted, type Range } from "../../spool/ranges.ts";
import type { Device } from "./device-list.ts";
import { changedFields } from "./fingerprint.ts";
import type { Marks, WalkMarks } from "./marks.ts";
import type { Outbox } from "./outbox.ts";
import { nthKey, recordOf, type Change, type ListedRow, type Note } from "./row.ts";
import type { KnownRow } from "./row-block.ts";
import type { RowMemory } from "./row-memory.ts";

/** The circumstances in which rows are met. */
export interface Meeting {
  readonly isFirst: boolean;
  readonly isSnapshot: boolean;
  /** Ranges of the past whose destinations are sent every row. */
  readonly ranges: readonly Range[];
  readonly seen: Marks;
  readonly device: Device | undefined;
  /** Milliseconds. */
  readonly now: number;
}

/** A record that went out, for the counts. */
export interface Sent {
  readonly time: Micros;
  readonly drift: boolean;
  /** What names it, as JSON. */
  readonly raw: string;
}

/** Compares the rows of a walk with what is remembered of the walks before, and lays out what differs to be sent. */
export class Comparison {
  readonly #dataset: Listing;
  readonly #memory: RowMemory;
  readonly #outbox: Outbox;
  readonly #backfillMs: number;

  constructor(dataset: Listing, memory: RowMemory, outbox: Outbox, backfillMs: number) {
    this.#dataset = dataset;
    this.#memory = memory;
    this.#outbox = outbox;
    this.#backfillMs = backfillMs;
  }

  /** Answers what was sent to every destination; `undefined` where the row is no news. */
  meet(row: ListedRow, meeting: Meeting): Sent | undefined {
    const key = this.#keyOf(row, meeting.seen);
    const known = this.#memory.find(key);
    const changed = known === undefined ? [] : this.#changes(known, row);
    const isAgain = known !== undefined && meeting.seen.has(known.number);
    if (isAgain && changed.length === 0) return undefined;
    const isNews = known === undefined || changed.length > 0;
    const number = isNews ? this.#memory.put(key, row.names, row.fingerprint) : known.number;
    meeting.seen.add(number);
    const change = this.#changeOf(known, changed, meeting);
    if (change === null || !this.#isRecent(row, meeting)) {
      this.#addForRanges(row, meeting);
      return undefined;
    }
    const note = { ...noteOf(change, meeting), ...(change === "updated" ? { changed } : {}) };
    this.#outbox.add(recordOf(row.raw, orderedNote(note)));
    const time = change === "updated" || row.time === null ? microsOf(meeting.now) : row.time;
    return { time, drift: row.drift, raw: row.names };
  }

  readonly #changes = (known: KnownRow, { fingerprint }: ListedRow): string[] =>
    changedFields(known.fingerprint, fingerprint, this.#dataset.volatile);

  /**
   * Rows that only their content tells apart are numbered: such a row is the one that it equals, otherwise the next that this
   * walk has not met. Where the identity is an id, there are none: what comes again has changed meanwhile.
   */
  #keyOf(row: ListedRow, seen: Marks): string {
    if (this.#dataset.identity.length < 2) return row.key;
    let unmet: string | undefined;
    for (let nth = 1; ; nth += 1) {
      const key = nthKey(row.key, nth);
      const known = this.#memory.find(key);
      if (known === undefined) return unmet ?? key;
      if (this.#changes(known, row).length === 0) return key;
      if (!seen.has(known.number)) unmet ??= key;
    }
  }

  #changeOf(known: KnownRow | undefined, changed: readonly string[], { isFirst, isSnapshot }: Meeting): Change | null {
    const isState = this.#dataset.sends === "state";
    if (known === undefined) return isFirst && isState ? "snapshot" : "created";
    if (changed.length > 0) return "updated";
    return isSnapshot && isState ? "snapshot" : null;
  }

  /** Rows of events from before the wanted past are remembered and not sent. */
  #isRecent(row: ListedRow, { isFirst, now }: Meeting): boolean {
    if (!isFirst || this.#dataset.sends === "state" || row.time === null) return true;
    return millisOf(row.time) >= now - this.#backfillMs;
  }

  /** Destinations that came later, or are owed records, are sent what the others had before. */
  #addForRanges(row: ListedRow, meeting: Meeting): void {
    const isState = this.#dataset.sends === "state";
    const record =
      meeting.ranges.length === 0 ? "" : recordOf(row.raw, noteOf(isState ? "snapshot" : "created", meeting));
    for (const range of meeting.ranges) {
      const time = row.time ?? microsOf(meeting.now);
      if (isState || isWanted(range, { id: row.id, time })) this.#outbox.addFor(range.id, record);
    }
  }

  /** Rows of this block that two complete walks did not meet; those that one did not are marked. */
  reckon(block: number, marks: WalkMarks, now: number): Sent[] {
    const gone: KnownRow[] = [];
    for (const row of this.#memory.rowsOf(block)) {
      if (marks.seen.has(row.number)) continue;
      if (marks.absent.has(row.number)) gone.push(row);
      else marks.missing.add(row.number);
    }
    for (const { key } of gone) this.#memory.delete(key);
    if (this.#dataset.sends !== "state") return [];
    return gone.map((row) => {
      const device = this.#dataset.scope === "device" ? ownerOf(row.key) : undefined;
      const note: Note = { change: "deleted", seenAt: new Date(now).toISOString() };
      this.#outbox.add(recordOf(row.names, device === undefined ? note : { ...note, device: { id: device } }));
      return { time: microsOf(now), drift: false, raw: row.names };
    });
  }
}

function noteOf(change: Change, { now, device }: Meeting): Note {
  const note: Note = { change, seenAt: new Date(now).toISOString() };
  if (device === undefined) return note;
  const { id, name, serialNumber } = device;
  return { ...note, device: { id, name, serialNumber } };
}

/** `change` and `changed` first: that is what somebody looks for. */
const orderedNote = ({ change, changed, ...rest }: Note): Note => ({
  change,
  ...(changed === undefined ? {} : { changed }),
  ...rest,
});

function ownerOf(key: string): string {
  const [device] = JSON.parse(key.replace(/#\d+$/, "")) as unknown[];
  return typeof device === "string" ? device : "";
}
