import type { Usage } from "../../kandji/budget.ts";
import { emptyTally, type Tally } from "../tally.ts";
import type { Place } from "./pages.ts";

/** What a walk is begun for. */
export interface WalkOrder {
  /** The firing of the cron that asked for it; null for a person. */
  readonly slot: number | null;
  readonly isSnapshot: boolean;
  readonly ranges: readonly number[];
}

/** A walk in progress: where it stands, and what it is for. */
export interface Walk {
  readonly startedAt: number;
  /** The firing of the cron that started it; null for a person. */
  readonly slot: number | null;
  readonly isFirst: boolean;
  /** Every row is sent, changed or not. */
  readonly isSnapshot: boolean;
  /** Ranges of the past that it answers: destinations that came later or are owed records are sent every row. */
  readonly ranges: readonly number[];
  stage: "devices" | "rows" | "reckoning";
  /** Which of the dataset's ways is walked. */
  way: number;
  /** Index into the list of devices, where each is asked. */
  device: number;
  place: Place;
  /** How often the rows have been read from the beginning, and how many there were said to be then. */
  passes: number;
  total: number | null;
  rows: number;
  requests: number;
  /** Devices that were left out because they had not checked in. */
  skipped: number;
  /** False once something could not be read: then nothing is taken for gone. */
  isComplete: boolean;
  /** The next block of remembered rows to look through for those that are gone. */
  block: number;
}

/** What a walk came to. */
export interface WalkResult {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly slot: number | null;
  readonly requests: number;
  readonly rows: number;
  readonly skipped: number;
  readonly isComplete: boolean;
}

/** What is stored beside the lane of a listing. */
export interface WalkerState {
  readonly walk: Walk | null;
  /** Marks of the rows that the walk has met. */
  readonly seen: string;
  /** Marks of the rows that the last complete walk did not meet. */
  readonly absent: string;
  /** Marks of the rows that this walk, when it looked for them, had not met. */
  readonly missing: string;
  readonly last: WalkResult | null;
  readonly lastSnapshotAt: number | null;
  readonly tally: Tally;
  readonly usage: Usage;
}

/** Before anything was stored. */
export const nothingWalked: Omit<WalkerState, "usage"> & { readonly usage: Usage | undefined } = {
  walk: null,
  seen: "",
  absent: "",
  missing: "",
  last: null,
  lastSnapshotAt: null,
  tally: emptyTally,
  usage: undefined,
};

/** Oddities of a walk that somebody ought to know of. */
export type WalkOddity =
  | "filter-matches-nothing"
  | "device-unreadable"
  | "row-unreadable"
  | "list-never-still"
  | "repeated-next";
