/**
 * Cuts the elements of an array out of JSON text as they stand there. Parsing and writing a record again would lose the
 * digits of numbers beyond 2^53, repeated keys and the spelling of escapes; the text itself loses nothing.
 */

const quote = 0x22;
const backslash = 0x5c;
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

function afterSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** `from` stands on the opening quote. */
function afterString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  for (;;) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
}

function afterNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; ;) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = afterString(text, at);
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth += 1;
    if (code === 0x7d || code === 0x5d) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
}

function afterValue(text: string, from: number): number {
  const code = text.charCodeAt(from);
  if (code === quote) return afterString(text, from);
  if (code === 0x7b || code === 0x5b) return afterNested(text, from);
  let at = from;
  while (at < text.length && !",]} \n\r\t".includes(text.charAt(at))) at += 1;
  return at;
}

/** The elements of the array that begins at `from`. */
function elements(text: string, from: number): string[] {
  const found: string[] = [];
  let at = afterSpace(text, from + 1);
  while (text.charAt(at) !== "]") {
    const end = afterValue(text, at);
    found.push(text.slice(at, end));
    at = afterSpace(text, end);
    if (text.charAt(at) === ",") at = afterSpace(text, at + 1);
  }
  return found;
}

/** Where the value under `key` of the object at `from` begins; `undefined` where it has none. The last one counts, as for `JSON.parse`. */
function memberAt(text: string, from: number, key: string): number | undefined {
  if (text.charAt(from) !== "{") return undefined;
  let found: number | undefined;
  let at = afterSpace(text, from + 1);
  while (text.charCodeAt(at) === quote) {
    const keyEnd = afterString(text, at);
    const value = afterSpace(text, afterSpace(text, keyEnd) + 1);
    if (JSON.parse(text.slice(at, keyEnd)) === key) found = value;
    at = afterSpace(text, afterValue(text, value));
    if (text.charAt(at) === ",") at = afterSpace(text, at + 1);
  }
  return found;
}

/**
 * The texts of the elements of the array at a path of keys of a JSON text; of the text itself where the path is empty.
 * `text` must be valid JSON: it has just been parsed.
 */
export function cutArray(text: string, path: readonly string[]): string[] {
  let at: number | undefined = afterSpace(text, 0);
  for (const key of path) at = at === undefined ? undefined : memberAt(text, at, key);
  return at !== undefined && text.charAt(at) === "[" ? elements(text, at) : [];
}

/** The same JSON without the members of these names, at whatever depth; to the character otherwise. `text` must be valid JSON. */
export function withoutMembers(text: string, names: ReadonlySet<string>): string {
  // A name may be spelled with escapes.
  const mayHave = text.includes("\\u") || [...names].some((name) => text.includes(`"${name}"`));
  if (names.size === 0 || !mayHave) return text;
  const kept: string[] = [];
  let keptTo = 0;
  for (let at = 0; at < text.length;) {
    if (text.charCodeAt(at) !== quote) {
      at += 1;
      continue;
    }
    const end = afterString(text, at);
    const colon = afterSpace(text, end);
    if (text.charAt(colon) !== ":" || !names.has(JSON.parse(text.slice(at, end)) as string)) {
      at = end;
      continue;
    }
    const after = afterSpace(text, afterValue(text, afterSpace(text, colon + 1)));
    const isFollowed = text.charAt(after) === ",";
    const before = text.slice(keptTo, at);
    // The last member takes the comma before it along; where members before it went too, that comma is in what was kept.
    kept.push(before);
    keptTo = isFollowed ? after + 1 : after;
    if (!isFollowed) dropComma(kept);
    at = keptTo;
  }
  return kept.join("") + text.slice(keptTo);
}

function dropComma(kept: string[]): void {
  for (let index = kept.length - 1; index >= 0; index -= 1) {
    const piece = (kept[index] ?? "").trimEnd();
    if (piece === "") continue;
    if (piece.endsWith(",")) kept[index] = piece.slice(0, -1);
    return;
  }
}

/** The same JSON on one line: a line break can only stand between tokens, where it means nothing. */
export const onOneLine = (json: string): string =>
  json.includes("\n") || json.includes("\r") ? json.replaceAll(/[\r\n]+/g, "") : json;
