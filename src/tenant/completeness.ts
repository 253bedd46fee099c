import { microsOf } from "../datasets/instant.ts";
import { hourOf, type HourCount } from "../spool/hours.ts";
import { waitingByHour } from "../spool/ledger.ts";
import type { Range } from "../spool/ranges.ts";
import type { DestinationHour, HourReport, Problem } from "./report.ts";
import type { Replayed } from "./sweeps.ts";
import type { TenantState } from "./state.ts";

/** Does each hour add up? What a sweep has seen in Kandji of an hour, beside what has become of it at each destination. */

const hourMs = 3_600_000;

/** The oldest hour that a sweep of the dataset may tell of: what is older was forgotten with the ids. */
export function countedFromOf({ sources, sweeps }: TenantState, dataset: string): number {
  const source = sources.get(dataset);
  return source === undefined ? Infinity : hourOf(sweeps.noteOf(dataset)?.rememberedSince ?? source.live.state.floor);
}

/**
 * From the next whole hour on, all that happens is counted by hour for a destination that has just joined, or whose state is
 * of a version that did not count. Call it inside a transaction.
 */
export function beginCounting({ spool, sources }: TenantState, now: number): void {
  for (const dataset of sources.keys()) {
    for (const offset of spool.offsets.in({ dataset, stream: "live" })) {
      if (offset.countedFrom === undefined) spool.offsets.write({ ...offset, countedFrom: hourOf(microsOf(now)) + 1 });
    }
  }
}

/** What is known of one destination. */
export interface Standing {
  readonly name: string;
  /** Hours before it are not judged. */
  readonly countedFrom: number;
  /** Of all lanes. */
  readonly counts: readonly HourCount[];
  readonly pending: ReadonlyMap<number, number>;
  /** What was let go and comes back. */
  readonly owed: readonly Pick<Range, "from" | "to">[];
  readonly replayed: readonly Replayed[];
}

/** The hours that were swept, and what has become of each. */
export const compare = (
  hours: readonly (readonly [hour: number, events: number])[],
  standings: readonly Standing[],
): HourReport[] =>
  hours.map(([hour, inKandji]) => ({
    hour: new Date(hour * hourMs).toISOString(),
    inKandji,
    destinations: standings
      .filter(({ countedFrom }) => hour >= countedFrom)
      .map((standing) => hourAt(standing, hour, inKandji)),
  }));

function hourAt({ name, counts, pending, owed, replayed }: Standing, hour: number, inKandji: number): DestinationHour {
  const [delivered, skipped, dead] = ([1, 2, 3] as const).map((place) =>
    counts.reduce((sum, count) => sum + (count[0] === hour ? count[place] : 0), 0),
  ) as [number, number, number];
  const waits = pending.get(hour) ?? 0;
  const isOwed = owed.some(({ from, to }) => hourOf(from) <= hour && hour <= hourOf(to));
  const isReplayed = replayed.some(({ from, to }) => hourOf(from - 1) < hour && hour < hourOf(to + 1));
  const missing = inKandji - delivered - waits - skipped - dead;
  return { name, delivered, pending: waits, skipped, dead, missing, because: becauseOf(isOwed, isReplayed) };
}

const becauseOf = (isOwed: boolean, isReplayed: boolean): DestinationHour["because"] =>
  isOwed ? "owed" : isReplayed ? "replayed" : null;

export function completenessOf(state: TenantState, dataset: string): HourReport[] {
  const note = state.sweeps.noteOf(dataset);
  if (note === undefined) return [];
  const standings = state.spool.offsets
    .in({ dataset, stream: "live" })
    .map(({ destination, countedFrom = Infinity }) => {
      const offsets = state.spool.offsets.of(destination).filter(({ lane }) => lane.dataset === dataset);
      const ranges = state.spool.ranges.all().filter((range) => range.dataset === dataset);
      return {
        name: destination,
        countedFrom,
        counts: offsets.flatMap(({ hours = [] }) => hours),
        pending: waitingByHour(state.spool, destination, dataset),
        owed: ranges.filter((range) => range.reason === "owed" && range.destination === destination),
        replayed: (note.replayed ?? []).filter((range) => (range.destination ?? destination) === destination),
      };
    });
  return compare(note.hours, standings);
}

/** One for each destination that misses something without a reason. */
export function completenessProblems(subject: string, hours: readonly HourReport[]): Problem[] {
  const wrong = new Map<string, { hour: string; inKandji: number; found: DestinationHour }[]>();
  for (const { hour, inKandji, destinations } of hours) {
    for (const found of destinations) {
      if (found.missing <= 0 || found.because !== null) continue;
      wrong.set(found.name, [...(wrong.get(found.name) ?? []), { hour, inKandji, found }]);
    }
  }
  return [...wrong].map(([name, all]) => problemOf(subject, name, all));
}

function problemOf(
  subject: string,
  name: string,
  all: readonly { hour: string; inKandji: number; found: DestinationHour }[],
): Problem {
  const [first] = all;
  if (first === undefined) throw new Error("Invariant: an hour was found");
  const { delivered, pending, skipped, dead, missing } = first.found;
  const more = all.length === 1 ? "" : `; and ${all.length - 1} other hours do not add up`;
  const until = new Date(Date.parse(first.hour) + hourMs).toISOString();
  return {
    code: "hour-does-not-add-up",
    subject: `${subject} / destination ${name}`,
    message: `Of the hour from ${first.hour}, Kandji has ${first.inKandji} events; ${delivered} were delivered, ${pending} wait, ${skipped} were skipped, ${dead} are dead letters, ${missing} are missing${more}`,
    fix: `Replay the hour to this destination (from ${first.hour} until ${until}), and report it: this is a fault of the forwarder`,
    health: "degraded",
  };
}
