import type { EventTime } from "./event-time.ts";

/** The seam of a format: the shape in which a record arrives, whichever intake takes it. Pure. */

export type FormatName = "raw" | "panther" | "runreveal" | "ocsf" | "ecs";

/** A record as a format reads it. */
export interface ReadRecord {
  /** As Kandji sent it. */
  readonly raw: string;
  /** The same, parsed: numbers that JavaScript cannot hold have lost digits in it. */
  readonly value: unknown;
  /** When it happened or, for a record of state, when it was seen. */
  readonly time: EventTime | undefined;
  /** The same for the same record, and no other's. Computing it costs for a record of state. */
  readonly id: string;
}

export interface FormatContext {
  readonly tenant: string;
  readonly dataset: string;
  /** When the record was read from Kandji, in milliseconds since 1970: the same at each retry. */
  readonly collectedAt: number;
}

export interface Format {
  /** As the operator writes it in `format`. */
  readonly name: FormatName;
  readonly title: string;
  /** Whose words it speaks. */
  readonly source: URL;
  /** Raised when the shape changes: what waits is then formed anew, under new batch ids. */
  readonly version: number;
  /** One JSON object as text, without line breaks, with the record's own text or object in it: nothing is lost. */
  shape(record: ReadRecord, context: FormatContext): string;
}
