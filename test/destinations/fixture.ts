import type { BatchContext, Verdict } from "../../src/destinations/destination.ts";
import type { SpooledRecord } from "../../src/destinations/record.ts";

/** What must be known about a destination type before it may be offered: how it looks on the wire and what its answers mean. */
export interface Fixture {
  /** The secret without `type`: the fewest keys, and as many as there are. */
  readonly settings: { readonly fewest: object; readonly most: object };
  /** Values of `most` that nothing but the request may hold. */
  readonly hidden: readonly string[];
  readonly url: { readonly fewest: string; readonly most: string };
  /** Headers for the batch of the conformance test, names and values, under `most`. */
  readonly headers: Readonly<Record<string, string>>;
  /** A record and the text that it becomes, under `fewest`. */
  readonly encoded: readonly {
    readonly record: SpooledRecord;
    readonly batch?: Partial<BatchContext>;
    readonly text: string;
  }[];
  /** Reads the raw texts back out of a body made under `fewest`. */
  readonly rawOf: (body: string) => string[];
  /** Every status of the conformance test stands under one verdict. */
  readonly verdicts: Readonly<Partial<Record<Verdict["kind"], readonly number[]>>>;
  /** The status with which the intake says that it has the records. */
  readonly success: number;
  /** What is made of that status when the body that comes with it is not the intake's. */
  readonly odd: Readonly<Record<"empty" | "markup" | "truncated" | "too long to read", Verdict["kind"]>>;
  /** A body, where the vendor documents one, that comes with a status. */
  readonly bodies?: ReadonlyMap<number, string>;
  /** For an intake that wants a token first: who gives it, what it is asked under `most`, and with what body and status 200 it does. */
  readonly login?: { readonly host: string; readonly asked: string; readonly body: string };
  /** How an intake that tells of each record says that it has so many. */
  readonly acceptance?: (records: number) => string;
}

/** Statuses of the conformance test by which nearly every type holds: a wrong address, or credentials that do not do. */
export const redirects = [300, 301, 302, 303, 304, 305, 306, 307, 308];
export const locks = [401, 402, 403, 404, 405, 409, 410, 411, 418, 421, 425, 426, 431, 451, 499];
/** Statuses by which nearly every type tries again. */
export const failures = [500, 501, 502, 503, 504, 520, 522, 529, 599];
