import { UnreadableAnswer, type Dataset, type Micros } from "../datasets/dataset.ts";
import type { Purpose } from "../kandji/budget.ts";
import { unreadable, type KandjiClient } from "../kandji/client.ts";
import type { Failure, FailureKind } from "../kandji/failure.ts";
import { readPage, type Page } from "./page.ts";
import { advance, queryAt, withoutCursor, type Advance, type Place } from "./walk.ts";

export type PageResult =
  | { readonly ok: true; readonly page: Page; readonly onward: Advance }
  /** `place` is where to try again. */
  | { readonly ok: false; readonly failure: Failure; readonly place: Place };

/** Failures that say that the request itself is wrong. */
const refusals: ReadonlySet<FailureKind> = new Set(["unexpected-answer", "wrong-host"]);

/** A limit that failed is not tried again before so many pages were read: each try costs two requests of the hour. */
const pagesBeforeRetry = 10;

/** Fetches pages of one dataset for one stream. A page that fails twice as unreadable is asked for with half the limit, down to one record. */
export class PageSource {
  readonly #client: KandjiClient;
  readonly #dataset: Dataset;
  readonly #purpose: Purpose;
  #limit: number;
  #unreadableInRow = 0;
  /** The smallest limit that failed, and the pages that were read since. */
  #tooLarge = Infinity;
  #readSince = 0;

  constructor(client: KandjiClient, dataset: Dataset, purpose: Purpose = "live") {
    this.#purpose = purpose;
    this.#client = client;
    this.#dataset = dataset;
    this.#limit = dataset.pageLimit;
  }

  async read(place: Place, until: Micros | undefined): Promise<PageResult> {
    const limit = this.#limit;
    const request = this.#dataset.ask(queryAt(place, limit, until));
    const result = await this.#client.get(request, this.#dataset.permission, this.#purpose);
    if (!result.ok) return this.#failed(result.failure, place);
    try {
      const page = readPage(this.#dataset, result.body, place.at);
      const onward = advance(place, page, limit, this.#client.host);
      this.#grow();
      // Read by id, the end of the instant may let the next one in: it comes again in its turn.
      const records = place.byId ? page.records.filter(({ time }) => time === place.at) : page.records;
      return { ok: true, page: { ...page, records }, onward };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return this.#failed(unreadable(error.message), place);
    }
  }

  #grow(): void {
    this.#unreadableInRow = 0;
    this.#readSince += 1;
    if (this.#readSince >= pagesBeforeRetry) this.#tooLarge = Infinity;
    const larger = Math.min(this.#dataset.pageLimit, this.#limit * 4);
    if (larger < this.#tooLarge) this.#limit = larger;
  }

  #failed(failure: Failure, place: Place): PageResult {
    if (failure.kind === "unreadable-answer") this.#unreadableInRow += 1;
    if (this.#unreadableInRow >= 2 && this.#limit > 1) {
      this.#tooLarge = this.#limit;
      this.#readSince = 0;
      this.#limit = Math.ceil(this.#limit / 2);
      this.#unreadableInRow = 0;
    }
    return { ok: false, failure, place: refusals.has(failure.kind) ? withoutCursor(place) : place };
  }
}
