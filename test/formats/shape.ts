import { OutgoingRecord } from "../../src/destinations/record.ts";
import { formatNamed } from "../../src/formats/registry.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { context } from "./records.ts";

/** A record in a format, read again. */
export function shaped(format: FormatName, dataset: string, record: unknown): Readonly<Record<string, unknown>> {
  const raw = typeof record === "string" ? record : JSON.stringify(record);
  const { text } = new OutgoingRecord({ raw }, formatNamed(format), { ...context, dataset });
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
