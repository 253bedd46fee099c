import { millisOf, parseInstant } from "../../datasets/instant.ts";
import { fieldOf, type Fields } from "../../json.ts";

/** What a parsed record says under its keys, in the type that is wanted. Kandji uses null, "" and absence alike for "none". */

/** A text; an id that is a number in older data is one, too, unless it is beyond what a number holds to the last digit. */
export function textOf(field: unknown): string | undefined {
  if (typeof field === "string") return field === "" ? undefined : field;
  return typeof field === "number" && Math.abs(field) <= Number.MAX_SAFE_INTEGER ? String(field) : undefined;
}

export const textAt = (value: unknown, key: string): string | undefined => textOf(fieldOf(value, key));

/** The first of the keys under which there is a text. */
export function firstText(value: unknown, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const text = textAt(value, key);
    if (text !== undefined) return text;
  }
  return undefined;
}

export function numberAt(value: unknown, key: string): number | undefined {
  const field = fieldOf(value, key);
  return typeof field === "number" && Number.isFinite(field) ? field : undefined;
}

export function integerAt(value: unknown, key: string): number | undefined {
  const field = fieldOf(value, key);
  return Number.isSafeInteger(field) ? (field as number) : undefined;
}

/** Milliseconds since 1970; a time without a zone is UTC. */
export function momentAt(value: unknown, key: string): number | undefined {
  const field = fieldOf(value, key);
  const instant = typeof field === "string" ? parseInstant(field) : undefined;
  return instant === undefined ? undefined : millisOf(instant);
}

/** The texts of a list. */
export function textsAt(value: unknown, key: string): readonly string[] | undefined {
  const field = fieldOf(value, key);
  if (!Array.isArray(field)) return undefined;
  const texts = field.filter((text): text is string => typeof text === "string" && text !== "");
  return texts.length === 0 ? undefined : texts;
}

/** An object with keys, and nothing else. */
export const objectOf = (field: unknown): Fields | undefined =>
  typeof field === "object" && field !== null && !Array.isArray(field) ? (field as Fields) : undefined;

export const objectAt = (value: unknown, key: string): Fields | undefined => objectOf(fieldOf(value, key));

/** One word for what has no id of its own: the parts that tell it from all others, each at its place. */
export function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.every((part) => part === undefined) ? undefined : parts.map((part) => part ?? "").join(":");
}
