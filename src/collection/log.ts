import type { Feed, KandjiFeed, Query } from "../datasets/dataset.ts";
import type { Purpose } from "../kandji/budget.ts";
import type { KandjiClient, Result } from "../kandji/client.ts";

/** Where the pages of a feed come from. */
export interface Log<F extends Feed = Feed> {
  readonly dataset: F;
  /** Whose `next` may be followed. */
  readonly host: string;
  /** The text of one page: an answer that `dataset.read` understands. Does not throw. */
  page(query: Query, purpose: Purpose): Promise<Result>;
}

export const kandjiLog = (client: KandjiClient, dataset: KandjiFeed): Log<KandjiFeed> => ({
  dataset,
  host: client.host,
  page: async (query, purpose) => client.get(dataset.ask(query), dataset.permission, purpose, dataset.name),
});
