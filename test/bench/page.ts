import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Puts a report between its two marks in docs/benchmarks.md: what stands there was measured, never typed. */
export function writeDown(name: string, report: string): void {
  const page = join(import.meta.dirname, "../../docs/benchmarks.md");
  const text = readFileSync(page, "utf8");
  const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->)`);
  writeFileSync(
    page,
    text.replace(place, (_, open: string, close: string) => `${open}\n${report}\n\n${close}`),
  );
}
