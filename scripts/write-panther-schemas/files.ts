import { listings } from "../../src/datasets/registry.ts";
import { schemaOf } from "./schema.ts";
import { yamlOf } from "./yaml.ts";

/** The text of each file by its name. The audit log has none: Panther itself has `Iru.Audit` for it. */
export const schemaFiles = (): Map<string, string> =>
  new Map([...listings.values()].map((dataset) => [`${dataset.name}.yml`, yamlOf(schemaOf(dataset))]));
