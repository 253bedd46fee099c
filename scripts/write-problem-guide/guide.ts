import { readFileSync } from "node:fs";
import { join } from "node:path";

const document = join(import.meta.dirname, "../../docs/operating.md");

/** What docs/operating.md says of each problem: code → its paragraphs, each one line of Markdown, with an empty one between. Throws where a paragraph is no plain text. */
export function problemGuide(): Record<string, string> {
  const text = readFileSync(document, "utf8");
  const problems = /^## Problems$([^]*?)^## /m.exec(text)?.[1];
  if (problems === undefined) throw new Error(`${document} has no section "Problems"`);
  const [, ...sections] = problems.split(/^### /m);
  return Object.fromEntries(
    sections.map((section) => {
      const [code = "", ...paragraphs] = section.split("\n\n").map((part) => part.replaceAll("\n", " ").trim());
      const odd = paragraphs.find((paragraph) => /^(?:[|#*-] |\d+\. |```|\|)/.test(paragraph));
      if (odd !== undefined) throw new Error(`The page of problems knows paragraphs only, and ${code} has "${odd}"`);
      return [code, paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")];
    }),
  );
}
