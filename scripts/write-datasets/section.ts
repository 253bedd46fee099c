import type { Filters, Listing, Paging, Way } from "../../src/datasets/listing.ts";
import { prism } from "../../src/datasets/prism.ts";
import { code, head, number, permissionText, row } from "./table.ts";

/** What each dataset says of itself, as a part of its section. */

const sends: Readonly<Record<Listing["sends"], string>> = {
  state: "state: rows that are new, changed or gone; all of them every `snapshotEvery`",
  changes: "append-only: each row once, and again when it changes",
  once: "append-only: each row once",
};

const fields = (names: readonly string[]): string => names.map(code).join(", ");

const isPerDevice = (dataset: Listing, way: Way = dataset.ways[0]): boolean =>
  (way.scope ?? dataset.scope) === "device";

function pageText(paging: Paging): string {
  if (paging.by === "nothing") return "the whole answer";
  if (paging.by !== "cursor") return `${number(paging.limit)} rows, then ${code(paging.by)}`;
  const rows = paging.size === undefined ? "as many rows as Kandji likes" : `${number(paging.size.limit)} rows`;
  return `${rows}, then ${code(paging.parameter)}`;
}

function identityText(dataset: Listing): string {
  const ofDevice = isPerDevice(dataset) ? "the device" : "";
  if (dataset.identity.length === 0) return ofDevice === "" ? "none: there is one row" : "the device: one row each";
  return [...(ofDevice === "" ? [] : [ofDevice]), fields(dataset.identity)].join(" and ");
}

function wayText(dataset: Listing, way: Way): string {
  const [first] = dataset.ways;
  const how = isPerDevice(dataset, way) ? ", for each device" : "";
  const when =
    way === first
      ? ""
      : way.onlyByName
        ? `; only with \`"api": "${way.api}"\``
        : "; when the one above answers 404 or 410";
  return `${code(`${way.permission.method} ${way.permission.path}`)}${how}${when}`;
}

function permissionsText(dataset: Listing): string {
  const own = dataset.ways.map(({ permission }) => permissionText(permission));
  const ofList = isPerDevice(dataset) ? ["*Device list* (`GET /api/v1/devices`)"] : [];
  return [...own, ...ofList].join("<br>");
}

function facts(dataset: Listing): string {
  const { defaults, licence, sends: what, source, times } = dataset;
  return [
    ...head("", ""),
    row("endpoint", `${dataset.ways.map((way) => wayText(dataset, way)).join("<br>")} ([page](${source.href}))`),
    row("kind", sends[what]),
    row("permission of the token", permissionsText(dataset)),
    ...(licence === undefined ? [] : [row("licence", `${licence}; without it: problem \`not-available\``)]),
    row("`every` by default", code(defaults.every)),
    ...(what === "state" ? [] : [row("`backfill` by default", code(defaults.backfill))]),
    row("page", pageText(dataset.ways[0].paging)),
    row("identity", identityText(dataset)),
    row("time", times.length === 0 ? "when it was seen" : fields(times)),
  ].join("\n");
}

/** Reasons, with the fields that share one in one line. */
function reasons(title: string, byField: Readonly<Record<string, string>>): string[] {
  const grouped = Map.groupBy(Object.entries(byField), ([, why]) => why);
  if (grouped.size === 0) return [];
  const rows = [...grouped].map(([why, entries]) => row(fields(entries.map(([field]) => field)), why));
  return [[...head(title, "because"), ...rows].join("\n")];
}

const aboutOf = { blueprints: "blueprint", deviceFamilies: "family", tags: "tags" } as const;

/** Who applies a filter; the rule is that of `src/collection/listing/filtering.ts`. */
function filteredBy(dataset: Listing, filter: keyof Filters): string {
  const [way] = dataset.ways;
  if (way.filters?.includes(filter) === true) return "by Kandji";
  const path = dataset.about[aboutOf[filter]];
  if (path !== undefined) return `by us, on ${code(path.join("."))}`;
  return isPerDevice(dataset) || dataset.about.device !== undefined ? "by us, on its device" : "means nothing here";
}

const filterNames = ["blueprints", "deviceFamilies", "tags"] as const;

const filterTable = (dataset: Listing): string =>
  [...head(...filterNames.map(code)), row(...filterNames.map((filter) => filteredBy(dataset, filter)))].join("\n");

const noNews = "no news by themselves";
const cutOut = "cut out unless `sensitive` names them";

export function section(dataset: Listing): string {
  return [
    facts(dataset),
    ...reasons(noNews, dataset.volatile),
    ...reasons(cutOut, dataset.sensitive),
    ...(filterNames.every((filter) => filteredBy(dataset, filter) === "means nothing here")
      ? []
      : [filterTable(dataset)]),
  ].join("\n\n");
}

const entriesBeside = (
  byField: Readonly<Record<string, string>>,
  shared: ReadonlySet<string>,
): Record<string, string> => Object.fromEntries(Object.entries(byField).filter(([field]) => !shared.has(field)));

const sharedBy = (all: readonly Listing[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all[0]?.volatile ?? {}).filter(([field]) =>
      all.every(({ volatile }) => Object.hasOwn(volatile, field)),
    ),
  );

/** The categories of Prism are alike: what is common once, then what each has of its own. */
export function prismSection(): string {
  const [first] = prism;
  if (first === undefined) throw new Error("Prism has no category");
  const common = sharedBy(prism);
  const perRow = sharedBy(prism.filter(({ identity }) => identity.length > 1));
  const shared = new Set(Object.keys({ ...common, ...perRow }));
  const rows = prism.map(({ name, identity, defaults, volatile, sensitive }) =>
    row(
      code(name),
      identity.length === 1 ? "one" : "many",
      code(defaults.every),
      fields(identity),
      fields(Object.keys(entriesBeside(volatile, shared))),
      fields(Object.keys(sensitive)),
    ),
  );
  const own = Object.assign({}, ...prism.map(({ volatile }) => entriesBeside(volatile, shared))) as Record<
    string,
    string
  >;
  const sensitive = Object.assign({}, ...prism.map((category) => category.sensitive)) as Record<string, string>;
  return [
    [
      ...head("", ""),
      row("endpoint", `\`GET /api/v1/prism/{category}\`, with underscores for hyphens ([page](${first.source.href}))`),
      row("kind", sends.state),
      row("permission of the token", "one per category, see the table at the top"),
      row("page", pageText(first.ways[0].paging)),
      row("time", "when it was seen"),
    ].join("\n"),
    [...head("dataset", "rows per device", "`every`", "identity", "no news, of its own", "cut out"), ...rows].join(
      "\n",
    ),
    ...reasons(`${noNews}, everywhere`, common),
    ...reasons(`${noNews}, where a device has many rows`, entriesBeside(perRow, new Set(Object.keys(common)))),
    ...reasons(`${noNews}, in single categories`, own),
    ...reasons(cutOut, sensitive),
    filterTable(first),
  ].join("\n\n");
}
