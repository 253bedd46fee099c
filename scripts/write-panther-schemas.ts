import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { schemaFiles } from "./write-panther-schemas/files.ts";

/** Writes a schema of Panther for each dataset into `docs/panther`. Run it after a dataset, or a fixture of one, was changed. */

const folder = join(import.meta.dirname, "../docs/panther");
mkdirSync(folder, { recursive: true });
for (const [name, text] of schemaFiles()) writeFileSync(join(folder, name), text);
