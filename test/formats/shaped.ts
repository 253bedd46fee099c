import { OutgoingRecord } from "../../src/destinations/record.ts";
import { formatNamed } from "../../src/formats/registry.ts";
import type { FormatContext, FormatName } from "../../src/formats/format.ts";

export const context = { tenant: "acme", collectedAt: 1_777_624_265_000 };

/** A record in a format, as delivery makes it. */
export const shapedBy =
  (name: FormatName) =>
  (raw: string, changed: Partial<FormatContext> = {}): string =>
    new OutgoingRecord({ raw }, formatNamed(name), { ...context, dataset: "audit-events", ...changed }).text;

/** A record in a format, read again. */
export function shaped(format: FormatName, dataset: string, record: unknown): Readonly<Record<string, unknown>> {
  const raw = typeof record === "string" ? record : JSON.stringify(record);
  return JSON.parse(shapedBy(format)(raw, { dataset })) as Readonly<Record<string, unknown>>;
}
