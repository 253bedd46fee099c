/**
 * Renames a key of a JSON object in its text and touches nothing else: parsing and writing again would change numbers
 * beyond 2^53, escapes and blanks.
 */

/** `text` must be valid JSON. A text that is not an object, or has no such key at its top level, comes back as it was. */
export function renameTopLevelKey(text: string, from: string, to: string): string {
  if (!/^\s*\{/u.test(text)) return text;
  let depth = 0;
  let copied = 0;
  let renamed = "";
  let keyIsNext = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (keyIsNext && JSON.parse(text.slice(at, end)) === from) {
        renamed += text.slice(copied, at) + JSON.stringify(to);
        copied = end;
      }
      keyIsNext = false;
      at = end - 1;
      continue;
    }
    depth += depthChange(character);
    if (character === "{" || character === ",") keyIsNext = depth === 1;
    else if (character === "[") keyIsNext = false;
  }
  return renamed + text.slice(copied);
}

function depthChange(character: string | undefined): number {
  if (character === "{" || character === "[") return 1;
  return character === "}" || character === "]" ? -1 : 0;
}

/** The index after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
