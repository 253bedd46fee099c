import type { OwnFeed } from "../../src/datasets/dataset.ts";
import { added, nameOf, time, type Field, type Schema } from "./schema.ts";

/** Entries of the forwarder's own logs have the attributes of Panther's audit log: `src/journal/entry.ts`. */
const entry: readonly Field[] = [
  { name: "actionName", type: "string", required: true },
  { name: "actionDescription", type: "string" },
  { name: "actionResult", description: "SUCCEEDED, FAILED or PARTIALLY_FAILED", type: "string", required: true },
  { name: "actionParams", description: "What stood in the address and in the body", type: "json" },
  { name: "actionDetails", type: "json" },
  {
    name: "actor",
    type: "object",
    required: true,
    fields: [
      { name: "id", type: "string", indicators: ["trace_id"], required: true },
      { name: "type", description: "USER or TOKEN", type: "string", required: true },
      { name: "name", type: "string" },
      { name: "attributes", type: "json" },
    ],
  },
  { name: "errors", type: "array", element: { type: "json" } },
  { name: "sourceIP", type: "string", indicators: ["ip"] },
  { name: "XForwardedFor", type: "array", element: { type: "string" } },
  { name: "userAgent", type: "string" },
  { name: "timestamp", description: "When it was attempted", required: true, ...time, isEventTime: true },
  { name: "forwarderVersion", type: "string", required: true },
];

export const ownSchemaOf = (dataset: OwnFeed): Schema => ({
  schema: nameOf(dataset),
  description: dataset.holds,
  referenceURL: dataset.source.href,
  fieldDiscoveryEnabled: true,
  fields: [...entry, ...added],
});
