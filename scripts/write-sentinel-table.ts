import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sentinelTemplate } from "./write-sentinel-table/template.ts";

/** Writes the Azure template of the table and the data collection rule of `sentinel` into `docs/`. Run it after a column was added. */

const text = `${JSON.stringify(sentinelTemplate(), null, 2)}\n`;
writeFileSync(join(import.meta.dirname, "../docs/sentinel/kandji-table.json"), text);
