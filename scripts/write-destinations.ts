import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withTable } from "./write-destinations/table.ts";

/** Writes what the destination types say of themselves into the README. Run it after one was added or changed. */

const readme = join(import.meta.dirname, "../README.md");
writeFileSync(readme, withTable(readFileSync(readme, "utf8")));
