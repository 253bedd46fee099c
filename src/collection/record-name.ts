import type { Dataset } from "../datasets/registry.ts";
import { jsonOf } from "../json.ts";
import { identityOf } from "./listing/row.ts";
import { valueAt } from "./listing/pages.ts";

const longest = 100;

/** What a person would call a record of a dataset: at most 100 characters, "" where it has no name. */
export function nameOf(dataset: Dataset, raw: string): string {
  const record = jsonOf(raw);
  const name = dataset.reading === "feed" ? dataset.nameOf(record) : nameOfRow(dataset, record);
  return name.length <= longest ? name : `${name.slice(0, longest - 1)}…`;
}

function nameOfRow(dataset: Extract<Dataset, { reading: "listing" }>, row: unknown): string {
  const names = dataset.names.map((field) => valueAt(row, [field])).filter((name) => typeof name === "string");
  return names.length === 0 ? (identityOf(dataset, row).shown ?? "") : names.join(", ");
}
