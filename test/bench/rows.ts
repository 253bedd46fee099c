/** Reads the figures of `rows.workerd.test.ts` out of its run: they are asserted there and only printed here. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowsFigures } from "./rows-figures.ts";

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly meta?: { readonly rows?: RowsFigures } }[];
  }[];
}

const root = join(import.meta.dirname, "../..");
const withinMs = 90_000;

export interface Measured {
  readonly figures: readonly RowsFigures[];
  /** Whether they kept to what the test demands. */
  readonly ok: boolean;
}

export async function measureRows(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "rows-"));
  const report = join(folder, "report.json");
  const what = ["run", "--project", "workerd", "test/bench/rows.workerd.test.ts", "--silent"];
  const how = ["--reporter=json", `--outputFile=${report}`];
  try {
    const ok = await passes([join(root, "node_modules/vitest/vitest.mjs"), ...what, ...how]);
    const { testResults } = JSON.parse(await readFile(report, "utf8")) as Report;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    return { figures: tests.flatMap(({ meta }) => meta?.rows ?? []), ok };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A test that fails has figures too: they are printed, and the failure beside them. */
async function passes(command: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root, timeout: withinMs }, (error) => resolve(error === null));
  });
}
