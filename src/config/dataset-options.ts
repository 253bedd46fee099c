import * as z from "zod";
import type { Feed } from "../datasets/dataset.ts";
import type { Listing } from "../datasets/listing.ts";
import { kandjiFeeds, type Dataset } from "../datasets/registry.ts";
import type { Complaint } from "../destinations/settings.ts";
import { listed } from "./catalogue.ts";
import type { DatasetOptions } from "./config.ts";
import { duration } from "./duration.ts";

/** The options of a dataset in a tenant's secret; defaults are the dataset's own. */

/** Options that every dataset accepts: one that means nothing for it is noted, for an operator may well write the same for all. */
const common = ["every", "backfill", "overlap", "snapshotEvery"] as const;
type Common = (typeof common)[number];

const option = (schema: z.ZodType<number, string>, preset: string, description: string) =>
  schema.prefault(preset).meta({ description, default: preset, examples: [preset] });

const leaveOut = "Leave the dataset out to collect nothing of it";

// Ten years: Kandji is younger than that, and every instant stays exact in microseconds.
const longest = "3650d";
const ofBackfill = { atLeast: "0s", atMost: longest, insteadOfNever: 'Write "0s" to start from now' };
// The ids of the whole overlap are remembered and its pages are read again; beyond a week that is a replay's work.
const ofOverlap = { atLeast: "0s", atMost: "7d", insteadOfNever: 'Write "0s" to read no moment twice' };
const ofSnapshots = { atLeast: "1s", atMost: longest };

const backfill = (preset: string) =>
  option(duration(ofBackfill), preset, 'How far back to collect on the first sync; "0s" starts from now');

/** Shared by all datasets for which they mean nothing, and named, so that the JSON Schema has each once. */
const meaningless = {
  backfill: nothing("backfill", duration(ofBackfill), "0s", "a dataset of state is read as it is now"),
  overlap: nothing("overlap", duration(ofOverlap), "10m", "the dataset is read whole each time"),
  snapshotEvery: nothing("snapshotEvery", duration(ofSnapshots), "24h", "events have no state to send again"),
};

function nothing(name: Common, schema: z.ZodType<number, string>, example: string, why: string) {
  const about = { description: `Means nothing here: ${why}`, deprecated: true, examples: [example] };
  return schema.optional().meta({ ...about, id: `meaningless-${name}` });
}

function feedOptions({ defaults, keeper }: Feed) {
  return {
    every: option(
      // A poll less often than daily would find Datadog's door shut: it drops what is older than 18 hours.
      duration({ atLeast: "1s", atMost: "24h", insteadOfNever: leaveOut }),
      defaults.every,
      "How often to ask for what is new",
    ),
    backfill: backfill(defaults.backfill),
    overlap: option(
      duration(ofOverlap),
      defaults.overlap,
      "How late a record may become visible and still be found by polling",
    ),
    snapshotEvery: meaningless.snapshotEvery,
    ...(keeper === "kandji" ? sweepOptions : {}),
  };
}

const sweepOptions = {
  sweep: option(
    duration({ atLeast: "1h", atMost: "30d" }),
    "3d",
    'How far back to read events again, for those that became visible later than the overlap; or "never"',
  ),
  sweepEvery: option(
    duration({ atLeast: "10m", atMost: "30d", insteadOfNever: 'Write "sweep": "never"' }),
    "6h",
    "How often to do so",
  ),
};

function listingOptions({ defaults, sends }: Listing) {
  const isState = sends === "state";
  return {
    every: option(
      duration({ atLeast: "1s", atMost: "30d", insteadOfNever: leaveOut }),
      defaults.every,
      "How often to walk through all of it and send what is new or changed",
    ),
    backfill: isState ? meaningless.backfill : backfill(defaults.backfill),
    overlap: meaningless.overlap,
    snapshotEvery: isState
      ? option(duration(ofSnapshots), "24h", 'How often to send every row again, changed or not; or "never"')
      : meaningless.snapshotEvery,
  };
}

/** Options that only some datasets have. */
type Particular = "sensitive" | "api" | "enrich" | "sweep" | "sweepEvery";

function particularOptions(dataset: Dataset): Partial<Record<Particular, z.ZodType>> {
  if (dataset.reading === "feed") {
    const additions = dataset.keeper === "kandji" ? dataset.enrichments : undefined;
    return additions === undefined ? {} : { enrich: enrich(additions) };
  }
  const keys = Object.keys(dataset.sensitive);
  const versions = dataset.ways.flatMap(({ api }) => api ?? []);
  return {
    ...(keys.length === 0 ? {} : { sensitive: sensitive(keys) }),
    ...(versions.length === 0 ? {} : { api: api(versions) }),
  };
}

const sensitive = (keys: readonly string[]) =>
  z
    .array(z.enum(keys))
    .default([])
    .meta({
      description: "Sensitive keys that are sent all the same, in place of being cut out",
      examples: [keys.slice(0, 1)],
    });

const api = (versions: readonly ("v1" | "v2")[]) =>
  z
    .enum(versions)
    .optional()
    .meta({
      description: "Which version of the endpoint to ask; when left out, the older one as long as Kandji has it",
      examples: versions.slice(-1),
    });

const enrich = (additions: readonly "actor"[]) =>
  z
    .array(z.enum(additions))
    .default([])
    .meta({ description: "What to add to each record from elsewhere in Kandji", examples: [[...additions]] });

const schemas = new Map<string, z.ZodType<RawOptions>>();

/** Datasets that have the same options share one schema: there are many of them, and the JSON Schema names each only once. */
export function datasetOptions(dataset: Dataset): z.ZodType<RawOptions> {
  const own = particularOptions(dataset);
  const isPlain = dataset.reading === "listing" && dataset.sends === "state" && Object.keys(own).length === 0;
  const id = isPlain ? `state-every-${dataset.defaults.every}` : dataset.name;
  const known = schemas.get(id);
  if (known !== undefined) return known;
  const shape = dataset.reading === "feed" ? feedOptions(dataset) : listingOptions(dataset);
  // Which keys there are depends on the dataset: zod cannot say so in its types.
  const schema = z.strictObject({ ...shape, ...own }).meta({ id }) as unknown as z.ZodType<RawOptions>;
  schemas.set(id, schema);
  return schema;
}

/** The keys that may stand in the options of a dataset. */
export const optionKeys = (dataset: Dataset): string[] => [
  ...common,
  ...(dataset.reading === "feed" && dataset.keeper === "kandji" ? Object.keys(sweepOptions) : []),
  ...Object.keys(particularOptions(dataset)),
];

/** A better word for an option of other datasets than that it is unknown. */
export function misplacedOption(key: string): Complaint | undefined {
  const what = misplaced.get(key);
  return what === undefined ? undefined : { what, fix: "Remove it" };
}

const enriched = [...kandjiFeeds.values()]
  .filter(({ enrichments }) => enrichments !== undefined)
  .map(({ name }) => name);

const swept = `is an option of ${listed([...kandjiFeeds.keys()])} only: nothing else can become visible late`;

const misplaced: ReadonlyMap<string, string> = new Map<Particular, string>([
  ["sensitive", "is not an option of this dataset: no key of it is cut out"],
  ["api", "is not an option of this dataset: Kandji has one endpoint for it"],
  ["enrich", `is an option of ${listed(enriched)} only`],
  ["sweep", swept],
  ["sweepEvery", swept],
]);

/** What the schemas let through: milliseconds, and what the operator did not write absent where it means nothing. */
export interface RawOptions {
  readonly every: number;
  readonly backfill?: number | undefined;
  readonly overlap?: number | undefined;
  readonly snapshotEvery?: number | undefined;
  readonly sensitive?: readonly string[] | undefined;
  readonly api?: "v1" | "v2" | undefined;
  readonly enrich?: readonly "actor"[] | undefined;
  readonly sweep?: number | undefined;
  readonly sweepEvery?: number | undefined;
}

/** What means nothing for the dataset is as if it had not been written. */
export function optionsOf(dataset: Dataset, raw: RawOptions): DatasetOptions {
  const ignored = new Set(meaninglessOptions(dataset, raw).map((found) => found.option));
  const meant = (name: Common, otherwise: number): number => (ignored.has(name) ? otherwise : (raw[name] ?? otherwise));
  return {
    everyMs: raw.every,
    backfillMs: meant("backfill", 0),
    overlapMs: meant("overlap", 0),
    snapshotEveryMs: meant("snapshotEvery", Infinity),
    sensitive: raw.sensitive ?? [],
    api: raw.api,
    enrich: raw.enrich ?? [],
    sweepMs: raw.sweep === undefined || raw.sweep === Infinity ? 0 : raw.sweep,
    sweepEveryMs: raw.sweepEvery ?? 0,
  };
}

/** Options that were written and mean nothing for their dataset, with the reason. */
export function meaninglessOptions(dataset: Dataset, raw: RawOptions): { option: Common; why: string }[] {
  const isState = dataset.reading === "listing" && dataset.sends === "state";
  const reasons: Partial<Record<Common, string>> = {
    ...(isState ? { backfill: "means nothing for a dataset of state" } : {}),
    ...(dataset.reading === "listing" ? { overlap: "means nothing for a dataset that is read whole" } : {}),
    ...(isState ? {} : { snapshotEvery: "means nothing for a dataset of events" }),
  };
  return common.flatMap((name) => {
    const why = reasons[name];
    return why === undefined || raw[name] === undefined ? [] : [{ option: name, why }];
  });
}
