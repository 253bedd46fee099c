import type { Schema } from "./schema.ts";

/** Data as YAML: blocks of maps and lists, in the order in which they are given. */

const head = "# Written by `npm run panther-schemas`: what is changed here is lost.\n";

const isPlain = (text: string): boolean =>
  /^[A-Za-z_][\w.]*(?:[ ,-]+[\w.]+)*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);

/** A quoted text of YAML may have every escape of JSON. */
const scalar = (value: unknown): string =>
  typeof value === "string" && !isPlain(value) ? JSON.stringify(value) : String(value);

function lines(value: object, indent: string): string[] {
  return Array.isArray(value) ? listLines(value, indent) : mapLines(value, indent);
}

const mapLines = (map: object, indent: string): string[] =>
  Object.entries(map).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null
      ? [`${indent}${key}:`, ...lines(value, `${indent}  `)]
      : [`${indent}${key}: ${scalar(value)}`],
  );

const listLines = (list: readonly unknown[], indent: string): string[] =>
  list.flatMap((item) => {
    if (typeof item !== "object" || item === null) return [`${indent}- ${scalar(item)}`];
    const [first = "", ...rest] = lines(item, `${indent}  `);
    return [`${indent}- ${first.trimStart()}`, ...rest];
  });

export const yamlOf = (schema: Schema): string => `${head}${mapLines(schema, "").join("\n")}\n`;
