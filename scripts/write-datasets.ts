import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renewed } from "./write-datasets/document.ts";

/** Writes what the datasets say of themselves into `docs/datasets.md`. Run it after one was added or changed. */

const document = join(import.meta.dirname, "../docs/datasets.md");
writeFileSync(document, renewed(readFileSync(document, "utf8")));
