import { localTimes } from "../../src/web/pages/local-times.ts";

/** A page without the one script that is ours. Throws unless it is there just once, to the character. */
export function withoutOurScript(page: string): string {
  const pieces = page.split(`<script>${localTimes}</script>`);
  if (pieces.length !== 2) throw new Error(`Our script stands there ${pieces.length - 1} times`);
  return pieces.join("");
}
