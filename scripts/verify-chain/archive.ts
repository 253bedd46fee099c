import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { CannotCheck } from "./cannot-check.ts";
import { headBytes, isManifest, readManifests, type Manifest } from "./manifest.ts";

/** Files: which are manifests, and the lines of the others. */

export const standardInput = "-";
const lineFeed = 0x0a;
/** No record is longer: an answer of Kandji has at most 16 MB. */
const maxLineBytes = 64_000_000;

export interface Files {
  readonly manifests: readonly Manifest[];
  /** In the order in which they were named. */
  readonly archive: readonly string[];
}

export async function sorted(paths: readonly string[]): Promise<Files> {
  const manifests: Manifest[] = [];
  const archive: string[] = [];
  for (const path of paths) {
    if (path !== standardInput && isManifest(await beginningOf(path)))
      manifests.push(...readManifests(path, await readFile(path, "utf8")));
    else archive.push(path);
  }
  return { manifests, archive };
}

async function beginningOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Every line with its line feed; one that is missing at the end of a file is added. */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const stream = path === standardInput ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
        const line = chunk.subarray(from, end + 1);
        yield restBytes === 0 ? line : Buffer.concat([...rest, line]);
        [rest, restBytes, from] = [[], 0, end + 1];
      }
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > maxLineBytes) throw new RangeError(`a line has more than ${maxLineBytes} bytes`);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (restBytes > 0) yield Buffer.concat([...rest, Buffer.of(lineFeed)]);
}

function unreadable(path: string, error: unknown): CannotCheck {
  const why = error instanceof RangeError ? error.message : ((error as NodeJS.ErrnoException).code ?? "unknown error");
  return new CannotCheck(`Cannot read ${path}: ${why}. Name manifests and files with one record per line`);
}
