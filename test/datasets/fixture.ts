/** What Kandji answers for a dataset: whole bodies, with invented values under the names that it truly uses. */

export interface Answer {
  /** `a Mac`, `the second page`. */
  readonly of: string;
  /** Index of the way that was asked; the first where it is absent. */
  readonly way?: number;
  /** The device that was asked for, where each is. */
  readonly device?: string;
  readonly body: unknown;
}

export interface Fixture {
  readonly answers: readonly Answer[];
  /** Fields and keys that the dataset names and no answer here has, each with the reason. */
  readonly absent?: Readonly<Record<string, string>>;
}

/** A value that must never leave the forwarder: whoever finds it downstream has found a leak. */
export const planted = (what: string): string => `PLANTED-SECRET-${what}`;
