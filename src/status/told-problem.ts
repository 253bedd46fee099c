import type { Problem } from "../tenant/report.ts";

/** Where the paragraph of docs/operating.md on a problem is served: the same words, of the version that runs. */
export const guidePath = "/docs/operating.md";

/** A problem as it is told. */
export interface ToldProblem extends Problem {
  /** The address of its paragraph, on this forwarder. */
  readonly docs: string;
}

export const docsOf = (code: string): string => `${guidePath}#${encodeURIComponent(code)}`;

export const told = (problem: Problem): ToldProblem => ({ ...problem, docs: docsOf(problem.code) });
