import { millisOf, parseInstant } from "../../datasets/instant.ts";
import { fieldOf } from "../json.ts";

/** What a parsed record says under its keys, in the type that is wanted. Kandji uses null, "" and absence alike for "none". */

/** A text; an id that is a number in older data is one, too. */
export function textAt(value: unknown, key: string): string | undefined {
  const field = fieldOf(value, key);
  if (typeof field === "string") return field === "" ? undefined : field;
  return typeof field === "number" && Number.isFinite(field) ? String(field) : undefined;
}

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
export function objectAt(value: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  const field = fieldOf(value, key);
  const isObject = typeof field === "object" && field !== null && !Array.isArray(field);
  return isObject ? (field as Readonly<Record<string, unknown>>) : undefined;
}

/** One word for what has no id of its own: the parts that tell it from all others, each at its place. */
export function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.every((part) => part === undefined) ? undefined : parts.map((part) => part ?? "").join(":");
}
