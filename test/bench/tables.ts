/** The figures as Markdown: printed, and copied into `docs/benchmarks.md` as they are. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Run } from "./contestants.ts";
import type { RowsFigures } from "./rows-figures.ts";

export interface EncodingFigures {
  readonly format: string;
  /** One for each kind of records; each has one figure per round. */
  readonly costs: readonly { readonly micros: readonly number[]; readonly ratios: readonly number[] }[];
}

/** How long each request for a view took. */
export interface StatusFigures {
  readonly what: string;
  readonly bytes: number;
  readonly ms: readonly number[];
}

export interface Series {
  readonly name: string;
  readonly runs: readonly Run[];
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Median, and from the least to the most. */
function spread(values: readonly number[], digits = 0): string {
  const text = (value: number): string =>
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

/** `series[0]` is the floor; a ratio is that of two runs of the same round, so that a busy machine slows both. */
export function throughputTable(series: readonly Series[]): string {
  const [floor] = series;
  const ratios = (runs: readonly Run[], of: (run: Run) => number): number[] =>
    runs.map((run, round) => of(run) / of(floor?.runs[round] ?? run));
  const head = [
    "",
    "records/s",
    "of the floor",
    "CPU ms per 1,000",
    "of the floor",
    "peak MB",
    "GETs",
    "POSTs",
    "lost",
    "repeated",
  ];
  const lines = series.map(({ name, runs }) =>
    row([
      name,
      spread(runs.map(({ recordsPerSecond }) => recordsPerSecond)),
      spread(
        ratios(runs, ({ recordsPerSecond }) => recordsPerSecond),
        2,
      ),
      spread(
        runs.map(({ cpuMsPerThousand }) => cpuMsPerThousand),
        1,
      ),
      spread(
        ratios(runs, ({ cpuMsPerThousand }) => cpuMsPerThousand),
        2,
      ),
      spread(runs.map(({ peakMB }) => peakMB)),
      ...[(run: Run) => run.gets, (run: Run) => run.posts].map((of) => String(median(runs.map(of)))),
      ...[(run: Run) => run.lost, (run: Run) => run.repeated].map((of) => String(Math.max(...runs.map(of)))),
    ]),
  );
  return [row(head), row(head.map(() => "---")), ...lines].join("\n");
}

export function rowsTable(figures: readonly RowsFigures[]): string {
  const head = ["", "requests to Kandji", "rows, tenant's object", "rows, common object", "rows per 1,000 records"];
  const lines = figures.map((figure) => {
    const { what, requestsPerPoll, recordsPerPoll, tenantRowsPerPoll, forwarderRowsPerPoll } = figure;
    const perThousand = recordsPerPoll === 0 ? "–" : ((1000 * tenantRowsPerPoll) / recordsPerPoll).toFixed(1);
    return row([
      what,
      ...[requestsPerPoll, tenantRowsPerPoll, forwarderRowsPerPoll].map((n) => n.toFixed(2)),
      perThousand,
    ]);
  });
  return [row(head), row(head.map(() => "---")), ...lines].join("\n");
}

/** What it costs to write a record in a format, against reading and writing it as JSON once. */
export function encodingTable(kinds: readonly string[], figures: readonly EncodingFigures[]): string {
  const head = ["format", ...kinds.flatMap((kind) => [`${kind}: µs a record`, "of parse and write"])];
  const lines = figures.map(({ format, costs }) =>
    row([format, ...costs.flatMap(({ micros, ratios }) => [spread(micros, 1), spread(ratios, 2)])]),
  );
  return [row(head), row(head.map(() => "---")), ...lines].join("\n");
}

export function statusTable(figures: readonly StatusFigures[]): string {
  const head = ["/status as", "median ms", "95th percentile ms", "worst ms", "KB"];
  const lines = figures.map(({ what, bytes, ms }) => {
    const sorted = ms.toSorted((a, b) => a - b);
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
    const times = [median(ms), p95, sorted.at(-1) ?? Number.NaN].map((time) => time.toFixed(1));
    return row([what, ...times, String(Math.round(bytes / 1000))]);
  });
  return [row(head), row(head.map(() => "---")), ...lines].join("\n");
}

const versionOf = (name: string): string => {
  const path = join(import.meta.dirname, "../../node_modules", name, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly version: string }).version;
};

export function machine(): string {
  const [first] = cpus();
  const runtime = `workerd ${versionOf("workerd")}, wrangler ${versionOf("wrangler")}, Node ${process.version.slice(1)}`;
  return `${cpus().length} cores (${first?.model.trim() ?? "unknown"}), ${runtime}, ${new Date().toISOString().slice(0, 10)}`;
}
