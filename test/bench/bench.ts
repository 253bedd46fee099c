/**
 * `npm run bench`: this Worker and a bare pipe in the same runtime, side by side, on the same simulator; then the rows that
 * storage bills. It ends by itself and takes along what it started. Figures of one run are to be compared with each
 * other only: simulator, intake and runtime share the machine. `-- --write` puts them into `docs/benchmarks.md`.
 */
import { parseArgs } from "node:util";
import { startSimulator, type SimulatorProcess } from "../simulator/simulator-process.ts";
import type { WorldPlan } from "../simulator/world.ts";
import { floor, forwarder, runOnce, tenant, token, withFloorProject, type Contestant } from "./contestants.ts";
import { reportEncoding } from "./encode.ts";
import { measureRows } from "./rows.ts";
import { writeDown } from "./page.ts";
import { reportStatus } from "./status.ts";
import { machine, rowsTable, throughputTable, type Series } from "./tables.ts";

const events = 100_000;
const rounds = 3;
const day = 24 * 3_600_000;
const withinMinutes = 4;

const { values: flags } = parseArgs({ options: { write: { type: "boolean", default: false } } });

const intakeOf = (contestant: number, round: number): string => `sink-${contestant}-${round}`;

/** One tenant with a year of history and an API that is never in the way; an intake for each run, so that each is counted by itself. */
function plan(contestants: number): WorldPlan {
  const now = Date.now();
  const names = Array.from({ length: contestants * rounds }, (_, index) =>
    intakeOf(index % contestants, Math.floor(index / contestants)),
  );
  return {
    kandji: {
      [tenant]: {
        token,
        rate: { perSecond: 10_000, perHour: null, announced: true },
        events: [{ seed: 1, count: events, from: now - 300 * day, to: now - day }],
      },
    },
    intakes: Object.fromEntries(names.map((name) => [name, { kind: "webhook", keepTexts: false } as const])),
  };
}

async function measure(contestants: readonly Contestant[], simulator: SimulatorProcess): Promise<Series[]> {
  const series = contestants.map(({ name }) => ({ name, runs: [] as Series["runs"][number][] }));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      // Nobody is always first, or always after the same one.
      const index = (round + turn) % contestants.length;
      const [contestant, own] = [contestants[index], series[index]];
      if (contestant === undefined || own === undefined) continue;
      const run = await runOnce(contestant, simulator, intakeOf(index, round), events);
      own.runs.push(run);
      console.error(`round ${round + 1}  ${contestant.name}: ${Math.round(run.recordsPerSecond)} records/s`);
    }
  }
  return series;
}

async function main(): Promise<number> {
  const overdue = setTimeout(() => {
    console.error(`Not done within ${withinMinutes} minutes`);
    // Whatever was started ends when this process does.
    process.exit(1);
  }, withinMinutes * 60_000);
  const series = await withFloorProject(async (project) => {
    const contestants = [
      floor(project),
      forwarder("kandji-forwarder, MAX_REQUESTS_PER_RUN=1000", { MAX_REQUESTS_PER_RUN: "1000" }),
      forwarder("kandji-forwarder, MAX_REQUESTS_PER_RUN=45 (default)", {}),
    ];
    const simulator = await startSimulator(plan(contestants.length), { minutes: withinMinutes + 1 });
    try {
      return await measure(contestants, simulator);
    } finally {
      await simulator.stop();
    }
  });
  const { figures, ok } = await measureRows();
  clearTimeout(overdue);
  const report = [
    `${machine()}. ${events.toLocaleString("en-US")} events, median (least–most) of ${rounds} rounds:`,
    throughputTable(series),
    "One poll, averages:",
    rowsTable(figures),
  ].join("\n\n");
  console.log(`\n${report}\n`);
  if (flags.write) writeDown("figures", report);
  await reportStatus(flags.write);
  reportEncoding(flags.write);
  if (!ok) console.error("rows.workerd.test.ts fails: more rows than promised");
  const isWhole = series.every(({ runs }) => runs.every(({ lost }) => lost === 0));
  return ok && isWhole ? 0 : 1;
}

process.exitCode = await main();
