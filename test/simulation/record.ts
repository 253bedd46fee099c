import { readFileSync } from "node:fs";
import { join } from "node:path";

const page = join(import.meta.dirname, "../../docs/proof.md");

/** The seed at which each planted defect was found when `npm run proof` wrote its figures down; a defect that is newer has none. */
export function seedsOnRecord(): ReadonlyMap<string, number> {
  const [, table = ""] = /<!-- defects -->([^]*?)<!-- end of defects -->/.exec(readFileSync(page, "utf8")) ?? [];
  return new Map([...table.matchAll(/^\| ([\w-]+) \| (\d+) \|/gm)].map(([, name = "", seed]) => [name, Number(seed)]));
}
