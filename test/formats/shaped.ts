import { OutgoingRecord } from "../../src/destinations/record.ts";
import { formatNamed } from "../../src/formats/registry.ts";
import type { FormatContext, FormatName } from "../../src/formats/format.ts";
import { randomFrom } from "../simulator/random.ts";
import { bareRecord, oddRecord, usualRecord } from "../simulator/audit-records.ts";

/** A record in a format, as delivery makes it. */
export const shapedBy =
  (name: FormatName) =>
  (raw: string, context: Partial<FormatContext> = {}): string =>
    new OutgoingRecord({ raw }, formatNamed(name), {
      tenant: "acme",
      dataset: "audit-events",
      collectedAt: 1_777_624_265_000,
      ...context,
    }).text;

const random = randomFrom(20_260_501);
const identity = (index: number) => ({
  id: `01M7Y5P6VW58HV0CDTK6D66Q${index}`,
  occurredAt: `2026-05-01T08:31:${index}.123456Z`,
});
const many = <T>(make: (index: number) => T): T[] => Array.from({ length: 40 }, (_, index) => make(index + 10));

/** Audit events as documented, and such as are valid and unusual. */
export const usualEvents = many((index) => usualRecord(random, identity(index)));
export const oddEvents = many((index) =>
  index % 2 === 0 ? oddRecord(random, identity(index), index / 2) : bareRecord(random, identity(index), index),
);
