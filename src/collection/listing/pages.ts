import { UnreadableAnswer } from "../../datasets/dataset.ts";
import type { Paging, Way } from "../../datasets/listing.ts";
import { cutArray, onOneLine } from "../cut.ts";
import { readNext } from "../walk.ts";

/** Where a walk reads on: an offset, a page or a cursor, as the endpoint pages. */
export type Place = number | string;

/** One row as it stands in the answer, on one line. */
export interface RawRow {
  readonly raw: string;
  readonly value: unknown;
  /** Of several arrays in one answer, the name of the one that it lies in; empty where there is one. */
  readonly list: string;
}

export interface ListingPage {
  readonly rows: readonly RawRow[];
  /** Where to read on; null at the end. */
  readonly next: Place | null;
  /** How many rows Kandji says that there are; null where it does not say. */
  readonly total: number | null;
}

export const firstPlace = ({ by }: Paging): Place => (by === "cursor" || by === "nothing" ? "" : Number(by === "page"));

/** The parameters that ask for the page at a place. */
export function pageParameters(paging: Paging, place: Place, limit: number): Record<string, string> {
  if (paging.by === "offset") return { limit: String(limit), offset: String(place) };
  if (paging.by === "page") return { size: String(paging.limit), page: String(place) };
  if (paging.by === "nothing") return {};
  return {
    ...(paging.size === undefined ? {} : { [paging.size.parameter]: String(limit) }),
    ...(place === "" ? {} : { [paging.parameter]: String(place) }),
  };
}

/** The most rows that a page of it has. */
export function pageLimitOf(paging: Paging): number {
  if (paging.by === "offset" || paging.by === "page") return paging.limit;
  return paging.by === "cursor" ? (paging.size?.limit ?? 1) : 1;
}

/** Reads an answer. Throws `UnreadableAnswer` where it does not have the endpoint's shape. */
export function readListingPage(way: Way, text: string, place: Place): ListingPage {
  const answer = parse(text);
  const rows = rowsOf(way, answer, text);
  const total = totalOf(way.paging, answer);
  return { rows, total, next: nextOf(way.paging, { answer, place, rows: rows.length, total }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableAnswer("The answer is not JSON", { cause });
  }
}

function rowsOf({ rows }: Way, answer: unknown, text: string): RawRow[] {
  if (rows === "whole") {
    if (!isObject(answer)) throw new UnreadableAnswer("The answer is not an object");
    return [{ raw: onOneLine(text.trim()), value: answer, list: "" }];
  }
  return rows.flatMap((path) => {
    const values = valueAt(answer, path);
    const list = path.at(-1) ?? "";
    if (!Array.isArray(values)) {
      // Of several arrays one may be missing: parameters are for Macs only.
      if (rows.length > 1 && isObject(answer) && values === undefined) return [];
      throw new UnreadableAnswer(list === "" ? "The answer is not an array" : `The answer has no array "${list}"`);
    }
    const raws = cutArray(text, path);
    return values.map((value: unknown, index) => ({
      raw: onOneLine(raws[index] ?? ""),
      value,
      list: rows.length > 1 ? list : "",
    }));
  });
}

function totalOf(paging: Paging, answer: unknown): number | null {
  const path = paging.by === "offset" ? paging.total : paging.by === "page" ? [paging.total] : undefined;
  const total = path === undefined ? undefined : valueAt(answer, path);
  return typeof total === "number" && Number.isFinite(total) ? total : null;
}

interface Read {
  readonly answer: unknown;
  readonly place: Place;
  readonly rows: number;
  readonly total: number | null;
}

function nextOf(paging: Paging, { answer, place, rows, total }: Read): Place | null {
  if (paging.by === "nothing") return null;
  if (paging.by === "cursor") return cursorOf(paging, answer);
  const isPage = paging.by === "page";
  const read = isPage ? Number(place) * paging.limit : Number(place) + rows;
  if (rows === 0 || (total !== null && read >= total)) return null;
  return isPage ? Number(place) + 1 : read;
}

function cursorOf({ next, parameter }: Extract<Paging, { by: "cursor" }>, answer: unknown): string | null {
  const value = valueAt(answer, [next]) ?? null;
  // Taken for the end, what lies behind it would never be read.
  if (value !== null && typeof value !== "string")
    throw new UnreadableAnswer(`The answer's "${next}" is neither a text nor null`);
  if (value === null || value === "") return null;
  const { cursor } = readNext(value, "", parameter);
  if (cursor === null) throw new UnreadableAnswer(`The answer's "${next}" has no "${parameter}"`);
  return cursor;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path of keys; `undefined` where there is none. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}
