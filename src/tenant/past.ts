import type { TenantConfig } from "../config/config.ts";
import { microsOf } from "../datasets/instant.ts";
import type { Spool } from "../spool/spool.ts";
import type { Source } from "./source.ts";
import type { Walks } from "./walks.ts";

interface Given {
  readonly spool: Spool;
  readonly tenant: TenantConfig;
  readonly sources: ReadonlyMap<string, Source>;
  readonly walks: Walks;
  readonly now: number;
}

/**
 * A destination that comes later is given what the others have had; what is still to be read comes to it the usual way. Call
 * it inside a transaction.
 */
export function giveThePast(destination: string, dataset: string, given: Given): void {
  const source = given.sources.get(dataset);
  if (source === undefined) given.walks.giveThePast(destination, dataset);
  else giveEvents(destination, source, given);
}

function giveEvents(destination: string, source: Source, { spool, tenant, now }: Given): void {
  const dataset = source.name;
  const backfillMs = tenant.datasets.get(dataset)?.backfillMs ?? 0;
  const from = microsOf(now - backfillMs);
  const past = { dataset, destination, reason: "backfill", expected: 0, at: from, from, edge: [] } as const;
  const { floor, start } = source.live.state;
  const running = spool.ranges
    .all()
    .find((range) => range.dataset === dataset && range.destination === null && range.reason === "backfill");
  // Records from the future are among those that are known.
  const to = Math.max(microsOf(now), source.live.seen.newest);
  const live = { onlyFrom: floor, ids: source.live.seen.idsSince(floor), to };
  if (running === undefined) {
    spool.ranges.add({ ...past, ...live });
    return;
  }
  spool.ranges.add({ ...past, to: running.at, onlyFrom: running.at, ids: running.edge });
  const since = Math.max(from, start);
  spool.ranges.add({ ...past, ...live, from: since, at: since });
}
