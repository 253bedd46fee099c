import { expect } from "vitest";
import { wrongInEcs } from "./ecs-schema.ts";
import { wrongInOcsf } from "./ocsf-schema.ts";
import { wrongInRunreveal } from "./runreveal-schema.ts";

/** What of a record in a format must be right, by the name of the format. A format without checks fails the conformance test. */

export interface Shaped {
  readonly dataset: string;
  readonly raw: string;
  readonly text: string;
}

const read = (text: string): Readonly<Record<string, unknown>> => JSON.parse(text) as Readonly<Record<string, unknown>>;

const isHoisted = ({ dataset }: Shaped): boolean => dataset === "audit-events";

// One line each, so that two new formats are two new lines.
export const checks: Readonly<Record<string, (shaped: Shaped) => void>> = {
  raw: ({ raw, text }) => expect(text).toBe(raw),
  ocsf: ({ text }) => expect(wrongInOcsf(read(text))).toEqual([]),
  // Kandji's own keys of these names count.
  panther: ({ text }) => expect(Object.keys(read(text))).toEqual(expect.arrayContaining(["received_at", "tenant_id"])),
  runreveal: ({ text }) => expect(wrongInRunreveal(read(text))).toEqual([]),
  ecs: (shaped) => expect(wrongInEcs(read(shaped.text), { hoisted: isHoisted(shaped) })).toEqual([]),
};
