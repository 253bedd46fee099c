/**
 * What each format costs: records are shaped, and beside it parsed and written once as JSON, in turn within the same process, so
 * that a busy machine slows both. By itself: `node test/bench/encode.ts`, with `--write` for the page.
 */
import { OutgoingRecord } from "../../src/destinations/record.ts";
import type { FormatContext } from "../../src/formats/format.ts";
import { listings } from "../../src/datasets/registry.ts";
import { formats } from "../../src/formats/registry.ts";
import { samples } from "../datasets/records.ts";
import { context } from "../formats/shaped.ts";
import { makeEvents } from "../simulator/event-plan.ts";
import { writeDown } from "./page.ts";
import { encodingTable, machine, type EncodingFigures } from "./tables.ts";

interface Text {
  /** Made once, as for a batch. */
  readonly about: FormatContext;
  readonly raw: string;
}

const rounds = 15;
/** Of one round and contestant, so that a round is longer than what the clock and the collector blur. */
const recordsPerTurn = 6_000;

const day = 24 * 3_600_000;
const now = Date.parse("2026-05-01T08:31:02Z");

function kinds(): ReadonlyMap<string, readonly Text[]> {
  const events = makeEvents({ seed: 1, count: 2_000, from: now - day, to: now }, now);
  const rows = [...samples.values()].flat().filter(({ dataset }) => listings.has(dataset));
  return new Map<string, readonly Text[]>([
    ["audit events", events.map(({ raw }) => ({ about: { ...context, dataset: "audit-events" }, raw }))],
    ["rows of all datasets", rows.map(({ dataset, raw }) => ({ about: { ...context, dataset }, raw }))],
  ]);
}

type Write = (text: Text) => string;

const parsedAndWritten: Write = ({ raw }) => JSON.stringify(JSON.parse(raw));

/** Microseconds of the processor per record: what else runs on the machine is not in it, the collector's threads are. */
function turn(texts: readonly Text[], write: Write): number {
  let written = 0;
  const start = process.cpuUsage();
  for (let index = 0; index < recordsPerTurn; index += 1) {
    const text = texts[index % texts.length];
    if (text !== undefined) written += write(text).length;
  }
  const { user, system } = process.cpuUsage(start);
  if (written === 0) throw new Error("Nothing was written");
  return (user + system) / recordsPerTurn;
}

interface Contestant {
  readonly name: string;
  readonly write: Write;
}

const contestants: readonly Contestant[] = [...formats].map(([name, format]) => ({
  name,
  write: ({ about, raw }) => new OutgoingRecord({ raw }, format, about).text,
}));

function race(texts: readonly Text[]): ReadonlyMap<string, { micros: number[]; ratios: number[] }> {
  const figures = new Map(contestants.map(({ name }) => [name, { micros: [] as number[], ratios: [] as number[] }]));
  for (let round = -2; round < rounds; round += 1) {
    const floor = turn(texts, parsedAndWritten);
    // Nobody is always first, or always after the same one.
    for (let place = 0; place < contestants.length; place += 1) {
      const contestant = contestants[(place + round + contestants.length) % contestants.length];
      if (contestant === undefined) continue;
      const micros = turn(texts, contestant.write);
      const figure = figures.get(contestant.name);
      // The first rounds are for the compiler.
      if (round < 0) continue;
      figure?.micros.push(micros);
      figure?.ratios.push(micros / floor);
    }
  }
  return figures;
}

function measureEncoding(): string {
  const byKind = kinds();
  const races = [...byKind.values()].map(race);
  const none = { micros: [], ratios: [] };
  const figures = contestants.map(({ name }): EncodingFigures => ({
    format: name,
    costs: races.map((one) => one.get(name) ?? none),
  }));
  return encodingTable([...byKind.keys()], figures);
}

/** Prints what formats cost, and puts it into the page if wanted. */
export function reportEncoding(write: boolean): void {
  const report = `${machine()}. Median (least–most) of ${rounds} rounds:\n\n${measureEncoding()}`;
  console.log(`\n${report}\n`);
  if (write) writeDown("formats", report);
}

if (import.meta.main) reportEncoding(process.argv.includes("--write"));
