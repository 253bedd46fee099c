/** Reading what was sent without trusting how it was written: finding records in a body, and naming each of them. */
import { createHash } from "node:crypto";

const [QUOTE, COMMA, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

const ULID = /"([0-7][0-9A-HJKMNP-TV-Z]{25})"/;

export function digest(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 32);
}

/**
 * By what a record is recognised, whatever shape it arrived in: the first ULID in it (Kandji gives one to each event and
 * to nothing else), otherwise its `id`, otherwise a digest of its text.
 */
export function keyOfRecord(raw: string): string {
  const event = ULID.exec(raw)?.[1];
  if (event !== undefined) return detached(event);
  try {
    const record: unknown = JSON.parse(raw);
    if (typeof record === "object" && record !== null && "id" in record && typeof record.id === "string")
      return record.id;
  } catch {
    // Not JSON: the digest names it.
  }
  return `text-${digest(raw)}`;
}

/** A copy of its own: a piece cut out of a text keeps all of the text in memory. */
export function detached(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

/** The texts of the elements of a JSON array, to the character. `undefined` when it is not an array. */
export function sliceArray(text: string): string[] | undefined {
  const open = text.indexOf("[");
  if (open < 0 || text.slice(0, open).trim() !== "") return undefined;
  const slices: string[] = [];
  let start = open + 1;
  const closeSlice = (end: number): void => {
    const slice = text.slice(start, end).trim();
    if (slice !== "") slices.push(slice);
    start = end + 1;
  };
  for (let i = start, depth = 1; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (character === QUOTE) i = endOfString(text, i);
    else if (character === COMMA && depth === 1) closeSlice(i);
    else if (character === OPEN_ARRAY || character === OPEN_OBJECT) depth += 1;
    else if (character === CLOSE_ARRAY || character === CLOSE_OBJECT) depth -= 1;
    if (depth === 0) {
      closeSlice(i);
      return text.slice(start).trim() === "" ? slices : undefined;
    }
  }
  return undefined;
}

/** The index of the closing quote of the string that opens at `open`. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close > 0) {
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return close;
    close = text.indexOf('"', close + 1);
  }
  return text.length;
}
