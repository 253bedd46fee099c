import type { Micros } from "../datasets/dataset.ts";
import { formatInstant, microsOf } from "../datasets/instant.ts";
import type { Range } from "../spool/ranges.ts";
import type { ReplayAnswer, ReplayOrder, ReplayReport } from "./report.ts";
import type { TenantState } from "./state.ts";

/** A person asks for a part of the past again: it is read from Kandji once more, for all destinations or for one. */

/** Replays that a tenant may have waiting: each is a row, and all of them are looked at in each run. */
export const maxReplays = 50;

/**
 * Writes down what is to be read again. Asked for twice before it is done, it is read once. A dataset that is walked whole is
 * sent as it is now: there is no past to be read.
 */
export function replay(state: TenantState, order: ReplayOrder): ReplayAnswer {
  const { spool, options } = state;
  const whole = { ...order, until: order.until ?? endOf(state, order.dataset) };
  const wanted = takersOf(state, order).filter((destination) => !isWaiting(state, order, destination));
  if (replaysIn(state).length + wanted.length > maxReplays) return { kind: "too-many", most: maxReplays };
  options.ports.sql.transaction(() => {
    for (const destination of wanted) spool.ranges.add(rangeOf(whole, destination));
  });
  return { kind: wanted.length === 0 ? "waiting" : "begun" };
}

export function replayReports(state: TenantState): ReplayReport[] {
  return replaysIn(state).map(({ dataset, destination, from, to, at }) => ({
    dataset,
    destination,
    since: formatInstant(from),
    until: to === forEver ? null : formatInstant(to),
    percent: to === forEver ? 0 : Math.min(99, Math.floor((100 * (at - from)) / Math.max(1, to - from))),
  }));
}

/** A walk shows things as they are, of whatever time they are. */
const forEver: Micros = Number.MAX_SAFE_INTEGER;

const replaysIn = ({ spool }: TenantState): Range[] => spool.ranges.all().filter(({ reason }) => reason === "replay");

/** Events of the future are among those that are known: they are meant, too. */
export function endOf(state: TenantState, dataset: string): Micros {
  const source = state.sources.get(dataset);
  return source === undefined ? forEver : Math.max(microsOf(state.options.ports.now()), source.live.seen.newest);
}

/** Events are read once for all destinations together (null); a walk answers each by itself. */
export function takersOf(state: TenantState, { dataset, destination }: ReplayOrder): (string | null)[] {
  if (destination !== undefined) return [destination];
  if (state.sources.has(dataset)) return [null];
  return state.members.filter(({ standing }) => standing !== "absent").map(({ id }) => id);
}

const isWaiting = (state: TenantState, { dataset, since, until }: ReplayOrder, destination: string | null): boolean =>
  replaysIn(state).some(
    (range) =>
      range.dataset === dataset &&
      range.destination === destination &&
      range.from === since &&
      (until === null || range.to === until),
  );

const rangeOf = (
  { dataset, since, until }: Pick<ReplayOrder, "dataset" | "since"> & { readonly until: Micros },
  destination: string | null,
): Omit<Range, "id"> => ({
  dataset,
  destination,
  reason: "replay",
  expected: 0,
  from: since,
  at: since,
  to: until,
  edge: [],
  onlyFrom: null,
  ids: [],
});
