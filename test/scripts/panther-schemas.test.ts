import { describe, expect, it } from "vitest";
import { schemaFiles } from "../../scripts/write-panther-schemas/files.ts";
import { ownSchemaOf } from "../../scripts/write-panther-schemas/own-schema.ts";
import { schemaOf, type Field, type Value } from "../../scripts/write-panther-schemas/schema.ts";
import { yamlOf } from "../../scripts/write-panther-schemas/yaml.ts";
import { devices } from "../../src/datasets/devices.ts";
import { datasets, listings, ownFeeds } from "../../src/datasets/registry.ts";
import { recordsOf, samples } from "../datasets/records.ts";
import { shapedBy } from "../formats/shaped.ts";
import { filesBelow, textOf } from "../house/tree.ts";

/** The schemas in `docs/panther`, and what Panther would make of our records with them. */

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isBetween = (value: unknown, most: number): boolean => Number.isInteger(value) && Math.abs(Number(value)) <= most;

/** Where the value does not fit, as Panther's reference says of types; a null is no value. */
function misfits(value: unknown, schema: Value, path: string): string[] {
  const unless = (fits: boolean): string[] => (fits ? [] : [path]);
  if (value === null || value === undefined) return [];
  if (schema.type === "json") return [];
  if (schema.type === "object")
    return isObject(value) ? schema.fields.flatMap((field) => misfit(value, field, path)) : [path];
  if (schema.type === "array")
    return Array.isArray(value)
      ? value.flatMap((element, index) => misfits(element, schema.element, `${path}[${index}]`))
      : [path];
  if (schema.type === "timestamp")
    return unless(typeof value === "string" && /T.*(?:Z|[+-]\d\d:\d\d)$/.test(value) && Date.parse(value) > 0);
  if (schema.type === "bigint") return unless(isBetween(value, Number.MAX_SAFE_INTEGER));
  return unless(typeof value === { string: "string", float: "number", boolean: "boolean" }[schema.type]);
}

function misfit(object: Json, field: Field, path: string): string[] {
  const here = `${path}.${field.name}`;
  const value = object[field.name];
  if (field.required === true && (value === undefined || value === null || value === "")) return [`${here} is missing`];
  return misfits(value, field, here);
}

/** Keys that the schema does not have. */
function unknown(value: unknown, schema: Value, path = ""): string[] {
  if (schema.type === "array" && Array.isArray(value))
    return value.flatMap((element) => unknown(element, schema.element, `${path}[]`));
  if (schema.type !== "object" || !isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const field = schema.fields.find(({ name }) => name === key);
    return field === undefined ? [`${path}.${key}`] : unknown(inner, field, `${path}.${key}`);
  });
}

const fieldsIn = (fields: readonly Field[]): Field[] =>
  fields.flatMap((field) => [field, ...(field.type === "object" ? fieldsIn(field.fields) : [])]);

const shaped = shapedBy("panther");
const recordsOfLog = (name: string): string[] => (samples.get(name) ?? []).map(({ raw }) => raw);

describe("docs/panther", () => {
  it("has what `npm run panther-schemas` writes, and nothing else", () => {
    const files = filesBelow("docs/panther", /./u).map((path) => [path.split("/").at(-1), textOf(path)] as const);
    expect(new Map(files)).toEqual(new Map([...schemaFiles()].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  });

  it("has a schema for every dataset but the audit log, each under a name of its own", () => {
    const expected = [...datasets.keys()].filter((name) => name !== "audit-events").map((name) => `${name}.yml`);
    expect([...schemaFiles().keys()].toSorted()).toEqual(expected.toSorted());
    const names = [...[...listings.values()].map(schemaOf), ...[...ownFeeds.values()].map(ownSchemaOf)].map(
      ({ schema }) => schema,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^Custom\.Kandji(?:\.[A-Z][A-Za-z0-9]+)+$/u);
    expect(names).toContain("Custom.Kandji.PrismGatekeeperAndXprotect");
  });

  const schemas = [
    ...[...listings].map(([name, dataset]) => [name, schemaOf(dataset), recordsOf(dataset)] as const),
    ...[...ownFeeds].map(([name, dataset]) => [name, ownSchemaOf(dataset), recordsOfLog(name)] as const),
  ];

  describe.each(schemas)("%s.yml", (name, { fields }, raws) => {
    const whole: Value = { type: "object", fields };
    const records = raws.map((raw) => JSON.parse(shaped(raw, { dataset: name })) as Json);

    it("takes every record that is sent, notices of what is gone among them", () => {
      expect(records.length).toBeGreaterThan(0);
      expect(records.flatMap((record) => misfits(record, whole, ""))).toEqual([]);
    });

    it("has a field for every key", () => {
      expect(records.flatMap((record) => unknown(record, whole))).toEqual([]);
    });

    it("says when a record is of, in one way at least, and requires what tells it from others", () => {
      const all = fieldsIn(fields);
      expect(all.filter((field) => field.type === "timestamp" && field.isEventTime).length).toBeGreaterThan(0);
      expect(fields.filter(({ required }) => required).length).toBeGreaterThan(0);
      const names = fields.map((field) => field.name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    });

    it("names indicators that Panther knows, on texts alone", () => {
      const known = new Set("email hostname ip serial_number sha256 trace_id username".split(" "));
      for (const field of fieldsIn(fields)) {
        if (!("indicators" in field)) continue;
        expect(field.type).toBe("string");
        expect(field.indicators?.filter((indicator) => !known.has(indicator))).toEqual([]);
      }
    });
  });

  it("would be found out: a record of another type, without its identity, with a key more", () => {
    const schema: Value = { type: "object", fields: schemaOf(devices).fields };
    const [first = ""] = recordsOf(devices);
    const record = JSON.parse(shaped(first)) as Json;
    expect(misfits({ ...record, mdm_enabled: "True" }, schema, "")).toEqual([".mdm_enabled"]);
    expect(misfits({ ...record, device_id: null }, schema, "")).toEqual([".device_id is missing"]);
    expect(misfits({ ...record, received_at: "yesterday" }, schema, "")).toEqual([".received_at"]);
    expect(misfits({ ...record, tags: ["a", 1] }, schema, "")).toEqual([".tags[1]"]);
    expect(unknown({ ...record, more: 1 }, schema)).toEqual([".more"]);
  });
});

describe("a text in YAML", () => {
  const written = (description: string): string | undefined =>
    /^description: (.*)$/mu.exec(yamlOf({ ...schemaOf(devices), description, fields: [] }))?.[1];

  it.each(["a word", "a, b and c", "What Kandji says"])("stands as it is where it can: %s", (text) => {
    expect(written(text)).toBe(text);
  });

  it.each(["", "yes", "Null", "a: b", "- a", "a #b", '"a"', "a\nb", "1", "é", "'", "a ", "*a", "{a}"])(
    "is quoted where it would be read as something else: %j",
    (text) => {
      expect(written(text)).toBe(JSON.stringify(text));
    },
  );
});
