import type { z } from "zod";
import type { Complaint } from "../destinations/settings.ts";
import { listed } from "./catalogue.ts";
import type { ConfigError } from "./config.ts";
import { nearest } from "./nearest.ts";

/** Turns what zod found wrong into errors that name the secret, the key and the mend, and never quote a value. */

/** The keys that may stand at a place of the secret, to name the one that was meant. */
export type KnownKeys = (path: readonly PropertyKey[]) => readonly string[];

export interface Subject {
  readonly secret: string;
  /** The parsed JSON, to tell an absent key from a wrong one. */
  readonly json: unknown;
  readonly knownKeys: KnownKeys;
  /** A better word for an unknown key than "unknown", where its name is one of a catalogue. */
  readonly unknownKey?: (path: readonly PropertyKey[], key: string) => Complaint | undefined;
}

export function configError(secret: string, path: readonly PropertyKey[], complaint: Complaint): ConfigError {
  const key = path.map(shownKey).join(".");
  const place = key === "" ? "it" : `"${key}"`;
  return { secret, key, message: `Cannot read secret "${secret}": ${place} ${complaint.what}`, fix: complaint.fix };
}

export function explain(issues: readonly z.core.$ZodIssue[], subject: Subject): ConfigError[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys")
      return [configError(subject.secret, issue.path, complaintOf(issue, subject))];
    return issue.keys.map((key) =>
      configError(subject.secret, [...issue.path, key], unknownKey(issue.path, key, subject)),
    );
  });
}

function unknownKey(path: readonly PropertyKey[], key: string, subject: Subject): Complaint {
  const better = subject.unknownKey?.(path, key);
  if (better !== undefined) return better;
  const known = subject.knownKeys(path);
  const meant = nearest(key, known);
  const fix =
    meant === undefined
      ? `Remove it; the keys here are ${listed(known)}`
      : `Did you mean "${meant}"? Rename or remove it`;
  return { what: "is not a key that it may have", fix };
}

function complaintOf(issue: z.core.$ZodIssue, { json }: Subject): Complaint {
  if (issue.code === "custom") return { what: issue.message, fix: String(issue.params?.["fix"] ?? "") };
  if (!isPresent(json, issue.path)) return missing(issue.path);
  if (issue.code === "invalid_type") return wrongType(issue.expected);
  if (issue.code === "invalid_value") {
    return {
      what: "is not one of the values that it may have",
      fix: `Write ${listed(issue.values.map(String), "or")}`,
    };
  }
  if (issue.code === "too_big") return { what: "is too large", fix: `Write at most ${String(issue.maximum)}` };
  if (issue.code !== "too_small")
    return { what: "is not what it may be", fix: "Look it up in the JSON Schema in docs" };
  if (issue.origin !== "number" && issue.origin !== "int")
    return { what: "is empty", fix: "Fill it, or leave the key out" };
  return { what: "is too small", fix: `Write at least ${String(issue.minimum)}` };
}

function missing(path: readonly PropertyKey[]): Complaint {
  return { what: "is missing", fix: `Add the key "${String(path.at(-1))}"` };
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ["string", "a text in quotes"],
  ["number", "a number, without quotes"],
  ["int", "a whole number, without quotes"],
  ["boolean", "true or false, without quotes"],
  ["array", "a list in [ and ]"],
  ["object", "an object in { and }"],
  ["record", "an object in { and }"],
]);

function wrongType(expected: string): Complaint {
  return { what: "has the wrong type", fix: `Write ${typeNames.get(expected) ?? expected}` };
}

function isPresent(json: unknown, path: readonly PropertyKey[]): boolean {
  let place = json;
  for (const key of path) {
    if (typeof place !== "object" || place === null || !Object.hasOwn(place, key)) return false;
    place = (place as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return true;
}

/** A key is shown only when it looks like a name: somebody may have pasted a token on the wrong side of the colon. */
function shownKey(key: PropertyKey): string {
  const text = String(key);
  return text.length <= 31 && /^[\w.-]+$/u.test(text) ? text : "‹key›";
}
