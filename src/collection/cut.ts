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

/**
 * The texts of the elements of the array under `key` of a JSON object. `text` must be valid JSON (it has just been parsed);
 * where the key is repeated the last one counts, as it does for `JSON.parse`.
 */
export function cutArray(text: string, key: string): string[] {
  let found: string[] = [];
  let at = afterSpace(text, afterSpace(text, 0) + 1);
  while (text.charCodeAt(at) === quote) {
    const keyEnd = afterString(text, at);
    const name: unknown = JSON.parse(text.slice(at, keyEnd));
    const value = afterSpace(text, afterSpace(text, keyEnd) + 1);
    if (name === key) found = text.charAt(value) === "[" ? elements(text, value) : [];
    at = afterSpace(text, afterValue(text, value));
    if (text.charAt(at) === ",") at = afterSpace(text, at + 1);
  }
  return found;
}

/** The same JSON on one line: a line break can only stand between tokens, where it means nothing. */
export const onOneLine = (json: string): string =>
  json.includes("\n") || json.includes("\r") ? json.replaceAll(/[\r\n]+/g, "") : json;
