import type { Filters, Listing, Way } from "../../datasets/listing.ts";
import { isChosen, type DeviceList } from "./device-list.ts";
import { valueAt } from "./pages.ts";

/** Filters narrow what is collected: by the endpoint where it can, by what a row says, by what the list of devices says of it. */

type Name = keyof Filters;

const fieldOf = { blueprints: "blueprint", deviceFamilies: "family", tags: "tags" } as const;

interface Left {
  /** Those that a row's own fields answer. */
  readonly byRow: readonly Name[];
  /** Whether some can be answered only by the row's device. */
  readonly byDevice: boolean;
}

/** The filters that the endpoint does not apply. Those of a dataset that is not about devices mean nothing. */
export function filtersLeft({ about }: Listing, way: Way, filters: Filters): Left {
  const left = (Object.keys(fieldOf) as Name[]).filter(
    (name) => filters[name] !== undefined && way.filters?.includes(name) !== true,
  );
  const byRow = left.filter((name) => about[fieldOf[name]] !== undefined);
  return { byRow, byDevice: about.device !== undefined && byRow.length < left.length };
}

interface Place {
  readonly dataset: Listing;
  readonly way: Way;
  readonly filters: Filters;
  readonly devices: DeviceList;
}

export function isRowChosen(row: unknown, { dataset, way, filters, devices }: Place): boolean {
  const { byRow, byDevice } = filtersLeft(dataset, way, filters);
  if (!byRow.every((name) => hasOne(row, dataset.about[fieldOf[name]] ?? [], filters[name] ?? []))) return false;
  if (!byDevice) return true;
  const id = valueAt(row, dataset.about.device ?? []);
  const device = devices.find(id);
  // Of a device that is not listed (any more) nobody can say that it was not meant.
  return device === undefined || isChosen(device, filters);
}

function hasOne(row: unknown, path: readonly string[], wanted: readonly string[]): boolean {
  const value = valueAt(row, path);
  const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
  return texts.some((text) => wanted.some((one) => one.toLowerCase() === text.toLowerCase()));
}
