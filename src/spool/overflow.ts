import type { Sql } from "../ports.ts";

/**
 * Text that is longer than a row. A Durable Object's SQLite takes rows of 2 MB
 * (https://developers.cloudflare.com/durable-objects/platform/limits/); the local runtime does not say so, so it is enforced here.
 */
export const maxRowBytes = 1_800_000;
/** UTF-16 units of one part: three bytes each at the most. */
const partLength = maxRowBytes / 3;

export const isLong = (bytes: number): boolean => bytes > maxRowBytes;

/** The part of a text that its own row holds; `writeRest` keeps what is behind it. */
export function firstPart(text: string, bytes: number): string {
  return isLong(bytes) ? text.slice(0, endOfPart(text, 0)) : text;
}

export function writeRest(sql: Sql, owner: string, text: string): void {
  cut(text)
    .slice(1)
    .forEach((part, index) => {
      sql.exec("INSERT INTO overflow (owner, part, body) VALUES (?, ?, ?)", owner, index, part);
    });
}

export const readRest = (sql: Sql, owner: string): string =>
  sql
    .exec<{ body: string }>("SELECT body FROM overflow WHERE owner = ? ORDER BY part", owner)
    .map(({ body }) => body)
    .join("");

export function deleteRest(sql: Sql, owner: string): void {
  sql.exec("DELETE FROM overflow WHERE owner = ?", owner);
}

function cut(text: string): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = endOfPart(text, from);
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

/** Never between the two halves of a surrogate pair: half a pair does not survive UTF-8. */
function endOfPart(text: string, from: number): number {
  const to = Math.min(from + partLength, text.length);
  const last = text.charCodeAt(to - 1);
  return to < text.length && last >= 0xd800 && last < 0xdc00 ? to - 1 : to;
}
