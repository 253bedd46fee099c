/** One thing that was tried for real, and the mend when it failed. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
  readonly fix?: string;
  /** What a sample of records has and its API page has not: names of fields, and unknown words of those that hold one of a few. */
  readonly drift?: readonly string[];
}

/** How a verification goes on: first the names of what will be tried, then each thing when it was. */
export type Progress =
  | { readonly kind: "planned"; readonly names: readonly string[] }
  | { readonly kind: "checked"; readonly check: Check };
