/** The sixteen categories of Prism. */
import type { Device } from "../fleet/device.ts";
import { ACCOUNTS_AND_PROFILES } from "./accounts-and-profiles.ts";
import { ONE_ROW_PER_DEVICE } from "./one-row-per-device.ts";
import type { Category, PrismRow, View } from "./prism-row.ts";
import { SOFTWARE } from "./software.ts";

export const CATEGORIES = { ...ONE_ROW_PER_DEVICE, ...SOFTWARE, ...ACCOUNTS_AND_PROFILES } satisfies Record<
  string,
  Category
>;

export type CategoryName = keyof typeof CATEGORIES;

export const CATEGORY_NAMES = (Object.keys(CATEGORIES) as CategoryName[]).toSorted();

export function rowsOf(name: CategoryName, device: Device, view: View): readonly PrismRow[] {
  const category: Category = CATEGORIES[name];
  return category.families.includes(device.family) ? category.rows(device, view) : [];
}

/** As an operator writes it. */
export function datasetOf(name: CategoryName): `prism-${string}` {
  return `prism-${name.replaceAll("_", "-")}`;
}
