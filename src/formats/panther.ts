import type { Format, FormatContext, ReadRecord } from "./format.ts";
import { fieldOf } from "../json.ts";

/**
 * The record as Kandji sent it, with the two keys at its end that Panther's schema Iru.Audit has room for. Panther reads the
 * bare event: an envelope around it would match no schema.
 */

/** What is added, in this order. */
function membersOf({ tenant, collectedAt }: FormatContext): readonly [key: string, value: string][] {
  return [
    ["received_at", new Date(collectedAt).toISOString()],
    ["tenant_id", tenant],
  ];
}

function shape({ raw, value }: ReadRecord, context: FormatContext): string {
  // Kandji's own wins: Iru's S3 export has a `tenant_id` already, and a key that comes twice is one that is lost.
  const added = membersOf(context)
    .filter(([key]) => fieldOf(value, key) === undefined)
    .map(([key, text]) => `"${key}":${JSON.stringify(text)}`);
  if (added.length === 0) return raw;
  const text = raw.trim();
  // Whatever is no object is sent inside one: a line that is none matches no schema.
  if (!text.startsWith("{")) return `{"value":${text},${added.join(",")}}`;
  const isEmpty = /^\{\s*\}$/u.test(text);
  return `${text.slice(0, -1)}${isEmpty ? "" : ","}${added.join(",")}}`;
}

export const panther: Format = {
  name: "panther",
  title: "Panther's Iru.Audit",
  source: new URL("https://docs.panther.com/data-onboarding/supported-logs/iru"),
  version: 1,
  shape,
};
