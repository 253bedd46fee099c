import * as z from "zod";
import type { DestinationType } from "../destinations/destination.ts";
import { checkedText } from "../destinations/settings.ts";
import { checkName, datasetCatalogue, formatCatalogue } from "./catalogue.ts";

/** What `DESTINATION_<NAME>` may hold whatever its type; the rest is the type's own `settings`. */

/** The keys that every destination has, with the defaults and limits of its type. */
export function commonKeys({ type, limits, prefers }: DestinationType) {
  const oldRecords = limits.maxAgeMs === undefined ? "send" : "skip";
  return z.strictObject({
    type: z.literal(type).meta({ description: "Destination type", examples: [type] }),
    format: checkedText((name) => checkName(name, formatCatalogue))
      .default(prefers)
      .meta({ description: "Shape in which records arrive", enum: [...formatCatalogue.has], examples: [prefers] }),
    datasets: z
      .array(checkedText((name) => checkName(name, datasetCatalogue)).meta({ enum: [...datasetCatalogue.has] }))
      .min(1)
      .optional()
      .meta({ description: "Which datasets go there; all when left out", examples: [["audit-events"]] }),
    oldRecords: z
      .enum(["send", "skip", "restamp"])
      .default(oldRecords)
      .meta({ description: "What to do with records older than the intake takes", examples: ["skip", "restamp"] }),
    maxBatchRecords: z
      .int()
      .min(1)
      .max(limits.records)
      .default(limits.records)
      .meta({ description: "Records per request, at most", examples: [100] }),
    maxBatchBytes: z
      .int()
      .min(1)
      .max(limits.bytes)
      .default(limits.bytes)
      .meta({ description: "Bytes per request before compression, at most", examples: [500_000] }),
  });
}
