import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readmeParts, renewed } from "./write-datasets/document.ts";

/** Writes what the datasets say of themselves into `docs/datasets.md` and the README. Run it after one was added or changed. */

const document = join(import.meta.dirname, "../docs/datasets.md");
writeFileSync(document, renewed(readFileSync(document, "utf8")));
const readme = join(import.meta.dirname, "../README.md");
writeFileSync(readme, renewed(readFileSync(readme, "utf8"), readmeParts(), "README.md"));
