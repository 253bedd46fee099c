import { UnreadableAnswer } from "../../datasets/dataset.ts";
import type { Asking, Listing, Way } from "../../datasets/listing.ts";
import { unreadable, type KandjiClient } from "../../kandji/client.ts";
import type { Failure } from "../../kandji/failure.ts";
import { PageSize } from "../page-size.ts";
import { firstPlace, pageLimitOf, pageParameters, readListingPage, type Place, type RawRow } from "./pages.ts";

export type ListRead =
  | {
      readonly ok: true;
      readonly rows: readonly RawRow[];
      /** Offset of the first row, where the endpoint pages so. */
      readonly offset: number;
      /** Null at the end of the list. */
      readonly next: Place | null;
      readonly total: number | null;
      /** The list has moved under the walk: it goes back to a row that it knows. */
      readonly hasMoved: boolean;
    }
  | { readonly ok: false; readonly failure: Failure; /** A row that even by itself cannot be read lies here. */ readonly isPoisoned: boolean };

/** Reads the pages of one endpoint, one request a call. */
export class ListReader {
  readonly #client: KandjiClient;
  readonly #dataset: Listing;
  readonly way: Way;
  readonly #size: PageSize;
  /** Rows of the page before: the next one begins with its last row, or the list has moved. */
  #before = new Set<string>();

  constructor(client: KandjiClient, dataset: Listing, way: Way) {
    this.#client = client;
    this.#dataset = dataset;
    this.way = way;
    this.#size = new PageSize(pageLimitOf(way.paging), way.paging.by === "offset" ? 2 : 1);
  }

  get start(): Place {
    return firstPlace(this.way.paging);
  }

  /** Begins another list: what was read before says nothing of it. */
  forget(): void {
    this.#before.clear();
  }

  async read(place: Place, asking: Asking): Promise<ListRead> {
    const { paging, permission } = this.way;
    const overlaps = paging.by === "offset" && Number(place) > 0;
    const asked = overlaps ? Number(place) - 1 : place;
    const limit = this.#size.size;
    const { path, search } = this.way.ask(asking);
    const request = { path, search: { ...search, ...pageParameters(paging, asked, limit) } };
    const result = await this.#client.get(request, this.#permissionOf(permission), "walk", this.#dataset.name);
    if (!result.ok) return this.#failed(result.failure);
    try {
      const page = readListingPage(this.way, result.body, asked);
      this.#size.read();
      const offset = typeof asked === "number" && paging.by === "offset" ? asked : 0;
      const isEnd = overlaps && page.rows.length <= 1;
      const hasMoved = overlaps && this.#hasMoved(page.rows);
      if (!hasMoved) this.#before = new Set(page.rows.map(({ value }) => this.#nameOf(value)));
      const next = hasMoved ? Math.max(0, offset - limit + 1) : isEnd ? null : page.next;
      return { ok: true, rows: page.rows, offset, next, total: page.total, hasMoved };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return this.#failed(unreadable(error.message));
    }
  }

  /** The first row has to be one of the page before; after a restart nobody knows that page. */
  #hasMoved(rows: readonly RawRow[]): boolean {
    const [first] = rows;
    return this.#before.size > 0 && (first === undefined || !this.#before.has(this.#nameOf(first.value)));
  }

  #nameOf(value: unknown): string {
    const { identity } = this.#dataset;
    const row = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    return JSON.stringify(identity.map((field) => row[field] ?? null));
  }

  #permissionOf(permission: Way["permission"]): Way["permission"] & { licence?: string } {
    const { licence } = this.#dataset;
    return licence === undefined ? permission : { ...permission, licence };
  }

  #failed(failure: Failure): ListRead {
    const isPoisoned = failure.kind === "unreadable-answer" && this.#size.unreadable();
    return { ok: false, failure, isPoisoned };
  }
}
