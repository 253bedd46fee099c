import { exists, textOf } from "./tree.ts";

/** Documents that say which test shows what: tables with rows `| what | how | `path › name of the test` … |`. */

export interface Row {
  /** The first cell. */
  readonly subject: string;
  /** What the last cell puts into backticks. */
  readonly references: readonly string[];
}

/** The rows of all tables of three columns or more, the lines under their heads left out. */
export function rowsOf(document: string): Row[] {
  return textOf(document)
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .flatMap((cells) => {
      const [, subject = ""] = cells;
      const tests = cells.length < 5 ? undefined : cells.at(-2);
      if (tests === undefined || /^:?-+:?$/.test(subject)) return [];
      return [{ subject, references: [...tests.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text) }];
    });
}

/** Whether a reference names no test that exists. */
export function isBroken(reference: string): boolean {
  const [path = "", ...names] = reference.split(" › ");
  const text = exists(path) ? textOf(path) : "";
  return names.length === 0 || !names.every((name) => text.includes(name));
}
