import type { Micros } from "../datasets/dataset.ts";
import { microsOf } from "../datasets/instant.ts";
import type { FeedOptions } from "../config/config.ts";
import type { Ports } from "../ports.ts";
import { hourOf } from "../spool/hours.ts";
import type { Range, Swept } from "../spool/ranges.ts";
import type { Spool } from "../spool/spool.ts";
import type { Documents } from "./documents.ts";
import type { Source } from "./source.ts";

/**
 * Now and then, events that polling has done with are read again and compared by id with what was collected. What polling
 * cannot see, since it became visible later than the overlap, is found so, and sent.
 */

/** A sweep that found something. */
export interface Find {
  /** When it ended: milliseconds. */
  readonly at: number;
  readonly records: number;
  /** When the oldest of them happened. */
  readonly oldest: Micros | null;
}

/** What is kept of the sweeps of a dataset. */
export interface SweepNote {
  /** The ids of everything that was collected since are kept: what is older cannot be judged. */
  readonly rememberedSince: Micros;
  readonly nextAt: number;
  readonly last: {
    readonly endedAt: number;
    readonly from: Micros;
    readonly to: Micros;
    readonly records: number;
  } | null;
  /** The last ones, newest first. */
  readonly finds: readonly Find[];
  /** The overlap is so many times what was asked for. */
  readonly widening: number;
  /** Sweeps in a row that found nothing. */
  readonly clean: number;
  /** Events in Kandji by the hour in which they happened, of whole hours that were swept: hours since 1970. */
  readonly hours: readonly (readonly [hour: number, events: number])[];
  /** What a person had sent again since: an hour that did not add up is mended by it. */
  readonly replayed?: readonly Replayed[];
}

/** A replay that was read to its end. Its destination is null for all of them. */
export type Replayed = Pick<Range, "from" | "to" | "destination">;

interface Around {
  readonly ports: Ports;
  readonly documents: Documents;
  readonly spool: Spool;
}

const keptFinds = 10;
const keptReplays = 50;
/** The overlap is widened no further than this, or than what was asked for where that is more. */
const widestMs = 3_600_000;
/** A week of sweeps without a find, as they are made by default: then the overlap may be narrower again. */
const cleanBefore = 28;

export const sweepName = (dataset: string): string => `sweep ${dataset}`;

/** How late an event may be and still be found by polling: what was asked for, widened while sweeps find any that were later. */
export const overlapOf = ({ overlapMs }: FeedOptions, note: Pick<SweepNote, "widening"> | undefined): number =>
  Math.max(overlapMs, Math.min(overlapMs * (note?.widening ?? 1), widestMs));

export class Sweeps {
  readonly #around: Around;
  readonly #notes = new Map<string, SweepNote>();

  constructor(around: Around, datasets: Iterable<string>) {
    this.#around = around;
    for (const dataset of datasets) {
      const note = around.documents.read<SweepNote>(sweepName(dataset));
      if (note !== undefined) this.#notes.set(dataset, note);
    }
  }

  noteOf(dataset: string): SweepNote | undefined {
    return this.#notes.get(dataset);
  }

  /** Begins what is due. A dataset whose sweeps were switched off is not remembered for them any more. */
  tick(source: Source): void {
    const { options } = source;
    const note = this.#notes.get(source.name);
    if (source.live.isNew) return;
    if (options.sweepMs === 0) return note === undefined ? undefined : this.#end(source);
    if (note === undefined) return this.#write(source.name, this.#newNote(source));
    const { ports, spool } = this.#around;
    if (ports.now() < note.nextAt || this.running(source.name) !== undefined) return;
    const from = Math.max(note.rememberedSince, microsOf(ports.now() - options.sweepMs));
    const to = source.live.state.floor - 1;
    if (from > to) return;
    const range = { dataset: source.name, destination: null, reason: "sweep", expected: 0, edge: [] } as const;
    ports.sql.transaction(() => spool.ranges.add({ ...range, from, at: from, to, onlyFrom: null, ids: [] }));
  }

  /** The sweep that is going on. */
  running(dataset: string): Range | undefined {
    return this.#around.spool.ranges.all().find((range) => range.dataset === dataset && range.reason === "sweep");
  }

  /** Notes what a sweep came to, and forgets the ids that no further one will ask for. */
  finish(source: Source, { from, to }: Range, { hours, oldestFound }: Swept): void {
    const { options } = source;
    const before = this.#notes.get(source.name) ?? this.#newNote(source);
    const { ports } = this.#around;
    const now = ports.now();
    const found = hours.reduce((sum, [, , count]) => sum + count, 0);
    const records = hours.reduce((sum, [, read]) => sum + read, 0);
    const forgotten = Math.max(before.rememberedSince, microsOf(now - options.sweepMs));
    const note: SweepNote = {
      rememberedSince: forgotten,
      nextAt: now + options.sweepEveryMs,
      last: { endedAt: now, from, to, records },
      finds:
        found === 0
          ? before.finds
          : [{ at: now, records: found, oldest: oldestFound }, ...before.finds].slice(0, keptFinds),
      ...widened(before, found, options),
      replayed: (before.replayed ?? []).filter(({ to: end }) => end >= forgotten),
      hours: [
        ...before.hours.filter(([hour]) => hour > hourOf(forgotten) && !isWhole(hour, from, to)),
        ...hours.filter(([hour]) => isWhole(hour, from, to)).map(([hour, read]) => [hour, read] as const),
      ].toSorted(([a], [b]) => a - b),
    };
    ports.sql.transaction(() => {
      source.live.seen.forget(forgotten);
      this.#write(source.name, note);
    });
  }

  /** Notes a replay that was read to its end, where sweeps tell of the same hours. */
  noteReplay({ dataset, from, to, destination }: Range): void {
    const note = this.#notes.get(dataset);
    if (note === undefined || to < note.rememberedSince) return;
    const replayed = [...(note.replayed ?? []), { from, to, destination }].slice(-keptReplays);
    this.#write(dataset, { ...note, replayed });
  }

  #newNote({ live, options }: Source): SweepNote {
    const { floor } = live.state;
    const nextAt = this.#around.ports.now() + options.sweepEveryMs;
    return { rememberedSince: floor, nextAt, last: null, finds: [], widening: 1, clean: 0, hours: [] };
  }

  #end(source: Source): void {
    const { ports, documents, spool } = this.#around;
    const range = this.running(source.name);
    ports.sql.transaction(() => {
      if (range !== undefined) spool.ranges.delete(range.id);
      source.live.seen.forget(source.live.state.floor);
      documents.delete(sweepName(source.name));
    });
    this.#notes.delete(source.name);
  }

  #write(dataset: string, note: SweepNote): void {
    this.#around.documents.write(sweepName(dataset), note);
    this.#notes.set(dataset, note);
  }
}

/** The whole hour lies in the range. */
const isWhole = (hour: number, from: Micros, to: Micros): boolean => hourOf(from - 1) < hour && hour < hourOf(to + 1);

/** Twice as wide after each sweep that found something, half as wide after a week of those that did not. */
function widened(
  { widening, clean }: SweepNote,
  found: number,
  options: FeedOptions,
): Pick<SweepNote, "widening" | "clean"> {
  const canWiden = overlapOf(options, { widening: widening * 2 }) > overlapOf(options, { widening });
  if (found > 0) return { widening: canWiden ? widening * 2 : widening, clean: 0 };
  return clean + 1 >= cleanBefore && widening > 1
    ? { widening: widening / 2, clean: 0 }
    : { widening, clean: clean + 1 };
}
