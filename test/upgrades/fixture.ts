/**
 * A state that a released version has left behind, and what the two ends knew when its process was killed. One folder for
 * each version; whoever opens one walks them all.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { SimulatedEvent } from "../simulator/event-store.ts";
import { World, type WorldPlan } from "../simulator/world.ts";
import type { StoredDatabase } from "./databases.ts";

/** What the ends knew, as `ends.json` has it. */
export interface Ends {
  /** The version that wrote the state. */
  readonly version: string;
  /** When it was killed: milliseconds since 1970. */
  readonly leftAt: number;
  /** The first of the world's ports: addresses stand in the secrets, and batch ids depend on these. */
  readonly ports: number;
  readonly secrets: Readonly<Record<string, string>>;
  /** Everything that happens at the simulated Kandji, before and after, and intakes without faults. */
  readonly plan: WorldPlan;
  /** Of the events that the plan makes: a simulator that makes others cannot judge this state. */
  readonly eventsDigest: string;
  /** By type of destination, the version of its encoding: batch ids and bytes may differ when it does. */
  readonly encodings: Readonly<Record<string, number>>;
  /** What each intake has accepted, in the order of arrival. */
  readonly accepted: Readonly<Record<string, readonly KnownBatch[]>>;
  /** What the status said of each destination when nothing moved any more, just before the kill. */
  readonly books: readonly Books[];
  readonly deadLetters: readonly KnownDeadLetter[];
}

export interface KnownBatch {
  readonly id: string;
  readonly bodyDigest: string;
  /** Its records, as first and last place in the order of all events. */
  readonly records: readonly (readonly [first: number, last: number])[];
}

export interface Books {
  readonly name: string;
  readonly health: string;
  readonly collected: number;
  readonly delivered: number;
  readonly pending: number;
  readonly skipped: number;
  readonly dead: number;
}

export interface KnownDeadLetter {
  readonly destination: string;
  readonly recordId: string;
  readonly status: number;
}

export interface Fixture extends Ends {
  readonly databases: readonly StoredDatabase[];
  /** All events of the plan in the order of their times, hidden ones too. */
  readonly events: readonly SimulatedEvent[];
}

const fixtures = join(import.meta.dirname, "fixtures");

export const fixtureFolder = (version: string): string => join(fixtures, version);
export const endsFile = "ends.json";
export const stateFile = "state.json.br";

/** The released versions whose states are kept. */
export const releases = (): string[] =>
  readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Throws when the simulator makes other events from the plan than it did. */
export function readFixture(version: string): Fixture {
  const folder = fixtureFolder(version);
  const ends = JSON.parse(readFileSync(join(folder, endsFile), "utf8")) as Ends;
  const events = eventsOf(ends.plan);
  if (digestOf(events) !== ends.eventsDigest) {
    throw new Error(
      `The simulator makes other events from the plan of ${version} than when its state was written: let it make those again, or make the state anew from a checkout of ${version} (docs/decisions/0014-upgrades.md)`,
    );
  }
  return { ...ends, databases: unpacked(readFileSync(join(folder, stateFile))), events };
}

/** The window is as long as the whole: the same records stand in many places. */
export function packed(databases: readonly StoredDatabase[]): Buffer {
  const text = JSON.stringify(databases);
  return brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  });
}

const unpacked = (state: Buffer): StoredDatabase[] =>
  JSON.parse(brotliDecompressSync(state).toString("utf8")) as StoredDatabase[];

export function eventsOf(plan: WorldPlan): readonly SimulatedEvent[] {
  const whole = new World(plan, { now: () => Number.MAX_SAFE_INTEGER });
  return whole.kandji.get("acme")?.store.visible() ?? [];
}

export function digestOf(events: readonly SimulatedEvent[]): string {
  const hash = createHash("sha256");
  for (const { key, at, visibleAt, raw } of events) hash.update(`${key} ${at} ${visibleAt} ${raw}\n`);
  return hash.digest("hex");
}

/** Runs of places that lie side by side, so that a batch is a few numbers. */
export function runsOf(places: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === place - 1) last[1] = place;
    else runs.push([place, place]);
  }
  return runs;
}

export const keysOf = ({ events }: Fixture, { records }: KnownBatch): string[] =>
  records.flatMap(([first, last]) => events.slice(first, last + 1).map(({ key }) => key));
