import { createHash } from "node:crypto";
import { linesOf, standardInput } from "./archive.ts";
import type { Changed } from "./damage.ts";

/** Hashing is quadratic in the lines of a batch: more than this is left undone. */
const maxHashedBytes = 4e9;

/** Of batches that have one line too many: which line it is, counted from 0 over all files. Reads the files again. */
export async function pinpointed(
  archive: readonly string[],
  changed: readonly Changed[],
): Promise<Map<Changed, number>> {
  const found = new Map<Changed, number>();
  const open = changed.filter(({ from, to, wanted }) => to - from === wanted.entry.records + 1);
  // What came through standard input is gone.
  if (open.length === 0 || archive.includes(standardInput)) return found;
  const texts = new Map(open.map((one) => [one, [] as Buffer[]]));
  let at = 0;
  for (const path of archive) {
    for await (const line of linesOf(path)) {
      const own = open.find(({ from, to }) => at >= from && at < to);
      if (own !== undefined) texts.get(own)?.push(Buffer.from(line));
      at += 1;
    }
  }
  for (const [one, lines] of texts) {
    const stranger = strangerIn(lines, one.wanted.entry.digest);
    if (stranger !== undefined) found.set(one, one.from + stranger);
  }
  return found;
}

/** The line without which the others have this digest. */
function strangerIn(lines: readonly Buffer[], digest: string): number | undefined {
  const bytes = lines.reduce((sum, { length }) => sum + length, 0);
  if (bytes * lines.length > maxHashedBytes) return undefined;
  const before = createHash("sha256");
  for (const [index, line] of lines.entries()) {
    const others = before.copy();
    for (const other of lines.slice(index + 1)) others.update(other);
    if (others.digest("hex") === digest) return index;
    before.update(line);
  }
  return undefined;
}
