/**
 * `npm run proof`: everything that shows that nothing is lost, at full size. About an hour on two cores; `npm test` runs
 * the same at a tenth or less. `-- --write` also puts the figures into docs/proof.md, `-- --only NAME` runs one part, and
 * `-- --counted FILE` runs none: it takes what the parts have written to FILE (PROOF_REPORT, HOSTILE_REPORT) before.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { figuresOf, linesOf } from "./figures.ts";

const { values: flags } = parseArgs({
  options: { write: { type: "boolean" }, only: { type: "string" }, counted: { type: "string" } },
});

const folder = mkdtempSync(join(tmpdir(), "kandji-forwarder-proof-"));
const report = join(folder, "report.jsonl");
const coverage = join(folder, "coverage");
writeFileSync(report, "");

interface Part {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

const histories = join("test", "simulation", "simulate.ts");

/** What a report of coverage is made from: all but the histories, which load the code in their own way. */
const covering = [
  "collection",
  "spool",
  "delivery",
  "tenant",
  "promises",
  "kandji",
  "workerd",
  "cron",
  "upgrades",
  "hostile",
  "security",
];
const coverageOptions = [
  "--coverage.enabled",
  "--coverage.reporter=json-summary",
  `--coverage.reportsDirectory=${coverage}`,
  ...covering.map((room) => `test/${room}/`),
];

const parts: readonly Part[] = [
  { name: "simulation", command: ["node", histories, "--seeds", "2000", "--report", report] },
  { name: "defects", command: ["node", histories, "--all-defects", "--report", report] },
  {
    name: "hostile",
    command: ["vitest", "run", "--project", "node", "test/hostile"],
    env: { HOSTILE_INPUTS: "1000000", HOSTILE_REPORT: report },
  },
  {
    name: "crashes",
    command: ["vitest", "run", "--project", "outside", "test/outside/crash", "test/outside/upgrade"],
    env: { PROOF_KILLS: "200", PROOF_REPORT: report },
  },
  {
    name: "coverage",
    command: ["vitest", "run", "--project", "node", "--project", "workerd", ...coverageOptions],
  },
];

/** Runs one part with its output shown; true when all of it held. */
async function run({ name, command: [program, ...options], env = {} }: Part): Promise<boolean> {
  console.log(`\n── ${name} ──\n`);
  const child = spawn(program, options, { stdio: "inherit", env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0));
  });
}

/** Each part has its place on the page, so that one can be measured again by itself. */
function writeDown(figures: ReadonlyMap<string, string>): void {
  const page = join(import.meta.dirname, "../../docs/proof.md");
  let text = readFileSync(page, "utf8");
  for (const [name, figure] of figures) {
    const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end of ${name} -->)`);
    text = text.replace(place, (_, open: string, close: string) => `${open}\n${figure}\n\n${close}`);
  }
  writeFileSync(page, text);
}

function show(figures: ReadonlyMap<string, string>): void {
  console.log(`\n${[...figures.values()].join("\n\n")}\n`);
  if (flags.write === true) writeDown(figures);
}

async function main(): Promise<number> {
  if (flags.counted !== undefined) {
    show(figuresOf(linesOf(flags.counted), coverage));
    return 0;
  }
  const chosen = parts.filter(({ name }) => flags.only === undefined || flags.only === name);
  if (chosen.length === 0) {
    console.error(`There is no part "${flags.only}": ${parts.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const failed: string[] = [];
  for (const part of chosen) if (!(await run(part))) failed.push(part.name);
  show(figuresOf(linesOf(report), coverage));
  console.log(failed.length === 0 ? "All of it held." : `Did not hold: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(folder, { recursive: true });
}
