import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { destinationJsonSchema, notifierJsonSchema, tenantJsonSchema } from "../src/config/json-schema.ts";

/** Writes the JSON Schemas of the secrets into `docs/`. Run it after a key was added or described anew. */

const files = [
  { name: "tenant.schema.json", schema: tenantJsonSchema() },
  { name: "destination.schema.json", schema: destinationJsonSchema() },
  { name: "notify.schema.json", schema: notifierJsonSchema() },
];

for (const { name, schema } of files) {
  writeFileSync(join(import.meta.dirname, "../docs", name), `${JSON.stringify(schema, null, 2)}\n`);
}
