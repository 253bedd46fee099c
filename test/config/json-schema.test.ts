import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withTable } from "../../scripts/write-destinations/table.ts";
import { optionKeys } from "../../src/config/dataset-options.ts";
import { destinationJsonSchema, notifierJsonSchema, tenantJsonSchema } from "../../src/config/json-schema.ts";
import { datasets } from "../../src/datasets/registry.ts";
import { destinationTypes } from "../../src/destinations/registry.ts";

type Schema = { readonly [key: string]: unknown };

const written = (name: string): string => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");
const propertiesOf = (schema: Schema): [string, Schema][] =>
  Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);

/** Follows a reference to what several keys share. */
function resolved(schema: Schema, root: Schema): Schema {
  const name = /^#\/\$defs\/(.+)$/u.exec(String(schema["$ref"]))?.[1];
  const shared = (root["$defs"] ?? {}) as Record<string, Schema>;
  return name === undefined ? schema : { ...shared[name], ...schema };
}

function undescribed(schema: Schema, root: Schema = schema, path = ""): string[] {
  return propertiesOf(schema).flatMap(([name, reference]) => {
    const here = `${path}/${name}`;
    const property = resolved(reference, root);
    const described = typeof property["description"] === "string" && Array.isArray(property["examples"]);
    return [...(described ? [] : [here]), ...undescribed(property, root, here)];
  });
}

describe("the JSON Schemas in docs", () => {
  it.each([
    ["tenant.schema.json", tenantJsonSchema],
    ["destination.schema.json", destinationJsonSchema],
    ["notify.schema.json", notifierJsonSchema],
  ])("%s is what `npm run schemas` writes", (name, schema) => {
    expect(written(name)).toBe(`${JSON.stringify(schema(), null, 2)}\n`);
  });

  it("README.md has the table of destination types that `npm run destinations` writes", () => {
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    expect(withTable(readme)).toBe(readme);
  });

  it("describe every key and give an example of it", () => {
    const branches = destinationJsonSchema()["oneOf"] as Schema[];
    expect([tenantJsonSchema(), notifierJsonSchema(), ...branches].flatMap((schema) => undescribed(schema))).toEqual(
      [],
    );
  });

  it("know every destination type by its name", () => {
    const branches = destinationJsonSchema()["oneOf"] as Schema[];
    const types = branches.map((branch) => new Map(propertiesOf(branch)).get("type")?.["const"]);
    expect(types).toEqual([...destinationTypes.keys()]);
    for (const branch of branches) expect(branch["additionalProperties"]).toBe(false);
  });

  it("know every dataset and its options by their names", () => {
    const root = tenantJsonSchema();
    const [, chosen = {}] = propertiesOf(root).find(([name]) => name === "datasets") ?? [];
    const options = new Map(propertiesOf(chosen).map(([name, reference]) => [name, resolved(reference, root)]));
    expect([...options.keys()]).toEqual([...datasets.keys()]);
    for (const [name, schema] of options) {
      expect(schema["additionalProperties"], name).toBe(false);
      expect(propertiesOf(schema).map(([key]) => key)).toEqual(optionKeys(datasets.get(name)!));
    }
  });

  it("stay small although there are many datasets: what several share is written once", () => {
    expect(written("tenant.schema.json").length).toBeLessThan(40_000);
  });
});
