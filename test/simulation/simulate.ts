/**
 * `npm run simulate`: histories of faults from seeds, against every promise.
 *
 *   --seeds N       so many histories (default 200)          --from N      beginning with this seed (default 1)
 *   --seed N        one history, step by step                --threads N   side by side (default: one for each core)
 *   --defect NAME   with a mistake in the code: exit 1 when it is found, 0 when it is not
 *   --list-defects  their names                              --all-defects each of them, until it is found; exit 1 if one is not
 *   --recorded      with it: each first at the seed where docs/proof.md says that it was found
 *   --report FILE   appends what was counted, as a line of JSON
 */
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Crew } from "./crew.ts";
import { seedsOnRecord } from "./record.ts";
import { defects } from "./defects.ts";
import type { Ending } from "./history.ts";
import { installGlobals } from "./platform/globals.ts";
import { Summary } from "./summary.ts";
import { tellTask, type Task } from "./thread.ts";

/** Each planted defect has to be found within so many seeds. */
const seedsPerDefect = 200;

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    threads: { type: "string" },
    defect: { type: "string" },
    "list-defects": { type: "boolean" },
    "all-defects": { type: "boolean" },
    recorded: { type: "boolean" },
    report: { type: "string" },
  },
});

function numberOf(text: string | undefined, name: string, usual: number): number {
  const number = Number(text ?? usual);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} takes a whole number from 1, not ${JSON.stringify(text)}`);
}

const report = (line: object): void => {
  if (values.report !== undefined) appendFileSync(values.report, `${JSON.stringify(line)}\n`);
};

function* tasks(from: number, count: number, defect: string | null): Generator<Task> {
  for (let seed = from; seed < from + count; seed += 1) yield { seed, defect, isDetailed: false };
}

async function tellOne(seed: number, defect: string | null): Promise<number> {
  installGlobals();
  const ending = await tellTask({ seed, defect, isDetailed: true });
  console.log(ending.story.join("\n"));
  console.log(ending.wrong.length === 0 ? "\nEvery promise was kept." : `\n${ending.wrong.join("\n")}`);
  return ending.wrong.length === 0 ? 0 : 1;
}

async function tellMany(crew: Crew, from: number, seeds: number): Promise<number> {
  const summary = new Summary(crew.size);
  await crew.tell(tasks(from, seeds, null), (ending) => {
    summary.add(ending);
    if (ending.wrong.length > 0) console.log(failure(ending));
    return true;
  });
  console.log(summary.text());
  report({ proof: "simulation", from, ...summary.figures() });
  return summary.broken === 0 ? 0 : 1;
}

const failure = ({ seed, wrong }: Ending): string =>
  [`seed ${seed}:`, ...wrong.map((line) => `  ${line}`), `  npm run simulate -- --seed ${seed}`].join("\n");

/** The first seed at which a defect is found, and by what; undefined when it is not. */
async function find(crew: Crew, defect: string, from: number, seeds: number): Promise<Ending | undefined> {
  let found: Ending | undefined;
  await crew.tell(tasks(from, seeds, defect), (ending) => {
    if (ending.wrong.length > 0 && (found === undefined || ending.seed < found.seed)) found = ending;
    return found === undefined;
  });
  return found;
}

async function findOne(crew: Crew, defect: string, from: number, seeds: number): Promise<number> {
  const found = await find(crew, defect, from, seeds);
  console.log(
    found === undefined
      ? `${defect} is not found within ${seeds} seeds`
      : `${defect} is found at ${failure(found)} --defect ${defect}`,
  );
  return found === undefined ? 0 : 1;
}

/** What is found at the seeds on record; the others have to be searched for. */
async function findRecorded(crew: Crew): Promise<ReadonlyMap<string, Ending>> {
  const found = new Map<string, Ending>();
  const known = defects.flatMap(({ name }) => {
    const seed = seedsOnRecord().get(name);
    return seed === undefined ? [] : [{ seed, defect: name, isDetailed: false }];
  });
  await crew.tell(known, (ending, { defect }) => {
    if (ending.wrong.length > 0) found.set(defect ?? "", ending);
    return true;
  });
  return found;
}

async function findAll(crew: Crew, from: number, seeds: number, isRecorded: boolean): Promise<number> {
  let missed = 0;
  const recorded = isRecorded ? await findRecorded(crew) : new Map<string, Ending>();
  for (const { name } of defects) {
    const found = recorded.get(name) ?? (await find(crew, name, from, seeds));
    if (found === undefined) missed += 1;
    console.log(
      `${name.padEnd(44)} ${found === undefined ? "NOT FOUND" : `seed ${found.seed}: ${found.wrong[0]?.slice(0, 100) ?? ""}`}`,
    );
    report({ proof: "defect", name, seed: found?.seed ?? null, by: found?.wrong[0] ?? null });
  }
  console.log(`\n${defects.length - missed} of ${defects.length} planted defects found within ${seeds} seeds each`);
  return missed === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const from = numberOf(values.from, "from", 1);
  const defect = values.defect ?? null;
  if (defect !== null && !defects.some(({ name }) => name === defect))
    throw new Error(`There is no defect "${defect}"; --list-defects prints their names`);
  if (values["list-defects"] === true) {
    console.log(defects.map(({ name }) => name).join("\n"));
    return 0;
  }
  if (values.seed !== undefined) return tellOne(numberOf(values.seed, "seed", 1), defect);
  const crew = new Crew(values.threads === undefined ? undefined : numberOf(values.threads, "threads", 1));
  try {
    if (values["all-defects"] === true)
      return await findAll(crew, from, numberOf(values.seeds, "seeds", seedsPerDefect), values.recorded === true);
    if (defect !== null) return await findOne(crew, defect, from, numberOf(values.seeds, "seeds", seedsPerDefect));
    return await tellMany(crew, from, numberOf(values.seeds, "seeds", 200));
  } finally {
    await crew.dismiss();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error && error.cause === undefined ? error.message : error);
  return 2;
});
