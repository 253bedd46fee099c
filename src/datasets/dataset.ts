/** The seam of a dataset: what to ask Kandji and what the answer means. A dataset is pure; it never calls the network, sleeps or retries. */

/** An instant in microseconds since 1970, Kandji's resolution. Exact as a number until the year 2255. */
export type Micros = number;

export interface Query {
  /** Records wanted, at most the dataset's `pageLimit`. */
  readonly limit: number;
  /** Inclusive. */
  readonly since: Micros;
  /** Not after this; whether the vendor includes the instant itself is unknown, so the reader filters. */
  readonly until?: Micros;
  /** `time` is the order of the log; `id` is for instants that more records share than a page holds. */
  readonly order: "time" | "id";
  readonly cursor?: string;
}

export interface KandjiRequest {
  readonly path: string;
  readonly search: Readonly<Record<string, string>>;
}

/** What an answer holds besides the records themselves, which are cut out of its text (`recordsKey`). */
export interface Reading {
  readonly records: readonly unknown[];
  /** What Kandji offered as the way on: a URL or a bare token; null at the end. */
  readonly next: string | null;
}

/** What to tick for the token in the console; tokens store the path and the method. */
export interface Permission {
  readonly label: string;
  readonly method: "GET";
  /** A template: `{device_id}` stands for any device. */
  readonly path: string;
}

/** What every dataset says of itself. */
export interface Described {
  /** As the operator writes it in `datasets`. */
  readonly name: string;
  readonly title: string;
  /** One line for the table of datasets: what its records are. */
  readonly holds: string;
  /** The API page it was written from. */
  readonly source: URL;
  /** The contract's word: events are sent once, state when it changes. */
  readonly kind: "append-only" | "state";
}

/** A log of events that is paged by time: its tail is polled, its past is read once. */
export type Feed = KandjiFeed | OwnFeed;

interface AnyFeed extends Described {
  readonly reading: "feed";
  readonly kind: "append-only";
  readonly defaults: { readonly every: string; readonly backfill: string; readonly overlap: string };
  readonly pageLimit: number;
  /** The key of the answer whose array holds the records. */
  readonly recordsKey: string;
  /** Throws `UnreadableAnswer` when the answer does not have the dataset's shape. */
  read(answer: unknown): Reading;
  /** The same record has the same id for ever; `undefined` when the record has none. */
  idOf(record: unknown): string | undefined;
  /** The record's own time as it was written; `undefined` when it has none. */
  timeOf(record: unknown): string | undefined;
  /** What happened, in a few words; "" where nobody can say. */
  nameOf(record: unknown): string;
}

export interface KandjiFeed extends AnyFeed {
  readonly keeper: "kandji";
  readonly permission: Permission;
  /** What can be added to its records; absent: nothing. */
  readonly enrichments?: readonly "actor"[];
  /** What its API page and public samples have; a verification tells of anything else. */
  readonly documented: {
    readonly fields: readonly string[];
    /** Fields that hold one of a few words, with those that are known. */
    readonly words: Readonly<Record<string, readonly string[]>>;
  };
  ask(query: Query): KandjiRequest;
}

/** A log of this forwarder itself: it needs no token, and takes nothing of Kandji's hour. */
export interface OwnFeed extends AnyFeed {
  readonly keeper: "forwarder";
  readonly name: OwnName;
}

export type OwnName = "forwarder-journal" | "forwarder-health";

/** An answer that is not what the dataset's page promises. */
export class UnreadableAnswer extends Error {}
