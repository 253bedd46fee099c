/** What an endpoint of the simulated API is asked and what it answers. */
import type { Fleet } from "../fleet/fleet.ts";
import type { KandjiSettings } from "../kandji.ts";
import type { View } from "../prism/prism-row.ts";

export interface Question {
  readonly url: URL;
  readonly query: URLSearchParams;
  /** What stands in the path where its template has braces. */
  readonly inPath: readonly string[];
  readonly fleet: Fleet;
  readonly view: View;
  readonly settings: KandjiSettings;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The texts of the rows in it, as a reader would take them out. */
  readonly rows: readonly string[];
}

export interface Endpoint {
  /** As a token's permission names it. */
  readonly template: string;
  /** As an operator names what is read there. */
  readonly dataset: string;
  answer(question: Question): Answer;
}

export function good(text: string, rows: readonly string[]): Answer {
  return { status: 200, text, rows };
}

export function refused(status: number, body: unknown): Answer {
  return { status, text: JSON.stringify(body), rows: [] };
}

export const notFound = (): Answer => refused(404, { detail: "Not found." });

/** The way of the services that look like Django: a list of complaints for each field. */
export const wrongField = (field: string, complaint: string): Answer => refused(400, { [field]: [complaint] });

/** The way of the services that look like FastAPI. */
export const wrongQuery = (field: string, message: string): Answer =>
  refused(400, { detail: [{ loc: ["query", field], msg: message, type: "value_error" }] });

/** A whole number from `least` to `most`; `undefined` when it is something else. */
export function wholeNumber(text: string | null, usual: number, least: number, most: number): number | undefined {
  if (text === null) return usual;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

interface Window {
  readonly limit: number;
  readonly offset: number;
}

/** `limit` and `offset`, or the answer that refuses them. What is too large is refused, not cut: a caller shall notice. */
export function windowOf(query: URLSearchParams, usual: number, most: number): Window | Answer {
  const limit = wholeNumber(query.get("limit"), usual, 1, most);
  if (limit === undefined) return wrongField("limit", `Enter a whole number from 1 to ${most}.`);
  const offset = wholeNumber(query.get("offset"), 0, 0, Number.MAX_SAFE_INTEGER);
  if (offset === undefined) return wrongField("offset", "Enter a whole number.");
  return { limit, offset };
}

/** An envelope of those with `count`, or with whatever counts stand in `head`. */
export function envelope(head: object, next: string | null, previous: string | null, rows: readonly string[]): Answer {
  const counts = JSON.stringify(head).slice(1, -1);
  const comma = counts === "" ? "" : ",";
  const links = `"next":${JSON.stringify(next)},"previous":${JSON.stringify(previous)}`;
  return good(`{${counts}${comma}${links},"results":[${rows.join(",")}]}`, rows);
}

/** The words of a comma list, or nothing when it was not given. */
export function wordsOf(query: URLSearchParams, name: string): readonly string[] | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  return text.split(",").map((word) => word.trim());
}

/** Orders by a field of each, `-` reverses. */
export function sorted<T>(things: readonly T[], direction: string, key: (thing: T) => string | number): T[] {
  const sign = direction === "-" ? -1 : 1;
  const keyed = things.map((thing) => [key(thing), thing] as const);
  keyed.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0));
  return keyed.map(([, thing]) => thing);
}

/** `-detection_date` as its direction and field. */
export function sortOf(query: URLSearchParams, usual: string): readonly [direction: string, field: string] {
  const [, direction = "", field = ""] = /^(-?)(.*)$/.exec(query.get("sort_by") ?? usual) ?? [];
  return [direction, field];
}
