import { listings, ownFeeds } from "../../src/datasets/registry.ts";
import { ownSchemaOf } from "./own-schema.ts";
import { schemaOf, type Schema } from "./schema.ts";
import { yamlOf } from "./yaml.ts";

/** The text of each file by its name. The audit log has none: Panther itself has `Iru.Audit` for it. */
export const schemaFiles = (): Map<string, string> =>
  new Map([
    ...[...listings.values()].map((dataset) => fileOf(dataset.name, schemaOf(dataset))),
    ...[...ownFeeds.values()].map((dataset) => fileOf(dataset.name, ownSchemaOf(dataset))),
  ]);

const fileOf = (name: string, schema: Schema): [string, string] => [`${name}.yml`, yamlOf(schema)];
