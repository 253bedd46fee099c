import type { Frame } from "./destination.ts";

/** One JSON array of the records. */
export const jsonArray: Frame = { open: "[", separator: ",", close: "]" };

/** A line each, the last one ended, too. */
export const jsonLines: Frame = { open: "", separator: "\n", close: "\n" };
