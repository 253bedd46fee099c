import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One change of the source: `find` stands in the file exactly once. */
export interface Edit {
  /** Path from `src`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const sourceFolder = join(import.meta.dirname, "../../../src");

/** Applies an edit to the text of its file; throws when what it looks for is not there exactly once. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(
    `Cannot change src/${file}: ${JSON.stringify(find)} stands there ${parts.length - 1} times, not once`,
  );
}

/** The text of a file of `src`. */
export const sourceOf = (file: string): string => readFileSync(join(sourceFolder, file), "utf8");
