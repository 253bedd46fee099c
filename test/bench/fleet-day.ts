/**
 * `npm run bench:fleet`: a simulated day of a tenant with 5,000 devices and every dataset on, in Node, against the oracle that
 * sees both ends. What it counts does not depend on the machine, the wall time does. `-- --write` puts it into
 * `docs/benchmarks.md`, `-- --devices N` and `-- --hours N` make it smaller.
 */
import { parseArgs } from "node:util";
import { listings } from "../../src/datasets/registry.ts";
import { complaintsOf, pass, told, watch } from "../promises/fleet-watch.ts";
import { hour } from "../tenant/household.ts";

const { values: flags } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    devices: { type: "string", default: "5000" },
    hours: { type: "string", default: "24" },
  },
});

const devices = Number(flags.devices);
const hours = Number(flags.hours);
const everything = {
  "audit-events": {},
  ...Object.fromEntries([...listings.keys()].map((name) => [name, {}])),
  "device-activity": { backfill: "3650d" },
};
const watched = watch(everything, { fleet: { seed: 7, devices } }, {});
const { household, oracle } = watched;
const began = performance.now();
let most = 0;
for (let passed = 0; passed < hours; passed += 1) {
  const { writes } = household.sql;
  await pass(watched, hour);
  const report = household.report();
  most = Math.max(most, report.requests.lastHour);
  console.error(
    `hour ${passed + 1}: ${report.requests.lastHour} requests, ${household.sql.writes - writes} statements that write, ${report.destinations[0]?.pending} pending, ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB, ${Math.round((performance.now() - began) / 1000)} s`,
    JSON.stringify(report.problems.map(({ code, subject }) => `${code} ${subject}`)),
  );
}
console.log(complaintsOf(watched));
for (const name of told) {
  const { rows, records } = oracle.verdict(name);
  const walk = household.report().datasets.find((dataset) => dataset.name === name)?.walk;
  console.log(name, rows, JSON.stringify(records), walk?.state, walk?.percent, walk?.requests, walk?.endsAt);
}
console.log({ most, seconds: (performance.now() - began) / 1000 });
console.log(household.sql.exec("SELECT dataset, COUNT(*) n, SUM(rows) rows, SUM(LENGTH(body)) bytes FROM known_rows GROUP BY dataset ORDER BY bytes DESC LIMIT 8").map((r) => JSON.stringify(r)).join("\n"));
