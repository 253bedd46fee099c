/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The value under a key of parsed JSON; undefined where there is none. For keys that no object has from birth (`constructor` is
 * one): asking whether it is the object's own would cost a tenth of a format.
 */
export const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined;

/** The members of an object as JSON text, each with a comma before it: to be put behind another member. */
export function membersOf(object: object): string {
  const text = JSON.stringify(object);
  return text === "{}" ? "" : `,${text.slice(1, -1)}`;
}
