import type { Micros } from "../datasets/dataset.ts";

/** Replays, as they are asked for, foreseen and told of. */

/** What is to be collected again: instants in microseconds since 1970, both inclusive. */
export interface ReplayOrder {
  readonly dataset: string;
  readonly since: Micros;
  /** Null: up to now. */
  readonly until: Micros | null;
  /** Absent: for all of them. */
  readonly destination?: string | undefined;
}

export type ReplayAnswer =
  /** `waiting`: the same was asked for before and is not done yet. */
  { readonly kind: "begun" | "waiting" } | { readonly kind: "too-many"; readonly most: number };

/** A replay that is not done yet. */
export interface ReplayReport {
  readonly dataset: string;
  /** Null: all of them. */
  readonly destination: string | null;
  readonly since: string;
  /** Null where the dataset is sent as it is now. */
  readonly until: string | null;
  readonly percent: number;
}

/** Of what is counted in part only: what is sure, and what it comes to as far as anybody can tell; null where nobody can. */
export interface Figure {
  readonly atLeast: number;
  readonly likely: number | null;
}

/** Hours of a range, by how their records are known. */
export interface HoursKnown {
  readonly inRange: number;
  /** Counted in Kandji by a sweep. */
  readonly counted: number;
  /** Not by a sweep, but what was collected of them is counted. */
  readonly collected: number;
  readonly unknown: number;
}

/** What a replay would come to. */
export interface ReplayPreview {
  readonly dataset: string;
  /** Null: all of them. */
  readonly destination: string | null;
  readonly since: string;
  /** Null where the dataset is sent as it is now. */
  readonly until: string | null;
  readonly records: Figure;
  /** Null where the dataset is sent as it is now. */
  readonly hours: HoursKnown | null;
  readonly kandji: {
    readonly requests: Figure;
    /** Requests that the past may make in an hour, polling included. */
    readonly perHour: number;
    /** Of them, what may be made now. */
    readonly left: number;
    readonly minutes: Figure;
  };
  readonly destinations: readonly ReplayTarget[];
}

export interface ReplayTarget {
  readonly name: string;
  /** False: its secret does not list the dataset, all would be counted as skipped. */
  readonly takes: boolean;
  readonly paused: boolean;
  /** By the number of records alone: long ones fill a request sooner. Null while its secret cannot be read. */
  readonly requestsAtLeast: number | null;
  /** What is older is skipped; null where nothing of the range is. */
  readonly skipsBefore: string | null;
}
