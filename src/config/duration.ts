import * as z from "zod";
import { type Complaint, issueOf } from "../destinations/settings.ts";

/** Durations as the operator writes them: a whole number and a unit. */

const units: ReadonlyMap<string, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

const pattern = /^(\d{1,9})([smhd])$/u;

/** Milliseconds, or `undefined` when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, letter] = pattern.exec(text) ?? [];
  const unit = units.get(letter ?? "");
  return amount === undefined || unit === undefined ? undefined : Number(amount) * unit;
}

/** What a duration may be, as the operator would write it. */
export interface Bounds {
  readonly atLeast: string;
  readonly atMost: string;
  /** What to write in place of "never", which means nothing here; absent where "never" is allowed and is `Infinity`. */
  readonly insteadOfNever?: string;
}

/** A zod type for a duration that comes out in milliseconds. */
export function duration(bounds: Bounds): z.ZodType<number, string> {
  const never = bounds.insteadOfNever === undefined ? "|never" : "";
  return z
    .string()
    .superRefine((text, context) => {
      const complaint = checkDuration(text, bounds);
      if (complaint !== undefined) context.addIssue(issueOf(complaint));
    })
    .transform((text) => parseDuration(text) ?? Number.POSITIVE_INFINITY)
    .meta({ pattern: `^(\\d{1,9}[smhd]${never})$` });
}

function checkDuration(text: string, bounds: Bounds): Complaint | undefined {
  if (text === "never") {
    return bounds.insteadOfNever === undefined ? undefined : { what: 'cannot be "never"', fix: bounds.insteadOfNever };
  }
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    return {
      what: "is not a duration",
      fix: 'Write a whole number and s, m, h or d, such as "90s", "5m", "12h" or "365d"',
    };
  }
  if (milliseconds < (parseDuration(bounds.atLeast) ?? 0)) {
    return { what: "is too short", fix: `Write at least "${bounds.atLeast}"` };
  }
  if (milliseconds > (parseDuration(bounds.atMost) ?? Number.POSITIVE_INFINITY)) {
    return { what: "is too long", fix: `Write at most "${bounds.atMost}"` };
  }
  return undefined;
}
