import type { Permission } from "../../src/datasets/dataset.ts";
import type { Listing } from "../../src/datasets/listing.ts";
import { datasets, kandjiDatasets, permissionOf, type Dataset } from "../../src/datasets/registry.ts";
import { requestsPerDay, thousandMacs, walksPerDay } from "./requests.ts";

/** The table of all datasets. */

export const row = (...cells: readonly string[]): string =>
  `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;

export const head = (...names: readonly string[]): string[] => [row(...names), `|${names.map(() => "---|").join("")}`];

export const code = (text: string): string => `\`${text}\``;

export const number = (value: number): string => value.toLocaleString("en-US");

export const permissionText = ({ label, method, path }: Permission): string =>
  `*${label}* (${code(`${method} ${path}`)})`;

/** Every dataset has a section; the categories of Prism share one. */
export const anchorOf = ({ name }: Pick<Dataset, "name">): string => (name.startsWith("prism-") ? "prism" : name);

function costOf(dataset: Dataset): { rows: string; requests: string } {
  if (dataset.reading === "feed" && dataset.keeper === "forwarder") return { rows: "–", requests: "none" };
  if (dataset.reading === "feed") {
    const polls = walksPerDay(dataset.defaults.every);
    return { rows: "–", requests: `${number(polls)} to ${number(2 * polls)}` };
  }
  return {
    rows: number(thousandMacs.rows[dataset.name] ?? Number.NaN),
    requests: number(requestsPerDay(dataset, thousandMacs)),
  };
}

function permissionsOf(dataset: Dataset): string {
  const asked = kandjiDatasets.get(dataset.name);
  return asked === undefined ? "none" : permissionText(permissionOf(asked));
}

/** `page` is where the sections stand; empty for the page itself. */
export function table(page = ""): string {
  const rows = [...datasets.values()].map((dataset) => {
    const { rows: count, requests } = costOf(dataset);
    const name = `[${code(dataset.name)}](${page}#${anchorOf(dataset)})`;
    return row(name, dataset.holds, permissionsOf(dataset), code(dataset.defaults.every), count, requests);
  });
  const listings = [...datasets.values()].filter((dataset): dataset is Listing => dataset.reading === "listing");
  const sum = listings.reduce((total, dataset) => total + requestsPerDay(dataset, thousandMacs), 0);
  return [
    ...head("dataset", "what it holds", "permission to tick", "`every`", "rows", "requests a day"),
    ...rows,
    row("all that are walked", "", "", "", "", `**${number(sum)}**`),
  ].join("\n");
}
