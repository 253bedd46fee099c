import type { Listing, Way } from "../../../src/datasets/listing.ts";
import type { HttpAnswer, HttpRequest } from "../../../src/ports.ts";

/** Answers the endpoints of one dataset, and the list of devices, from rows that the test writes to the character. */
export class ScriptedKandji {
  readonly #dataset: Listing;
  /** Every request, in order. */
  readonly requests: URL[] = [];
  /** Rows by way, by device (`""` where none is asked) and by list (`""` where the answer has one). */
  readonly #rows = new Map<string, string[]>();
  /** Rows of the list of devices. */
  devices: string[] = [];
  /** What is answered in place of a page. */
  fault: (url: URL) => Partial<HttpAnswer> | undefined = () => undefined;
  /** Changes a page before it is sent. */
  spoil: (page: ServedPage, url: URL) => ServedPage = (page) => page;
  /** Rows of a page where the request does not say. */
  pageRows = 3;

  constructor(dataset: Listing) {
    this.#dataset = dataset;
  }

  rows({ way = 0, device = "", list = "" } = {}): string[] {
    const key = `${way}/${device}/${list}`;
    const rows = this.#rows.get(key) ?? [];
    this.#rows.set(key, rows);
    return rows;
  }

  /** All rows of the first way, or of one device. */
  set(rows: readonly (string | object)[], device = "", way = 0, list = ""): void {
    const texts = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    this.rows({ way, device, list }).splice(0, Infinity, ...texts);
  }

  readonly http = async ({ url: text }: HttpRequest): Promise<HttpAnswer> => {
    const url = new URL(text);
    this.requests.push(url);
    return { status: 200, headers: new Headers(), body: "", ...(this.fault(url) ?? this.#answer(url)) };
  };

  #answer(url: URL): Partial<HttpAnswer> {
    for (const [index, way] of this.#dataset.ways.entries()) {
      const device = deviceOf(way, url);
      if (device !== undefined) return { body: this.#page(index, way, device, url) };
    }
    if (url.pathname !== "/api/v1/devices") return { status: 404, body: '{"detail":"Not found."}' };
    const offset = Number(url.searchParams.get("offset"));
    return { body: `[${this.devices.slice(offset, offset + Number(url.searchParams.get("limit"))).join(",")}]` };
  }

  #page(index: number, way: Way, device: string, url: URL): string {
    if (way.rows === "whole") return this.rows({ way: index, device })[0] ?? "{}";
    const lists = way.rows.map((path) => {
      const name = way.rows.length > 1 ? (path.at(-1) ?? "") : "";
      // Device lists of the dataset itself are those that its walks ask for.
      const all = url.pathname === "/api/v1/devices" ? this.devices : this.rows({ way: index, device, list: name });
      return { path, all };
    });
    const all = lists.flatMap(({ all: rows }) => rows);
    const { from, to, next } = cutOf(way, url, all.length, this.pageRows);
    const served = this.spoil({ rows: lists.map((list) => list.all.slice(from, to)), total: all.length, next }, url);
    return answerText(way, lists, served);
  }
}

export interface ServedPage {
  /** Texts of the rows of each list. */
  readonly rows: string[][];
  readonly total: number;
  readonly next: string | null;
}

/** The device that the way is asked for, `""` where none is; `undefined` when another endpoint is meant. */
function deviceOf(way: Way, url: URL): string | undefined {
  const { permission, scope } = way;
  const [before = "", after] = permission.path.split("{device_id}");
  if (after === undefined) {
    if (url.pathname !== before) return undefined;
    return scope === "device" && "device_id" in way.ask({ device: "", days: 1, filters: {} }).search
      ? (url.searchParams.get("device_id") ?? "")
      : "";
  }
  if (!url.pathname.startsWith(before) || !url.pathname.endsWith(after)) return undefined;
  const device = url.pathname.slice(before.length, url.pathname.length - after.length);
  return device === "" || device.includes("/") ? undefined : decodeURIComponent(device);
}

function cutOf(
  { paging }: Way,
  url: URL,
  count: number,
  pageRows: number,
): { from: number; to: number; next: string | null } {
  const asked = (name: string, or: number): number => Number(url.searchParams.get(name) ?? or);
  if (paging.by === "offset") {
    const from = asked("offset", 0);
    return { from, to: from + asked("limit", pageRows), next: null };
  }
  if (paging.by === "page") {
    const size = asked("size", pageRows);
    const from = (asked("page", 1) - 1) * size;
    return { from, to: from + size, next: null };
  }
  if (paging.by === "nothing") return { from: 0, to: count, next: null };
  const from = Number((url.searchParams.get(paging.parameter) ?? "c0").slice(1));
  const to = from + (paging.size === undefined ? pageRows : asked(paging.size.parameter, pageRows));
  return { from, to, next: to < count ? `c${to}` : null };
}

/** The answer with the rows in their places, to the character. */
function answerText(
  { paging }: Way,
  lists: readonly { path: readonly string[] }[],
  { rows, total, next }: ServedPage,
): string {
  const texts = rows.map((list) => `[${list.join(",")}]`);
  if (lists[0]?.path.length === 0) return texts[0] ?? "[]";
  const answer: Record<string, unknown> = {};
  lists.forEach(({ path }, index) => put(answer, path, `@rows ${index}`));
  if (paging.by === "offset" && paging.total !== undefined) put(answer, paging.total, total);
  if (paging.by === "page") put(answer, [paging.total], total);
  if (paging.by === "cursor") put(answer, [paging.next], next);
  return JSON.stringify(answer).replaceAll(/"@rows (\d+)"/g, (_, index: string) => texts[Number(index)] ?? "[]");
}

function put(into: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const inner = (into[key] ?? {}) as Record<string, unknown>;
  into[key] = inner;
  put(inner, rest, value);
}
