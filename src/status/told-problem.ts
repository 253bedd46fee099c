import type { Problem } from "../tenant/report.ts";

/** Where the paragraph of docs/operating.md on a problem is served: the same words, of the version that runs. */
export const guidePath = "/docs/operating.md";

/** A problem as it is told. */
export interface ToldProblem extends Problem {
  /** The address of its paragraph, on this forwarder. */
  readonly docs: string;
}

/** What is no code has no paragraph: a stored report of another version may hold anything. */
export const docsOf = (code: string): string => (/^[a-z-]+$/.test(code) ? `${guidePath}#${code}` : guidePath);

export const told = (problem: Problem): ToldProblem => ({ ...problem, docs: docsOf(problem.code) });
