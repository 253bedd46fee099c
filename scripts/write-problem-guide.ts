import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { problemGuide } from "./write-problem-guide/guide.ts";

/** Writes what docs/operating.md says of each problem to where the Worker shows it. Run it after a paragraph was changed. */

const text = `${JSON.stringify(problemGuide(), null, 2)}\n`;
writeFileSync(join(import.meta.dirname, "../src/web/pages/problem-guide.json"), text);
