import { readRow, recordOf, rowReader, type Change } from "../../src/collection/listing/row.ts";
import type { Listing } from "../../src/datasets/listing.ts";
import { listings } from "../../src/datasets/registry.ts";
import { fixtures } from "../datasets/fixtures.ts";
import { mac } from "../datasets/fleet.ts";
import { auditEvents } from "./audit-events.ts";

/** Records of every dataset as the spool holds them: rows as they are cut, with all four changes that the forwarder notes. */

export interface Sample {
  readonly of: string;
  readonly dataset: string;
  readonly raw: string;
}

export const changes = ["snapshot", "created", "updated", "deleted"] as const;

const seenAt = "2026-05-01T08:31:04.500Z";

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);

function rowsOf(listing: Listing): readonly unknown[] {
  return (fixtures.get(listing.name)?.answers ?? []).flatMap(({ body, way }) => {
    const { rows } = listing.ways[way ?? 0] ?? listing.ways[0];
    return rows === "whole" ? [body] : rows.flatMap((path) => (valueAt(body, path) ?? []) as unknown[]);
  });
}

export function sampleOf(listing: Listing, row: unknown, change: Change): string {
  const isPerDevice = listing.scope === "device";
  const { raw, names } = readRow(rowReader(listing, []), { raw: JSON.stringify(row), value: row, list: "" }, undefined);
  return recordOf(change === "deleted" ? names : raw, {
    change,
    ...(change === "updated" ? { changed: ["status"] } : {}),
    seenAt,
    ...(isPerDevice ? { device: { id: mac.id, name: mac.name, serialNumber: mac.serial } } : {}),
  });
}

const ofListing = (listing: Listing): readonly Sample[] =>
  rowsOf(listing).flatMap((row, index) =>
    changes.map((change) => ({
      of: `${listing.name} ${index + 1}, ${change}`,
      dataset: listing.name,
      raw: sampleOf(listing, row, change),
    })),
  );

const ofAudit: readonly Sample[] = [...auditEvents].map(([of, event]) => ({
  of,
  dataset: "audit-events",
  raw: JSON.stringify(event),
}));

/** By dataset. */
export const samples: ReadonlyMap<string, readonly Sample[]> = new Map([
  ["audit-events", ofAudit],
  ...[...listings.values()].map((listing) => [listing.name, ofListing(listing)] as const),
]);

export const context = { tenant: "acme", collectedAt: 1_777_624_265_000 };
