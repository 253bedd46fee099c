import * as z from "zod";
import type { Feed } from "../datasets/dataset.ts";
import type { Listing } from "../datasets/listing.ts";
import type { Dataset } from "../datasets/registry.ts";
import type { DatasetOptions } from "./config.ts";
import { duration } from "./duration.ts";

/** The options of a dataset in a tenant's secret; defaults are the dataset's own. */

const option = (schema: z.ZodType<number, string>, preset: string, description: string) =>
  schema.prefault(preset).meta({ description, default: preset, examples: [preset] });

const meaningless = (what: string, bounds: { atLeast: string; atMost: string }) =>
  duration(bounds)
    .optional()
    .meta({ description: `Means nothing for this dataset: ${what}` });

const reaches = { atLeast: "0s", atMost: "3650d" };

// Ten years: Kandji is younger than that, and every instant stays exact in microseconds.
const backfill = (preset: string) =>
  option(
    duration({ ...reaches, insteadOfNever: 'Write "0s" to start from now' }),
    preset,
    'How far back to collect on the first sync; "0s" starts from now',
  );

function feedOptions({ defaults, enrichments }: Feed) {
  return z.strictObject({
    every: option(
      // A poll less often than daily would find Datadog's door shut: it drops what is older than 18 hours.
      duration({ atLeast: "1s", atMost: "24h", insteadOfNever: "Leave the dataset out to collect nothing of it" }),
      defaults.every,
      "How often to ask for what is new",
    ),
    backfill: backfill(defaults.backfill),
    overlap: option(
      // The ids of the whole overlap are remembered and its pages are read again; beyond a week that is a replay's work.
      duration({ atLeast: "0s", atMost: "7d", insteadOfNever: 'Write "0s" to read no moment twice' }),
      defaults.overlap,
      "How late a record may become visible and still be found by polling",
    ),
    snapshotEvery: meaningless("events have no state to send again", { atLeast: "1s", atMost: "3650d" }),
    ...(enrichments === undefined
      ? {}
      : {
          enrich: z
            .array(z.enum(enrichments))
            .default([])
            .meta({ description: "What to add to each record from elsewhere in Kandji", examples: [[...enrichments]] }),
        }),
  });
}

function listingOptions({ defaults, sends, sensitive, ways }: Listing) {
  const keys = Object.keys(sensitive);
  return z.strictObject({
    every: option(
      duration({ atLeast: "1s", atMost: "30d", insteadOfNever: "Leave the dataset out to collect nothing of it" }),
      defaults.every,
      "How often to read all of it and send what has changed",
    ),
    backfill: sends === "state" ? meaningless("state is read as it is now", reaches) : backfill(defaults.backfill),
    overlap: meaningless("all of it is read each time", { atLeast: "0s", atMost: "7d" }),
    snapshotEvery:
      sends === "state"
        ? option(duration({ atLeast: "1s", atMost: "3650d" }), "24h", 'How often to send all of it again; or "never"')
        : meaningless("each record is sent once", { atLeast: "1s", atMost: "3650d" }),
    ...(keys.length === 0
      ? {}
      : {
          sensitive: z
            .array(z.enum(keys))
            .default([])
            .meta({ description: "Sensitive keys to send all the same", examples: [keys.slice(0, 1)] }),
        }),
    ...(ways.some(({ api }) => api !== undefined)
      ? {
          api: z
            .enum(["v1", "v2"])
            .optional()
            .meta({ description: "Version of the endpoint; chosen by what Kandji answers when left out", examples: ["v2"] }),
        }
      : {}),
  });
}

export const datasetOptions = (dataset: Dataset) =>
  // Which keys there are depends on the dataset: zod cannot say so in its types.
  (dataset.reading === "feed" ? feedOptions(dataset) : listingOptions(dataset)) as unknown as z.ZodType<RawOptions>;

/** What the schemas let through: milliseconds, and what the operator did not write absent where it means nothing. */
export interface RawOptions {
  readonly every: number;
  readonly backfill?: number | undefined;
  readonly overlap?: number | undefined;
  readonly snapshotEvery?: number | undefined;
  readonly sensitive?: readonly string[] | undefined;
  readonly api?: "v1" | "v2" | undefined;
  readonly enrich?: readonly "actor"[] | undefined;
}

export const optionsOf = (raw: RawOptions): DatasetOptions => ({
  everyMs: raw.every,
  backfillMs: raw.backfill ?? 0,
  overlapMs: raw.overlap ?? 0,
  snapshotEveryMs: raw.snapshotEvery ?? Infinity,
  sensitive: raw.sensitive ?? [],
  api: raw.api,
  enrich: raw.enrich ?? [],
});

/** Options that were written and mean nothing for their dataset, with the reason. */
export function meaninglessOptions(dataset: Dataset, raw: RawOptions): { option: string; why: string }[] {
  if (dataset.reading === "feed")
    return raw.snapshotEvery === undefined ? [] : [{ option: "snapshotEvery", why: "means nothing for a dataset of events" }];
  const found: { option: string; why: string }[] = [];
  if (raw.overlap !== undefined) found.push({ option: "overlap", why: "means nothing for a dataset that is read whole" });
  if (dataset.sends === "state" && raw.backfill !== undefined)
    found.push({ option: "backfill", why: "means nothing for a dataset of state" });
  if (dataset.sends !== "state" && raw.snapshotEvery !== undefined)
    found.push({ option: "snapshotEvery", why: "means nothing for a dataset of events" });
  return found;
}
