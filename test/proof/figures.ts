/** What the parts of the proof counted, as Markdown. */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";

type Line = Readonly<Record<string, unknown>>;

/** One JSON object a line, each with what it is about in `proof` (or `surface`, for hostile input). */
export const linesOf = (file: string): Line[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

/** The rooms whose coverage is promised. */
const promised = ["collection", "spool", "delivery", "tenant"];

/** The text of each part that was run, by its name. */
export function figuresOf(lines: readonly Line[], coverage: string): Map<string, string> {
  const of = (proof: string): Line[] => lines.filter((line) => line["proof"] === proof);
  const machine = `On ${availableParallelism()} cores with Node ${process.versions.node}.`;
  const parts: [string, string][] = [
    ["simulation", of("simulation").map(simulationText).join("\n\n")],
    ["defects", defectsText(of("defect"))],
    ["hostile", hostileText(lines.filter((line) => "surface" in line))],
    ["crashes", of("crashes").map(crashesText).join("\n\n")],
    ["coverage", coverageText(coverage)],
  ];
  return new Map(parts.flatMap(([name, text]) => (text === "" ? [] : [[name, `${text}\n\n${machine}`]])));
}

const shown = (value: unknown): string => (typeof value === "number" ? value.toLocaleString("en") : String(value));
const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(shown).join(" | ")} |`).join("\n");

function simulationText(line: Line): string {
  return [
    "**Histories** (`npm run simulate -- --seeds 2000`)",
    table(
      [
        "histories",
        "broke a promise",
        "simulated hours",
        "histories/s",
        "faults injected",
        "faults per second of wall time",
        "changes of state seen",
      ],
      [
        [
          ...["histories", "broken", "simulatedHours", "historiesPerSecond", "faults", "faultsPerSecond"].map(
            (key) => line[key],
          ),
          `${shown(line["transitionsSeen"])} of ${shown(line["transitions"])}`,
        ],
      ],
    ),
  ].join("\n\n");
}

function defectsText(lines: readonly Line[]): string {
  if (lines.length === 0) return "";
  const found = lines.filter((line) => line["seed"] !== null);
  return [
    `**Planted defects** (\`npm run simulate -- --all-defects\`): ${found.length} of ${lines.length} found within 200 histories each`,
    table(
      ["defect", "found at seed", "by"],
      lines.map((line) => [line["name"], line["seed"] ?? "not found", promiseIn(line["by"])]),
    ),
  ].join("\n\n");
}

/** The promise that a finding names, without the particulars. */
const promiseIn = (by: unknown): string => (typeof by === "string" ? (by.split(":")[0] ?? "") : "");

function crashesText(line: Line): string {
  const { proof: _, repeatedBatches, seed, ...figures } = line;
  const named = { ...figures, "batches repeated": repeatedBatches, seed: String(seed) };
  return [
    "**Real crashes** (`npm run proof -- --only crashes`): `workerd` killed with `-9` under load",
    table(Object.keys(named), [Object.values(named)]),
  ].join("\n\n");
}

function hostileText(lines: readonly Line[]): string {
  if (lines.length === 0) return "";
  const surfaces = Map.groupBy(lines, (line) => String(line["surface"]));
  const sum = (some: readonly Line[], key: string): number =>
    some.reduce((total, line) => total + Number(line[key]), 0);
  return [
    `**Hostile input** (\`npm run proof -- --only hostile\`): ${shown(sum(lines, "inputs"))} inputs, ${sum(lines, "failures")} failures`,
    table(
      ["surface", "properties", "inputs", "failures"],
      [...surfaces].map(([surface, some]) => [surface, some.length, sum(some, "inputs"), sum(some, "failures")]),
    ),
  ].join("\n\n");
}

interface Covered {
  readonly lines: Count;
  readonly branches: Count;
}
interface Count {
  readonly total: number;
  readonly covered: number;
}

function coverageText(folder: string): string {
  const file = join(folder, "coverage-summary.json");
  if (!existsSync(file)) return "";
  const files = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, Covered>);
  const rows = promised.map((room) => {
    const some = files.filter(([path]) => relative(process.cwd(), path).startsWith(join("src", room)));
    return [room, percent(some, "lines"), percent(some, "branches")];
  });
  return [
    "**Coverage** (`npm run proof -- --only coverage`): the tests in Node and in the real runtime, without the histories",
    table(["room", "lines", "branches"], rows),
  ].join("\n\n");
}

function percent(files: readonly (readonly [string, Covered])[], what: "lines" | "branches"): string {
  const sum = (count: (of: Count) => number): number =>
    files.reduce((total, [, covered]) => total + count(covered[what]), 0);
  return `${(
    (100 * sum(({ covered }) => covered)) /
    Math.max(
      1,
      sum(({ total }) => total),
    )
  ).toFixed(1)} %`;
}
