import { firstPlace, readListingPage } from "../../src/collection/listing/pages.ts";
import {
  readRow,
  recordOf,
  rowReader,
  type Change,
  type ListedRow,
  type Note,
  type RowReader,
} from "../../src/collection/listing/row.ts";
import type { Listing } from "../../src/datasets/listing.ts";
import { listings } from "../../src/datasets/registry.ts";
import { bareRecord, oddRecord, usualRecord } from "../simulator/audit-records.ts";
import { randomFrom } from "../simulator/random.ts";
import type { Answer } from "./fixture.ts";
import { fixtures } from "./fixtures.ts";
import { auditEvents } from "./audit-events.ts";
import { mac } from "./fleet.ts";
import { healthEntries, journalEntries } from "./journal-entries.ts";

/** The records that the fixtures become, as the spool holds them: what formats and destinations are given of each dataset. */

const seenAt = "2026-05-01T08:31:04.500Z";

interface FixtureRow {
  readonly row: ListedRow;
  /** Whose it is, where each device is asked. */
  readonly device: Note["device"] | undefined;
}

/** Every row of every answer. `allowed` are the sensitive keys that the operator lets through: all of them, unless it says. */
export function rowsOf(dataset: Listing, allowed = Object.keys(dataset.sensitive)): FixtureRow[] {
  const reader = rowReader(dataset, allowed);
  return (fixtures.get(dataset.name)?.answers ?? []).flatMap((answer) => rowsIn(dataset, answer, reader));
}

function rowsIn(dataset: Listing, { way: index = 0, device: id, body }: Answer, reader: RowReader): FixtureRow[] {
  const way = dataset.ways[index] ?? dataset.ways[0];
  const isPerDevice = (way.scope ?? dataset.scope) === "device";
  const device = isPerDevice && id !== undefined ? deviceOf(id) : undefined;
  return readListingPage(way, JSON.stringify(body), firstPlace(way.paging)).rows.map((raw) => ({
    row: readRow(reader, raw, undefined),
    device,
  }));
}

const deviceOf = (id: string): FixtureRow["device"] => ({ id, name: mac.name, serialNumber: mac.serial });

/** A row as it is sent with a note of this change: a notice of what is gone repeats its names alone. */
function noted({ row, device }: FixtureRow, change: Change, changed?: readonly string[]): string {
  const isGone = change === "deleted";
  return recordOf(isGone ? row.names : row.raw, {
    change,
    ...(changed === undefined ? {} : { changed }),
    seenAt,
    ...(device === undefined ? {} : { device: isGone ? { id: device.id } : device }),
  });
}

/** Each row as it is sent: as it is where it never changes; else at first sight and, of state, when it changed or is gone. */
export const recordsOf = (dataset: Listing): string[] =>
  rowsOf(dataset).flatMap((found) => {
    if (dataset.sends === "once") return [found.row.raw];
    if (dataset.sends === "changes") return [noted(found, "created")];
    return [noted(found, "snapshot"), noted(found, "updated", ["name"]), noted(found, "deleted")];
  });

export const changes = ["snapshot", "created", "updated", "deleted"] as const;

/** A row that no fixture has, as it is sent with a note of this change. */
export function sampleOf(dataset: Listing, row: object, change: Change): string {
  const read = readRow(rowReader(dataset, []), { raw: JSON.stringify(row), value: row, list: "" }, undefined);
  const device = dataset.scope === "device" ? deviceOf(mac.id) : undefined;
  return noted({ row: read, device }, change, changedBy(change));
}

const changedBy = (change: Change): readonly string[] | undefined => (change === "updated" ? ["status"] : undefined);

export interface Sample {
  readonly of: string;
  readonly dataset: string;
  readonly raw: string;
}

/** With nothing sensitive, and with every change: also such as its dataset never has, since a format must take any record. */
const ofListing = (listing: Listing): readonly Sample[] =>
  rowsOf(listing, []).flatMap((found, index) =>
    changes.map((change) => ({
      of: `${listing.name} ${index + 1}, ${change}`,
      dataset: listing.name,
      raw: noted(found, change, changedBy(change)),
    })),
  );

const ofFeed = (dataset: string, records: ReadonlyMap<string, object>): readonly Sample[] =>
  [...records].map(([of, record]) => ({ of, dataset, raw: JSON.stringify(record) }));

/** Records with a name each, by dataset. */
export const samples: ReadonlyMap<string, readonly Sample[]> = new Map([
  ["audit-events", ofFeed("audit-events", auditEvents)],
  ["forwarder-journal", ofFeed("forwarder-journal", journalEntries)],
  ["forwarder-health", ofFeed("forwarder-health", healthEntries)],
  ...[...listings.values()].map((listing) => [listing.name, ofListing(listing)] as const),
]);

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
