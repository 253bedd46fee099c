import type { Described, Permission } from "./dataset.ts";

/**
 * The seam of a dataset that Kandji shows only as it is now: it is walked whole, again and again, and what differs between two
 * walks is sent. All of it is data, so that the docs, the configuration and the reader are made from the same lines.
 */
export interface Listing extends Described {
  readonly reading: "listing";
  /**
   * `state`: rows that are new, changed or gone, and all of them every `snapshotEvery`. `changes`: rows that are new or changed.
   * `once`: each row once; it never changes.
   */
  readonly sends: "state" | "changes" | "once";
  /** `device`: asked for each device in turn. */
  readonly scope: "tenant" | "device";
  readonly defaults: { readonly every: string; readonly backfill: string };
  /** Where it can be had; a later one is asked when the one before is gone (404, 410), and one that the option `api` names is asked alone. */
  readonly ways: readonly [Way, ...Way[]];
  /** Fields that tell a row from all others (of its device, where each device is asked); those that a row lacks are null. */
  readonly identity: readonly string[];
  /** Fields that a `deleted` notice repeats besides the identity, as they were last seen. */
  readonly names: readonly string[];
  /** Fields with the row's own time; the first that it has counts. */
  readonly times: readonly string[];
  /** Keys, at any depth, whose change alone is no news, each with the reason. */
  readonly volatile: Readonly<Record<string, string>>;
  /** Keys, at any depth, that are cut out unless the operator lists them, each with the reason. */
  readonly sensitive: Readonly<Record<string, string>>;
  /** Where a row says what filters ask of it; absent where it does not say. */
  readonly about: About;
  /** The product without which Kandji refuses to answer: `EDR`. */
  readonly licence?: string;
}

/** Paths to the fields of a row by which filters choose. */
export interface About {
  readonly device?: readonly string[];
  readonly family?: readonly string[];
  readonly blueprint?: readonly string[];
  /** A list of names. */
  readonly tags?: readonly string[];
}

export interface Filters {
  readonly blueprints?: readonly string[] | undefined;
  readonly deviceFamilies?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** What a request is asked for besides its page. */
export interface Asking {
  /** Set where each device is asked. */
  readonly device?: string;
  /** Whole days that the operator wants of the past, at least 1. */
  readonly days: number;
  readonly filters: Filters;
}

/** One endpoint. */
export interface Way {
  /** What the option `api` calls it, where there is a choice. */
  readonly api?: "v1" | "v2";
  /** Asked only where the option `api` names it: it is no substitute for those before it. */
  readonly onlyByName?: true;
  /** Where it differs from the dataset's. */
  readonly scope?: Listing["scope"];
  readonly permission: Permission;
  readonly paging: Paging;
  /** Path and parameters without those of the paging. */
  ask(asking: Asking): { readonly path: string; readonly search: Readonly<Record<string, string>> };
  /**
   * Where rows lie in the answer: the path of each array; `[]` for an answer that is the array itself. `"whole"`: the answer
   * is the one row.
   */
  readonly rows: readonly (readonly string[])[] | "whole";
  /** Filters that the endpoint applies itself; the others are applied to its rows. */
  readonly filters?: readonly (keyof Filters)[];
}

export type Paging =
  /** `total` names the key of the answer that counts all rows. Without one the list ends at a page that brings nothing new. */
  | { readonly by: "offset"; readonly limit: number; readonly total?: readonly string[] }
  /** `next` names the key with the cursor, or with a URL that has it; the parameter is called `parameter`. */
  | {
      readonly by: "cursor";
      readonly parameter: string;
      readonly next: string;
      readonly size?: { readonly parameter: string; readonly limit: number };
    }
  /** Pages counted from 1. */
  | { readonly by: "page"; readonly limit: number; readonly total: string }
  | { readonly by: "nothing" };
