/**
 * The API's page cursors: base64 of a direction mark, a type tag and the position of one row. The documented sample has
 * this shape, and one column only: rows that share the position are skipped at a page edge.
 */
import type { Order, Position } from "./event-store.ts";
import { formatCursorMoment, parseMoment } from "./micro-time.ts";

export interface PageCursor {
  readonly backwards: boolean;
  readonly position: Position;
}

const TAGS: Record<Order, string> = { occurred_at: "dt", id: "s" };

export function writeCursor(order: Order, { backwards, position }: PageCursor): string {
  const text = typeof position === "number" ? formatCursorMoment(position) : position;
  return btoa(`${backwards ? "<" : ">"}${TAGS[order]}:${text}`);
}

/** `undefined` when it is not a cursor for this order. */
export function readCursor(order: Order, cursor: string): PageCursor | undefined {
  let text: string;
  try {
    text = atob(cursor);
  } catch {
    return undefined;
  }
  const [, mark, tag, value = ""] = /^([<>])([a-z]+):(.+)$/.exec(text) ?? [];
  if (tag !== TAGS[order]) return undefined;
  const position = order === "id" ? value : parseMoment(value);
  return position === undefined ? undefined : { backwards: mark === "<", position };
}
