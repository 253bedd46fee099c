import { kandjiLog, type Log } from "../collection/log.ts";
import type { Feed, OwnFeed, OwnName, Query } from "../datasets/dataset.ts";
import { feeds } from "../datasets/registry.ts";
import type { Failure } from "../kandji/failure.ts";
import { actorsOf } from "./actors.ts";
import { Source } from "./source.ts";
import type { TenantState } from "./state.ts";
import { overlapOf } from "./sweeps.ts";

/** The text of a page of a log of this forwarder, as far as it concerns the tenant: `{"entries": […], "next": …}`. May throw. */
export type ReadOwnLog = (name: OwnName, tenant: string, query: Query) => Promise<string>;

/** A source for each log of events that the tenant collects. */
export function openSources(state: TenantState): Map<string, Source> {
  return new Map(
    [...feeds].flatMap(([name, dataset]): [string, Source][] => {
      const source = sourceOf(state, dataset);
      return source === undefined ? [] : [[name, source]];
    }),
  );
}

function sourceOf(state: TenantState, dataset: Feed): Source | undefined {
  const { ports, tenant } = state.options;
  // Also tidies up where nobody is to be named any more.
  const actors = dataset.keeper === "kandji" ? actorsOf(state, dataset) : undefined;
  const options = tenant.datasets.get(dataset.name);
  if (options === undefined) return undefined;
  const overlapMs = (): number => overlapOf(options, state.sweeps.noteOf(dataset.name));
  const usage = () => state.budget.usage();
  return new Source({ ports, spool: state.spool, log: logOf(state, dataset), options, overlapMs, usage, actors });
}

function logOf({ client, options }: TenantState, dataset: Feed): Log {
  return dataset.keeper === "kandji"
    ? kandjiLog(client, dataset)
    : ownLog(dataset, async (query) => options.readOwnLog(dataset.name, options.tenant.id, query));
}

const ownLog = (dataset: OwnFeed, read: (query: Query) => Promise<string>): Log => ({
  dataset,
  host: "forwarder",
  async page(query) {
    try {
      return { ok: true, body: await read(query) };
    } catch {
      return { ok: false, failure: unreadable };
    }
  },
});

const unreadable: Failure = {
  kind: "own-log-unreadable",
  message: "The forwarder's own log could not be read",
  fix: "Nothing to do unless it lasts: nothing of it is lost, and it is read again. `npx wrangler tail` tells why",
  retryAfterMs: null,
};
