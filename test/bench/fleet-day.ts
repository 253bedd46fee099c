/**
 * `npm run bench:fleet`: a simulated day of a tenant with 5,000 devices and every dataset on, in Node, against the oracle that
 * sees both ends. What it counts does not depend on the machine, the wall time does. `-- --write` puts it into
 * `docs/benchmarks.md`, `-- --devices N` and `-- --hours N` make it smaller, `-- --kills N` kills the process at so many moments.
 */
import { parseArgs } from "node:util";
import { listings } from "../../src/datasets/registry.ts";
import { complaintsOf, pass, told, watch, type Watched } from "../promises/fleet-watch.ts";
import { randomFrom } from "../simulator/random.ts";
import { hour, minute } from "../tenant/household.ts";
import { writeDown } from "./page.ts";
import { machine } from "./tables.ts";

const { values: flags } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    devices: { type: "string", default: "5000" },
    hours: { type: "string", default: "24" },
    kills: { type: "string", default: "0" },
  },
});

const devices = Number(flags.devices);
const hours = Number(flags.hours);
const kills = Number(flags.kills);
const random = randomFrom(11);

const everything = {
  "audit-events": {},
  ...Object.fromEntries([...listings.keys()].map((name) => [name, {}])),
  "device-activity": { backfill: "3650d" },
};

interface Day {
  readonly mostRequestsInAnHour: number;
  readonly requests: number;
  /** Statements that write, one row each at the most; setting the alarm is not among them. */
  readonly writes: number;
  readonly seconds: number;
}

/** An hour, with its part of the kills: before or after some commit, and then the process is gone. */
async function passHour(watched: Watched, number: number): Promise<void> {
  const { household } = watched;
  const due = Math.floor((kills * (number + 1)) / hours) - Math.floor((kills * number) / hours);
  const step = 5 * minute;
  const parts = Math.floor(hour / step / (due + 1));
  for (let kill = 0; kill < due; kill += 1) {
    household.sql.kill = { in: 1 + Math.floor(random() * 20), when: random() < 0.5 ? "before" : "after" };
    await pass(watched, parts * step);
    household.sql.kill = undefined;
    household.evict();
  }
  await pass(watched, hour - due * parts * step);
}

async function live(watched: Watched): Promise<Day> {
  const { household } = watched;
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 1000);
  for (let passed = 0; passed < hours; passed += 1) {
    const { writes } = household.sql;
    await passHour(watched, passed);
    const { requests, destinations } = household.report();
    const pending = destinations.reduce((sum, destination) => sum + destination.pending, 0);
    console.error(
      `hour ${passed + 1}: ${requests.lastHour} requests, ${household.sql.writes - writes} rows, ${pending} pending, ${seconds()} s`,
    );
  }
  const manners = household.world.kandji.get("acme")?.requests.manners();
  return {
    mostRequestsInAnHour: manners?.maxPerHour ?? 0,
    requests: manners?.requests ?? 0,
    writes: household.sql.writes,
    seconds: seconds(),
  };
}

const text = (value: number | undefined): string => (value ?? 0).toLocaleString("en-US");
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** One line for each dataset: what was shown, what came, what is remembered. */
function table({ household, oracle }: Watched): string {
  const head = [
    "dataset",
    "rows",
    "snapshot",
    "created",
    "updated",
    "deleted",
    "requests of the last walk",
    "remembered, KB",
  ];
  const sizes = household.sql.exec<{ dataset: string; bytes: number }>(
    "SELECT dataset, SUM(LENGTH(body)) AS bytes FROM known_rows GROUP BY dataset",
  );
  const { datasets } = household.report();
  const lines = told.map((name) => {
    const { rows, records } = oracle.verdict(name);
    const walk = datasets.find((dataset) => dataset.name === name)?.walk;
    const bytes = sizes.find(({ dataset }) => dataset === name)?.bytes ?? 0;
    const counts = ["snapshot", "created", "updated", "deleted"].map((change) => text(records[change]));
    return row([name, text(rows), ...counts, text(walk?.requests), text(Math.ceil(bytes / 1000))]);
  });
  return [row(head), row(head.map(() => "---")), ...lines].join("\n");
}

const watched = watch(everything, { fleet: { seed: 7, devices } }, {}, { mayForget: kills > 0 });
const day = await live(watched);
const complaints = complaintsOf(watched);
const { household } = watched;
const report = [
  `${machine()}. ${text(devices)} devices, ${hours} hours, ${day.seconds} s of wall time: ${text(day.requests)} requests to Kandji, at most ${text(day.mostRequestsInAnHour)} in an hour of the 2,500 that are allowed; ${text(day.writes)} statements that write a row${kills === 0 ? "" : `; killed ${text(household.kills)} times`}. ${complaints.length === 0 ? "Every difference between two readings of a row came as one record, none as two." : `${complaints.length} complaints.`}`,
  table(watched),
].join("\n\n");
console.log(`\n${report}\n`);
for (const complaint of complaints) console.error(complaint);
if (flags.write) writeDown("fleet", report);
process.exitCode = complaints.length === 0 ? 0 : 1;
