import type { Sql } from "../ports.ts";
import { hoursOf, runsOf, type EventHour, type Happened, type HourRun } from "./hours.ts";
import type { Lane, Stream } from "./lanes.ts";
import { deleteRest, firstPart, isLong, readRest, writeRest } from "./overflow.ts";

/** A run of records of one lane, in one row; a single record longer than a row has its rest in `overflow`. */
export interface Segment {
  readonly id: number;
  readonly lane: Lane;
  /** Null: for every destination of the lane. */
  readonly destination: string | null;
  /** Position of its first record in the lane. */
  readonly first: number;
  readonly records: number;
  readonly bytes: number;
  readonly collectedAt: number;
  /** In which hours its events happened; null where they do not count by hour: they have been delivered before, or are no events. */
  readonly hours: readonly HourRun[] | null;
}

type NewSegment = Omit<Segment, "id" | "records" | "bytes" | "hours"> & { readonly happened: Happened | null };

interface SegmentRow extends Record<string, string | number | null> {
  id: number;
  dataset: string;
  stream: Stream;
  destination: string | null;
  first: number;
  records: number;
  bytes: number;
  collected_at: number;
  hours: string | null;
}

const columns = "id, dataset, stream, destination, first, records, bytes, collected_at, hours";

export const isIn = (segment: Segment, { dataset, stream }: Lane): boolean =>
  segment.lane.dataset === dataset && segment.lane.stream === stream;

const fromRow = (row: SegmentRow): Segment => ({
  id: row.id,
  lane: { dataset: row.dataset, stream: row.stream },
  destination: row.destination,
  first: row.first,
  records: row.records,
  bytes: row.bytes,
  collectedAt: row.collected_at,
  hours: row.hours === null ? null : (JSON.parse(row.hours) as HourRun[]),
});

/** In which hour the record at this position of the lane happened. */
export const hourAt = ({ hours, first }: Segment, at: number): EventHour =>
  hoursOf(hours ?? [], at - first, at - first + 1)[0] ?? null;

/** The segments, their bodies in the table, the rest in memory: the plan looks at all of them before each request. */
export class Segments {
  readonly #sql: Sql;
  readonly #byId = new Map<number, Segment>();
  /** Lines of the segments read last: splitting and several destinations read the same one again. */
  readonly #recent = new Map<number, readonly string[]>();
  #bytes = 0;

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const row of sql.exec<SegmentRow>(`SELECT ${columns} FROM segments ORDER BY id`)) this.#keep(fromRow(row));
  }

  /** Bytes of all of them. */
  get bytes(): number {
    return this.#bytes;
  }

  insert({ happened, ...segment }: NewSegment, raws: readonly string[], bytes: number): void {
    const body = raws.join("\n");
    const hours = happened === null ? null : runsOf(happened);
    const [row] = this.#sql.exec<{ id: number }>(
      `INSERT INTO segments (dataset, stream, destination, first, records, bytes, collected_at, hours, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
      segment.lane.dataset,
      segment.lane.stream,
      segment.destination,
      segment.first,
      raws.length,
      bytes,
      segment.collectedAt,
      hours === null ? null : JSON.stringify(hours),
      firstPart(body, bytes),
    );
    if (row === undefined) throw new Error("An inserted segment has no id");
    if (isLong(bytes)) writeRest(this.#sql, ownerOf(row.id), body);
    this.#keep({ ...segment, hours, id: row.id, records: raws.length, bytes });
  }

  /** The first segment of the lane that has a record for this destination at or after `position`. */
  next(lane: Lane, destination: string, position: number): Segment | undefined {
    for (const segment of this.#byId.values()) {
      if (!isIn(segment, lane) || segment.first + segment.records <= position) continue;
      if (segment.destination === null || segment.destination === destination) return segment;
    }
    return undefined;
  }

  /** Those of all lanes, oldest first. */
  all(): Segment[] {
    return [...this.#byId.values()];
  }

  in(lane: Lane): Segment[] {
    return this.all().filter((segment) => isIn(segment, lane));
  }

  lines(segment: Segment): readonly string[] {
    const known = this.#recent.get(segment.id);
    if (known !== undefined) return known;
    const [row] = this.#sql.exec<{ body: string }>("SELECT body FROM segments WHERE id = ?", segment.id);
    const rest = isLong(segment.bytes) ? readRest(this.#sql, ownerOf(segment.id)) : "";
    const lines = ((row?.body ?? "") + rest).split("\n");
    this.#recent.set(segment.id, lines);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > 4 && oldest !== undefined) this.#recent.delete(oldest);
    return lines;
  }

  delete(segment: Segment): void {
    this.#sql.exec("DELETE FROM segments WHERE id = ?", segment.id);
    if (isLong(segment.bytes)) deleteRest(this.#sql, ownerOf(segment.id));
    // SQLite may give the number to the next segment.
    this.#recent.delete(segment.id);
    if (this.#byId.delete(segment.id)) this.#bytes -= segment.bytes;
  }

  #keep(segment: Segment): void {
    this.#byId.set(segment.id, segment);
    this.#bytes += segment.bytes;
  }
}

const ownerOf = (id: number): string => `segment ${id}`;
