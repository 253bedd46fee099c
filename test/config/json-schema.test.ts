import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { destinationJsonSchema, tenantJsonSchema } from "../../src/config/json-schema.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";

type Schema = { readonly [key: string]: unknown };

const written = (name: string): string => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");
const propertiesOf = (schema: Schema): [string, Schema][] =>
  Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);

function undescribed(schema: Schema, path = ""): string[] {
  return propertiesOf(schema).flatMap(([name, property]) => {
    const here = `${path}/${name}`;
    const isDataset = path === "/datasets";
    const described = isDataset || (typeof property["description"] === "string" && Array.isArray(property["examples"]));
    return [...(described ? [] : [here]), ...undescribed(property, here)];
  });
}

describe("the JSON Schemas in docs", () => {
  it.each([
    ["tenant.schema.json", tenantJsonSchema],
    ["destination.schema.json", destinationJsonSchema],
  ])("%s is what `npm run schemas` writes", (name, schema) => {
    expect(written(name)).toBe(`${JSON.stringify(schema(), null, 2)}\n`);
  });

  it("describe every key and give an example of it", () => {
    const branches = destinationJsonSchema()["oneOf"] as Schema[];
    expect([tenantJsonSchema(), ...branches].flatMap((schema) => undescribed(schema))).toEqual([]);
  });

  it("know every destination type by its name", () => {
    const branches = destinationJsonSchema()["oneOf"] as Schema[];
    const types = branches.map((branch) => new Map(propertiesOf(branch)).get("type")?.["const"]);
    expect(types).toEqual([...destinationTypes.keys()]);
    for (const branch of branches) expect(branch["additionalProperties"]).toBe(false);
  });
});
