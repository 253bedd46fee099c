import { UnreadableAnswer } from "../../datasets/dataset.ts";
import type { Asking, Listing, Way } from "../../datasets/listing.ts";
import { unreadable, type KandjiClient } from "../../kandji/client.ts";
import type { Failure, Permission } from "../../kandji/failure.ts";
import { PageSize } from "../page-size.ts";
import {
  firstPlace,
  pageLimitOf,
  pageParameters,
  readListingPage,
  type ListingPage,
  type Place,
  type RawRow,
} from "./pages.ts";
import type { WalkOddity } from "./walk-state.ts";

/** With an offset a page begins with a row that is known: a page of one row would bring nothing. */
const fewestByOffset = 2;
/** A list that moves more often than this while it is read has no order that holds: going back would never end. */
const mostMoves = 10;
/** So many pages in a row that bring nothing new are one page: the offset is not heeded. */
const mostAlike = 3;

export type ListRead =
  | {
      readonly ok: true;
      readonly rows: readonly RawRow[];
      /** Offset of the first row, where the endpoint pages so. */
      readonly offset: number;
      /** Null at the end of the list. */
      readonly next: Place | null;
      readonly total: number | null;
      /** Where there are any, rows may have been passed over. */
      readonly oddities: readonly WalkOddity[];
    }
  | {
      readonly ok: false;
      readonly failure: Failure;
      /** A row that even by itself cannot be read lies here. */ readonly isPoisoned: boolean;
    };

type Page = Extract<ListRead, { ok: true }>;

/** Reads the pages of one endpoint, one request a call. */
export class ListReader {
  readonly #client: KandjiClient;
  readonly #dataset: Listing;
  readonly way: Way;
  readonly #size: PageSize;
  /** Rows of the page before: the next one begins with its last row, or the list has moved. */
  #before = new Set<string>();
  /** The same as text. */
  #textsBefore = new Set<string>();
  /** Cursors that were followed since the list was begun, and how often it has moved. */
  readonly #followed = new Set<Place>();
  #moves = 0;
  /** Pages in a row without a row that the one before did not have. */
  #alike = 0;

  constructor(client: KandjiClient, dataset: Listing, way: Way) {
    this.#client = client;
    this.#dataset = dataset;
    this.way = way;
    this.#size = new PageSize(pageLimitOf(way.paging), way.paging.by === "offset" ? fewestByOffset : 1);
  }

  get start(): Place {
    return firstPlace(this.way.paging);
  }

  /** Begins another list, or the same again. */
  begin(): void {
    this.forget();
    this.#followed.clear();
    this.#moves = 0;
  }

  /** What was read before says nothing of what follows. */
  forget(): void {
    this.#before.clear();
    this.#textsBefore.clear();
    this.#alike = 0;
  }

  async read(place: Place, asking: Asking): Promise<ListRead> {
    const asked = this.#askedAt(place);
    const limit = this.#limitAt(place);
    const { path, search } = this.way.ask(asking);
    const request = { path, search: { ...search, ...pageParameters(this.way.paging, asked, limit) } };
    const result = await this.#client.get(request, this.#permission, "walk", this.#dataset.name);
    if (!result.ok) return this.#failed(result.failure);
    try {
      const page = readListingPage(this.way, result.body, asked);
      this.#size.read();
      const offset = this.way.paging.by === "offset" ? Number(asked) : 0;
      return { ok: true, rows: page.rows, offset, total: page.total, ...this.#onward(place, page, limit) };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return this.#failed(unreadable(error.message));
    }
  }

  /** By offset a page begins with the last row of the one before. */
  #overlaps(place: Place): boolean {
    return this.way.paging.by === "offset" && Number(place) > 0;
  }

  #askedAt(place: Place): Place {
    return this.#overlaps(place) ? Number(place) - 1 : place;
  }

  #limitAt(place: Place): number {
    const { size } = this.#size;
    return this.way.paging.by === "offset" && !this.#overlaps(place) && size <= fewestByOffset ? 1 : size;
  }

  #onward(place: Place, page: ListingPage, limit: number): Pick<Page, "next" | "oddities"> {
    const hasMoved = this.#overlaps(place) && this.#hasMoved(page.rows);
    if (hasMoved) this.#moves += 1;
    if (hasMoved && this.#moves <= mostMoves) {
      this.#textsBefore.clear();
      return { next: Math.max(0, Number(place) - limit), oddities: [] };
    }
    const isRepeated = this.#isRepeated(place, page);
    this.#remember(page.rows);
    const isEnd = isRepeated || (this.#overlaps(place) && page.rows.length <= 1);
    const next = isEnd ? null : page.next;
    if (hasMoved) return { next, oddities: ["list-never-still"] };
    return { next, oddities: isRepeated ? ["repeated-next"] : [] };
  }

  /** The first row has to be one of the page before; after a restart nobody knows that page. */
  #hasMoved(rows: readonly RawRow[]): boolean {
    const [first] = rows;
    return this.#before.size > 0 && (first === undefined || !this.#before.has(this.#nameOf(first.value)));
  }

  /** The way on leads to where the walk has been, for ever. */
  #isRepeated(place: Place, { rows, next }: ListingPage): boolean {
    if (this.way.paging.by === "cursor") return next !== null && this.#followed.add(place).has(next);
    const isAlike = rows.length > 1 && rows.every(({ raw }) => this.#textsBefore.has(raw));
    this.#alike = isAlike ? this.#alike + 1 : 0;
    return this.#alike >= mostAlike;
  }

  #remember(rows: readonly RawRow[]): void {
    this.#before = new Set(rows.map(({ value }) => this.#nameOf(value)));
    this.#textsBefore = new Set(rows.map(({ raw }) => raw));
  }

  #nameOf(value: unknown): string {
    const { identity } = this.#dataset;
    const row = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    return JSON.stringify(identity.map((field) => row[field] ?? null));
  }

  get #permission(): Permission {
    const { permission } = this.way;
    const { licence } = this.#dataset;
    return licence === undefined ? permission : { ...permission, licence };
  }

  #failed(failure: Failure): ListRead {
    const isPoisoned = failure.kind === "unreadable-answer" && this.#size.unreadable();
    return { ok: false, failure, isPoisoned };
  }
}
