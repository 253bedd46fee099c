import * as z from "zod";
import type { DestinationType } from "../destinations/destination.ts";
import { destinationTypes } from "../destinations/registry.ts";
import { commonKeys } from "./destination-secret.ts";
import { notifierSecret } from "./notifier-config.ts";
import { tenantSecret } from "./tenant-secret.ts";

/** JSON Schemas of the secrets, for editors and for checks before a deploy: made of what the forwarder itself reads them with. */

type JsonSchema = Readonly<Record<string, unknown>>;

const dialect = "https://json-schema.org/draft/2020-12/schema";

export function tenantJsonSchema(): JsonSchema {
  return schemaOf(tenantSecret(false));
}

export function destinationJsonSchema(): JsonSchema {
  return {
    $schema: dialect,
    title: "DESTINATION_<NAME>",
    description: "Secret of one destination of kandji-forwarder",
    type: "object",
    required: ["type"],
    oneOf: [...destinationTypes.values()].map(branch),
  };
}

export function notifierJsonSchema(): JsonSchema {
  return schemaOf(notifierSecret);
}

/** One type: the keys that every destination has and its own. */
function branch(type: DestinationType): JsonSchema {
  const { $schema: _common, ...common } = schemaOf(commonKeys(type));
  const { $schema: _own, ...own } = schemaOf(type.settings);
  return {
    ...common,
    ...own,
    title: type.title,
    properties: { ...objectAt(common, "properties"), ...objectAt(own, "properties") },
    required: [...listAt(common, "required"), ...listAt(own, "required")],
  };
}

function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    target: "draft-2020-12",
    // zod leaves out the examples of what it transforms, lest they be of the result; ours are what the operator writes.
    override({ zodSchema, jsonSchema }) {
      const examples = z.globalRegistry.get(zodSchema)?.["examples"];
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
}

function objectAt(schema: JsonSchema, key: string): object {
  const value = schema[key];
  return typeof value === "object" && value !== null ? value : {};
}

function listAt(schema: JsonSchema, key: string): unknown[] {
  const value = schema[key];
  return Array.isArray(value) ? value : [];
}
