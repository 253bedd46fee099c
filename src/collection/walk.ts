import type { Micros, Query } from "../datasets/dataset.ts";
import type { Page } from "./page.ts";

/**
 * How a stretch of a log is read page by page. The next page begins at the last time seen, that time included, and
 * never at Kandji's cursor: the cursor has no tie-break, so it passes over records that share the last time of a page
 * (facts of the API's paging: docs/decisions/0003-paging-by-time.md). `next` only tells whether there is more. The cursor
 * itself is followed in two cases: within one instant (ordered by id, which is unique), and when a page brought no later time.
 */
export interface Place {
  readonly at: Micros;
  /** Set while the records of the one instant `at` are read by id. */
  readonly byId: boolean;
  readonly cursor: string | null;
  /** Cursors followed since the time last moved: one that comes again leads nowhere. */
  readonly followed: readonly string[];
  /** The last `next` that was seen, to notice one that never changes. */
  readonly lastNext: string | null;
}

/** Oddities of the paging that cost nothing but that somebody ought to know. */
export type Oddity = "repeated-next" | "foreign-next" | "hidden-ties";

export interface Advance {
  /** Where to read on; null at the end of the log. */
  readonly place: Place | null;
  readonly oddities: readonly Oddity[];
}

/** A longer cursor makes a URL that nobody takes. */
const maxCursorLength = 2_000;

export const placeAt = (at: Micros): Place => ({ at, byId: false, cursor: null, followed: [], lastNext: null });

export function queryAt(place: Place, limit: number, until: Micros | undefined): Query {
  const base = { limit, since: place.at, order: place.byId ? "id" : "time" } as const;
  const end = place.byId ? place.at + 1 : until;
  return {
    ...base,
    ...(end === undefined ? {} : { until: end }),
    ...(place.cursor === null ? {} : { cursor: place.cursor }),
  };
}

/** Where to go after a page. `host` is the host that was asked: the token goes to no other, wherever `next` points. */
export function advance(place: Place, page: Page, limit: number, host: string): Advance {
  const link = readNext(page.next, host);
  const oddities: Oddity[] = link.isForeign ? ["foreign-next"] : [];
  const isRepeated = page.next !== null && page.next === place.lastNext;
  if (place.byId) return afterPageById(place, page, limit, link.cursor, oddities);
  if (page.next === null) return { place: null, oddities };
  if (isRepeated) oddities.push("repeated-next");

  const newest = page.records.reduce((latest, { time }) => Math.max(latest, time), place.at);
  if (newest > place.at) return { place: { ...placeAt(newest), lastNext: page.next }, oddities };
  // Records that Kandji shows whatever is asked say nothing of this instant, and would lead from one to the next for ever.
  const here = page.records.filter(({ time, isDated }) => isDated && time === place.at);
  if (here.length >= limit) return { place: { ...placeAt(place.at), byId: true, lastNext: page.next }, oddities };
  const further = follow(place, link.cursor, page.next);
  if (further !== null || here.length === 0) return { place: further, oddities };
  // There is more, and no way to it: reading goes on behind the instant.
  return { place: placeAt(place.at + 1), oddities: [...oddities, "hidden-ties"] };
}

function afterPageById(place: Place, page: Page, limit: number, cursor: string | null, oddities: Oddity[]): Advance {
  const onward = placeAt(place.at + 1);
  if (page.next === null) {
    // A full page that claims to be the last, and nothing before it: Kandji showed one page of the instant and no way on.
    const isSuspicious = page.records.length >= limit && place.cursor === null;
    return { place: onward, oddities: isSuspicious ? [...oddities, "hidden-ties"] : oddities };
  }
  const further = follow(place, cursor, page.next);
  return further === null
    ? { place: onward, oddities: [...oddities, "repeated-next", "hidden-ties"] }
    : { place: { ...further, byId: true }, oddities };
}

/**
 * Where to try again after a request that Kandji refused as it is: a cursor may be one that it does not take (any more),
 * and would be refused for ever. What comes twice so is recognised.
 */
export const withoutCursor = (place: Place): Place => ({ ...placeAt(place.at), byId: place.byId });

function follow(place: Place, cursor: string | null, next: string): Place | null {
  if (cursor === null || cursor.length > maxCursorLength || place.followed.includes(cursor)) return null;
  return { ...place, cursor, followed: [...place.followed, cursor], lastNext: next };
}

/** `next` may be a URL or a bare token, and the URL's host may be another one (the vendor's own sample shows that). */
export function readNext(
  next: string | null,
  host: string,
  parameter = "cursor",
): { cursor: string | null; isForeign: boolean } {
  if (next === null) return { cursor: null, isForeign: false };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(next)) return { cursor: next, isForeign: false };
  const url = URL.parse(next);
  return { cursor: url?.searchParams.get(parameter) ?? null, isForeign: url?.host !== host };
}
