import type { Complaint } from "../destinations/settings.ts";

/** From the text of a secret to JSON. The words of `JSON.parse` quote what they read, so only the place is taken from them. */

/** A secret that has an id: who it is and whether it changed. */
export interface Named {
  readonly id: string;
  readonly secret: string;
  /** Changes with the secret's text and says nothing about it. */
  readonly fingerprint: string;
}

export type SecretJson =
  | { readonly ok: true; readonly json: object }
  | { readonly ok: false; readonly complaint: Complaint };

export function readSecretText(text: string, secret: string): SecretJson {
  const fix = `Put one JSON object in a file and run: wrangler secret put ${secret} < file.json`;
  // Editors on Windows put a byte order mark in front, which JSON does not allow.
  const bare = text.replace(/^\uFEFF/u, "");
  if (bare.trim() === "") return { ok: false, complaint: { what: "is empty", fix } };
  let json: unknown;
  try {
    json = JSON.parse(bare);
  } catch (error) {
    return { ok: false, complaint: { what: `is not valid JSON${placeOf(error, bare)}`, fix } };
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return { ok: true, json };
  return { ok: false, complaint: { what: "is not a JSON object", fix } };
}

/** Where the reading stopped, when V8 says so: its words end with the position only where they quote nothing. */
function placeOf(error: unknown, text: string): string {
  const [, position] =
    (error instanceof SyntaxError && /at position (\d+)(?: \(line \d+ column \d+\))?$/u.exec(error.message)) || [];
  if (position === undefined) return "";
  const lines = text.slice(0, Number(position)).split("\n");
  return ` (line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1})`;
}
