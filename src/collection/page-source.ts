import { UnreadableAnswer, type Micros } from "../datasets/dataset.ts";
import type { Purpose } from "../kandji/budget.ts";
import { unreadable } from "../kandji/client.ts";
import type { Failure, FailureKind } from "../kandji/failure.ts";
import type { Log } from "./log.ts";
import { PageSize } from "./page-size.ts";
import { readPage, type Page } from "./page.ts";
import { advance, queryAt, withoutCursor, type Advance, type Place } from "./walk.ts";

export type PageResult =
  | { readonly ok: true; readonly page: Page; readonly onward: Advance }
  /** `place` is where to try again. */
  | { readonly ok: false; readonly failure: Failure; readonly place: Place };

/** Failures that say that the request itself is wrong. */
const refusals: ReadonlySet<FailureKind> = new Set(["unexpected-answer", "wrong-host"]);

/** Fetches pages of one dataset for one stream. A page that fails twice as unreadable is asked for with half the limit, down to one record. */
export class PageSource {
  readonly #log: Log;
  readonly #purpose: Purpose;
  readonly #size: PageSize;

  constructor(log: Log, purpose: Purpose = "live") {
    this.#log = log;
    this.#purpose = purpose;
    this.#size = new PageSize(log.dataset.pageLimit);
  }

  async read(place: Place, until: Micros | undefined): Promise<PageResult> {
    const limit = this.#size.size;
    const { dataset, host } = this.#log;
    const result = await this.#log.page(queryAt(place, limit, until), this.#purpose);
    if (!result.ok) return this.#failed(result.failure, place);
    try {
      const page = readPage(dataset, result.body, place.at);
      const onward = advance(place, page, limit, host);
      this.#size.read();
      // Read by id, the end of the instant may let the next one in: it comes again in its turn.
      const records = place.byId ? page.records.filter(({ time }) => time === place.at) : page.records;
      return { ok: true, page: { ...page, records }, onward };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return this.#failed(unreadable(error.message), place);
    }
  }

  #failed(failure: Failure, place: Place): PageResult {
    if (failure.kind === "unreadable-answer") this.#size.unreadable();
    return { ok: false, failure, place: refusals.has(failure.kind) ? withoutCursor(place) : place };
  }
}
