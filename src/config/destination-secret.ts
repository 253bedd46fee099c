import * as z from "zod";
import type { DestinationType } from "../destinations/destination.ts";
import { checkedText, type Complaint } from "../destinations/settings.ts";
import type { FormatName } from "../formats/format.ts";
import { checkName, datasetCatalogue, formatCatalogue, listed } from "./catalogue.ts";

/** What `DESTINATION_<NAME>` may hold whatever its type; the rest is the type's own `settings`. */

/** The keys that every destination has, with the defaults and limits of its type. */
export function commonKeys(destinationType: DestinationType) {
  const { type, limits, prefers } = destinationType;
  const oldRecords = limits.maxAgeMs === undefined ? "send" : "skip";
  return z.strictObject({
    type: z.literal(type).meta({ description: "Destination type", examples: [type] }),
    format: checkedText((name) => checkFormat(name, destinationType))
      .transform((name) => name as FormatName)
      .optional()
      .meta({
        description: "Shape in which records arrive",
        enum: formatsOf(destinationType),
        default: prefers,
        examples: [prefers],
      }),
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

const formatsOf = ({ refuses }: DestinationType): string[] =>
  formatCatalogue.has.filter((name) => refuses[name as FormatName] === undefined);

function checkFormat(name: string, type: DestinationType): Complaint | undefined {
  const has = formatsOf(type);
  const reason = type.refuses[name as FormatName];
  if (reason === undefined || !formatCatalogue.has.includes(name)) return checkName(name, { ...formatCatalogue, has });
  return {
    what: `makes no sense for "${type.type}": the format "${name}" ${reason}`,
    fix: `Leave it out, or write ${listed(has, "or")}`,
  };
}
