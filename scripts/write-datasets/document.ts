import { listings } from "../../src/datasets/registry.ts";
import { prismSection, section } from "./section.ts";
import { anchorOf, table } from "./table.ts";

/** Puts what the datasets say of themselves between the marks of a document; what stands beside them is written by hand. */

const block = /(<!-- npm run datasets: ([a-z-]+) -->\n)[\s\S]*?(\n<!-- end -->)/g;

/** Every part that a document has to have, by its name. */
function parts(): Map<string, string> {
  const sections = [...listings.values()].map((dataset): [string, string] => {
    const anchor = anchorOf(dataset);
    return [anchor, anchor === "prism" ? prismSection() : section(dataset)];
  });
  return new Map([["table", table()], ...sections]);
}

export function renewed(document: string): string {
  const all = parts();
  const used = new Set<string>();
  const text = document.replace(block, (_, open: string, name: string, close: string) => {
    const part = all.get(name);
    if (part === undefined)
      throw new Error(`docs/datasets.md has a mark for "${name}", which is no dataset. Remove it`);
    used.add(name);
    return `${open}\n${part}\n${close}`;
  });
  const missing = [...all.keys()].filter((name) => !used.has(name));
  if (missing.length > 0)
    throw new Error(
      `docs/datasets.md has no marks for ${missing.join(", ")}. Add "<!-- npm run datasets: NAME -->", a line, "<!-- end -->"`,
    );
  return text;
}
