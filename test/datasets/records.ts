import { firstPlace, readListingPage } from "../../src/collection/listing/pages.ts";
import { readRow, recordOf, rowReader, type ListedRow, type Note } from "../../src/collection/listing/row.ts";
import type { Listing } from "../../src/datasets/listing.ts";
import type { Answer } from "./fixture.ts";
import { fixtures } from "./fixtures.ts";
import { mac } from "./fleet.ts";

/** The records that the fixtures become: what destinations and formats are given of each dataset. */

const seenAt = "2026-05-01T08:30:00.000Z";

export interface FixtureRow {
  readonly row: ListedRow;
  /** Whose it is, where each device is asked. */
  readonly device: Note["device"] | undefined;
}

/** Every row of every answer, with all that operators may let through. */
export const rowsOf = (dataset: Listing): FixtureRow[] =>
  (fixtures.get(dataset.name)?.answers ?? []).flatMap((answer) => rowsIn(dataset, answer));

function rowsIn(dataset: Listing, { way: index = 0, device: id, body }: Answer): FixtureRow[] {
  const way = dataset.ways[index] ?? dataset.ways[0];
  const isPerDevice = (way.scope ?? dataset.scope) === "device";
  const device = isPerDevice && id !== undefined ? { id, name: mac.name, serialNumber: mac.serial } : undefined;
  const reader = rowReader(dataset, Object.keys(dataset.sensitive));
  return readListingPage(way, JSON.stringify(body), firstPlace(way.paging)).rows.map((raw) => ({
    row: readRow(reader, raw, undefined),
    device,
  }));
}

/** Each row as it is sent: as it is where it never changes; else at first sight and, of state, when it changed or is gone. */
export function recordsOf(dataset: Listing): string[] {
  return rowsOf(dataset).flatMap(({ row, device }) => {
    const note = (change: Note["change"], changed?: readonly string[]): Note => ({
      change,
      ...(changed === undefined ? {} : { changed }),
      seenAt,
      ...(device === undefined ? {} : { device }),
    });
    if (dataset.sends === "once") return [row.raw];
    if (dataset.sends === "changes") return [recordOf(row.raw, note("created"))];
    const gone = { ...note("deleted"), ...(device === undefined ? {} : { device: { id: device.id } }) };
    return [
      recordOf(row.raw, note("snapshot")),
      recordOf(row.raw, note("updated", ["name"])),
      recordOf(row.names, gone),
    ];
  });
}
