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

/** The table in the README leads to the document. */
export const readmeParts = (): Map<string, string> => new Map([["table", table("docs/datasets.md")]]);

export function renewed(document: string, all = parts(), name = "docs/datasets.md"): string {
  const used = new Set<string>();
  const text = document.replace(block, (_, open: string, part: string, close: string) => {
    const content = all.get(part);
    if (content === undefined) throw new Error(`${name} has a mark for "${part}", which is no dataset. Remove it`);
    used.add(part);
    return `${open}\n${content}\n${close}`;
  });
  const missing = [...all.keys()].filter((part) => !used.has(part));
  if (missing.length > 0)
    throw new Error(
      `${name} has no marks for ${missing.join(", ")}. Add "<!-- npm run datasets: NAME -->", a line, "<!-- end -->"`,
    );
  return text;
}
