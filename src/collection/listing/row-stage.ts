import { microsOf } from "../../datasets/instant.ts";
import type { Asking, Way } from "../../datasets/listing.ts";
import type { Failure } from "../../kandji/failure.ts";
import { isWanted } from "../../spool/ranges.ts";
import { nameOf } from "../record-name.ts";
import { count, type Tally } from "../tally.ts";
import { ActivityTails } from "./activity-tail.ts";
import type { Comparison, Meeting, Sent } from "./comparison.ts";
import { canSkip, isChosen, type Device, type DeviceList } from "./device-list.ts";
import { done, more, type StageStep } from "./device-stage.ts";
import { filtersLeft, isRowChosen } from "./filtering.ts";
import { ListReader, type ListRead } from "./list-reader.ts";
import type { WalkMarks } from "./marks.ts";
import type { Outbox } from "./outbox.ts";
import { isGone, Patience } from "./patience.ts";
import { keyPrefix, readRows, rowReader, type ListedRow, type RowReader } from "./row.ts";
import type { RowMemory } from "./row-memory.ts";
import type { ListingCollection } from "./walker.ts";
import type { Walk } from "./walk-state.ts";

/** A list that changes its length while it is read is read again, so often at the most. */
const mostPasses = 3;
const dayMs = 24 * 3_600_000;

export interface Parts {
  readonly memory: RowMemory;
  readonly devices: DeviceList;
  readonly outbox: Outbox;
  readonly comparison: Comparison;
}

type Page = Extract<ListRead, { ok: true }>;

/** The second stage of a walk: its rows, page by page, or device by device. */
export class RowStage {
  readonly #c: ListingCollection;
  readonly #parts: Parts;
  readonly #tails: ActivityTails;
  readonly #rows: RowReader;
  readonly #ways: readonly Way[];
  #reader: ListReader;
  #firstFailure: Failure | undefined;
  #patience = new Patience();
  /** Rows that were shown, whether the filters let them through or not. */
  #shown = 0;
  readonly read = new Set<string>();
  tally: Tally;

  constructor(collection: ListingCollection, parts: Parts, tally: Tally) {
    const { dataset, options } = collection;
    this.#c = collection;
    this.#parts = parts;
    this.tally = tally;
    this.#tails = new ActivityTails(parts.memory);
    this.#rows = rowReader(dataset, options.sensitive);
    this.#ways = dataset.ways.filter(({ api, onlyByName }) =>
      options.api === undefined ? onlyByName !== true : api === options.api,
    );
    this.#reader = this.#readerOf(0);
  }

  #readerOf(way: number): ListReader {
    const chosen = this.#ways[way] ?? this.#c.dataset.ways[0];
    return new ListReader(this.#c.client, this.#c.dataset, chosen);
  }

  /** Whether each device is asked. */
  get isPerDevice(): boolean {
    return (this.#reader.way.scope ?? this.#c.dataset.scope) === "device";
  }

  /** Whether the walk has to know the devices: to ask each, or to choose among rows by what only the list of devices says. */
  get needsDevices(): boolean {
    const { dataset, filters } = this.#c;
    return this.isPerDevice || filtersLeft(dataset, this.#reader.way, filters).byDevice;
  }

  begin(walk: Walk): void {
    this.#reader = this.#readerOf(walk.way);
    walk.place = this.#startOf(walk);
    this.read.clear();
    this.#patience = new Patience();
    this.#shown = 0;
  }

  /** Goes on with a walk of an earlier life. */
  resume(walk: Walk): void {
    this.#reader = this.#readerOf(walk.way);
  }

  #startOf(walk: Walk): Walk["place"] {
    const device = this.isPerDevice ? this.#parts.devices.all[walk.device] : undefined;
    const isTail = this.#c.dataset.sends === "once" && device !== undefined && walk.ranges.length === 0;
    return isTail ? this.#tails.startOf(device) : this.#reader.start;
  }

  async step(walk: Walk, marks: WalkMarks): Promise<StageStep> {
    const device = this.isPerDevice ? this.#nextDevice(walk, marks) : undefined;
    if (this.isPerDevice && device === undefined) return this.#ended(walk);
    walk.requests += 1;
    const read = await this.#reader.read(walk.place, this.#asking(device));
    if (!read.ok) return this.#failed(read, { walk, marks, device });
    this.#patience.renew();
    this.#firstFailure = undefined;
    walk.total ??= read.total;
    if (read.oddities.length > 0) walk.isComplete = false;
    const isShifted = this.#take(read, { walk, marks, device });
    const step = isShifted ? this.#again(walk) : this.#goOn(walk, read, device);
    return step.kind === "failed" ? step : { ...step, oddities: [...read.oddities, ...step.oddities] };
  }

  /** Where to read on after a page. */
  #goOn(walk: Walk, read: Page, device: Device | undefined): StageStep {
    if (read.next !== null) {
      walk.place = read.next;
      return more;
    }
    if (device === undefined) return this.#afterPass(walk, read);
    this.read.add(device.id);
    return this.#goToNext(walk);
  }

  #asking(device: Device | undefined): Asking {
    const { options, filters } = this.#c;
    const days = Math.max(1, Math.ceil(options.backfillMs / dayMs));
    return { days, filters, ...(device === undefined ? {} : { device: device.id }) };
  }

  /** The next device that is to be asked; those that are left out keep what is remembered of them. */
  #nextDevice(walk: Walk, marks: WalkMarks): Device | undefined {
    const { devices } = this.#parts;
    for (;;) {
      const device = devices.all[walk.device];
      if (device === undefined) return undefined;
      const isOurs = isChosen(device, this.#c.filters);
      if (isOurs && !this.#isSkipped(device, walk)) return device;
      if (isOurs) walk.skipped += 1;
      this.#keep(device, marks);
      this.#goToNext(walk);
    }
  }

  #isSkipped(device: Device, walk: Walk): boolean {
    if (walk.isSnapshot || walk.ranges.length > 0) return false;
    return canSkip(device, walk.startedAt, Math.min(this.#c.options.snapshotEveryMs, dayMs));
  }

  #goToNext(walk: Walk): StageStep {
    walk.device += 1;
    walk.place = this.#startOf(walk);
    this.#reader.begin();
    return more;
  }

  /** What is remembered of a device stays as it is, also that a row of it was absent. */
  #keep(device: Device, { seen, absent, missing }: WalkMarks): void {
    for (const { number } of this.#parts.memory.withPrefix(keyPrefix(device.id))) {
      seen.add(number);
      if (absent.has(number)) missing.add(number);
    }
  }

  #failed(read: Extract<ListRead, { ok: false }>, { walk, marks, device }: Whose): StageStep {
    const { failure, isPoisoned } = read;
    this.#firstFailure ??= failure;
    const turned = isGone(failure) ? this.#turn(walk, this.#firstFailure) : undefined;
    if (turned !== undefined) return turned;
    if (device === undefined) return isPoisoned ? this.#passPoison(walk, failure) : this.#failedList(walk, failure);
    const verdict = this.#patience.judge(failure, isPoisoned, walk.rows > 0);
    // Perhaps they are: the list is read anew when it is tried again.
    if (verdict === "all-gone") Object.assign(walk, { stage: "devices", device: 0, place: 0 } satisfies Partial<Walk>);
    if (verdict === "all-gone" || verdict === "wait") return { kind: "failed", failure };
    this.#keep(device, marks);
    this.#goToNext(walk);
    return { kind: "more", oddities: verdict === "left-out" ? ["device-unreadable"] : [] };
  }

  /** A cursor that Kandji does not take (any more) would be refused for ever. */
  #failedList(walk: Walk, failure: Failure): StageStep {
    if (this.#reader.way.paging.by === "cursor" && failure.kind === "unexpected-answer") this.#again(walk);
    return { kind: "failed", failure };
  }

  /** Reads the list from its beginning. */
  #again(walk: Walk): StageStep {
    walk.place = this.#reader.start;
    this.#reader.begin();
    return more;
  }

  /** Goes to the next way of a dataset whose way is gone; behind the last one it is the first that failed. */
  #turn(walk: Walk, firstFailure: Failure): StageStep | undefined {
    const isLast = this.#ways[walk.way + 1] === undefined;
    if (isLast && walk.way === 0) return undefined;
    walk.way = isLast ? 0 : walk.way + 1;
    this.begin(walk);
    return isLast ? { kind: "failed", failure: firstFailure } : more;
  }

  /** Even by itself the row cannot be read: those behind it are. */
  #passPoison(walk: Walk, failure: Failure): StageStep {
    if (this.#reader.way.paging.by !== "offset") return { kind: "failed", failure };
    walk.place = Number(walk.place) + 1;
    walk.isComplete = false;
    this.#reader.forget();
    return { kind: "more", oddities: ["row-unreadable"] };
  }

  /** A list that was longer or shorter at its end than at its beginning is read once more: what moved may have been passed over. */
  #afterPass(walk: Walk, { total }: Page): StageStep {
    const isStill = total === null || walk.total === total;
    if (isStill) return this.#ended(walk);
    if (walk.passes >= mostPasses) {
      walk.isComplete = false;
      return { kind: "done", oddities: ["list-never-still"] };
    }
    walk.passes += 1;
    walk.total = null;
    return this.#again(walk);
  }

  #ended(walk: Walk): StageStep {
    const { filters } = this.#c;
    const { all } = this.#parts.devices;
    const isAnyChosen = this.isPerDevice ? all.some((device) => isChosen(device, filters)) : walk.rows > 0;
    const isNoneShown = this.isPerDevice ? all.length === 0 : this.#shown === 0;
    if (Object.keys(filters).length === 0 || isAnyChosen || isNoneShown) return done;
    return { kind: "done", oddities: ["filter-matches-nothing"] };
  }

  /** True when what was read has to be read from the beginning. */
  #take(page: Page, { walk, marks, device }: Whose): boolean {
    const { dataset, ports, spool } = this.#c;
    const now = ports.now();
    const ranges = walk.ranges.flatMap((id) => spool.ranges.get(id) ?? []);
    const { seen } = marks;
    const meeting: Meeting = { isFirst: walk.isFirst, isSnapshot: walk.isSnapshot, ranges, seen, device, now };
    const rows = this.#chosen(readRows(this.#rows, page.rows, device), marks);
    walk.rows += rows.length;
    this.#shown += page.rows.length;
    const { fresh, isShifted } =
      dataset.sends === "once" && device !== undefined
        ? this.#takeOnce(rows, page, { ...meeting, device, place: walk.place })
        : { fresh: rows.flatMap((row) => this.#parts.comparison.meet(row, meeting) ?? []), isShifted: false };
    this.count(fresh, rows.length - fresh.length, now);
    return isShifted;
  }

  /** Counts what is sent, and what was there already. */
  count(fresh: readonly Sent[], duplicates: number, now: number): void {
    this.tally = count(this.tally, { fresh, duplicates, late: 0 }, now, (raw) => nameOf(this.#c.dataset, raw));
  }

  #takeOnce(
    rows: readonly ListedRow[],
    page: Page,
    meeting: Meeting & { device: Device; place: Walk["place"] },
  ): Taken {
    const { place } = meeting;
    const { number, fresh, isShifted } = this.#tails.read(meeting.device, page, rows, meeting.ranges.length > 0);
    meeting.seen.add(number);
    const now = microsOf(meeting.now);
    const wanted = fresh.filter(({ time }) => (time ?? now) >= microsOf(meeting.now - this.#c.options.backfillMs));
    for (const { raw } of wanted) this.#parts.outbox.add(raw);
    // The page before ended with the first row of this one.
    const known = rows.filter((row, index) => page.offset + index >= Number(place) && !fresh.includes(row));
    for (const range of meeting.ranges)
      for (const { raw, id, time } of known)
        if (isWanted(range, { id, time: time ?? now })) this.#parts.outbox.addFor(range.id, raw);
    return { fresh: wanted.map(({ time, drift, names }) => ({ time: time ?? now, drift, raw: names })), isShifted };
  }

  /** The rows that the filters let through. Those that are there and not wanted (any more) are not gone. */
  #chosen(rows: readonly ListedRow[], { seen }: WalkMarks): ListedRow[] {
    return rows.filter((row) => {
      if (this.isPerDevice || this.#isChosen(row)) return true;
      const known = this.#parts.memory.find(row.key);
      if (known !== undefined) seen.add(known.number);
      return false;
    });
  }

  #isChosen(row: ListedRow): boolean {
    const { dataset, filters } = this.#c;
    return isRowChosen(row.value, { dataset, way: this.#reader.way, filters, devices: this.#parts.devices });
  }
}

interface Taken {
  readonly fresh: Sent[];
  /** It lay elsewhere than it did: it has to be read from its beginning. */
  readonly isShifted: boolean;
}

interface Whose {
  readonly walk: Walk;
  readonly marks: WalkMarks;
  readonly device: Device | undefined;
}
