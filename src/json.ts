/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The value under a key of parsed JSON; undefined where there is none. For keys that are written in the code and that no
 * object is born with, as it is with `constructor`: asking whether a key is the object's own would cost a tenth of a format.
 */
export const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
