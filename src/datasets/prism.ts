import type { Asking, Listing, Way } from "./listing.ts";
import { prismCategories, type Category } from "./prism-categories.ts";

/** Prism, the tenant-wide inventory: one dataset per category, alike but for a few lines. */

// https://api-docs.kandji.io, "Prism": `limit` at most 300. `offset` is still on the page and has been refused since September
// 2026; a page that is not full is not the end.
const pageLimit = 300;

/** Prism's word for a family of devices where it is another than the rest of the API uses. */
const familyOf = (family: string): string => (family === "AppleTV" ? "tvOS" : family);

/** A list parameter; none where the operator asked for all. */
const listed = (parameter: string, values: readonly string[] | undefined): Record<string, string> =>
  values === undefined || values.length === 0 ? {} : { [parameter]: values.join(",") };

const wayTo = ({ name, permission }: Category): Way => {
  const path = `/api/v1/prism/${name}`;
  return {
    permission: { label: permission, method: "GET", path },
    paging: { by: "cursor", parameter: "cursor", next: "cursor", size: { parameter: "limit", limit: pageLimit } },
    ask: ({ filters }: Asking) => ({
      path,
      search: {
        ...listed("blueprint_ids", filters.blueprints),
        ...listed("device_families", filters.deviceFamilies?.map(familyOf)),
      },
    }),
    rows: [["data"]],
    filters: ["blueprints", "deviceFamilies"],
  };
};

/** Fields that every category has and whose change alone is no news. */
const ownTimes = {
  created_at: "when Prism wrote its row, which it does anew at times",
  updated_at: "moves with every collection",
  last_collected_at: "moves with every collection",
  last_changed_at: "moves with a change that is told anyhow",
};

const ofDevice = "of the device: else every row of it would come again; `devices` tells it";
const deviceFields = {
  device__name: ofDevice,
  device__user_id: ofDevice,
  device__user_name: ofDevice,
  device__user_email: ofDevice,
  blueprint_id: ofDevice,
  blueprint_name: ofDevice,
  tags: ofDevice,
  asset_tag: ofDevice,
};

function datasetOf(category: Category): Listing {
  const isManyPerDevice = category.identity.length > 0;
  return {
    name: `prism-${category.name.replaceAll("_", "-")}`,
    title: `Prism: ${category.title}`,
    holds: category.holds,
    source: new URL("https://api-docs.kandji.io/#prism"),
    reading: "listing",
    kind: "state",
    sends: "state",
    scope: "tenant",
    defaults: { every: isManyPerDevice ? "12h" : "6h", backfill: "0s" },
    ways: [wayTo(category)],
    identity: ["device_id", ...category.identity],
    names: ["device__name", "serial_number", ...(category.names ?? [])],
    times: [],
    volatile: { ...ownTimes, ...(isManyPerDevice ? deviceFields : {}), ...category.volatile },
    sensitive: category.sensitive ?? {},
    // Prism leaves `tags` empty and has a word of its own for Apple TVs: the device itself says both.
    about: { device: ["device_id"], blueprint: ["blueprint_id"] },
  };
}

export const prism: readonly Listing[] = prismCategories.map(datasetOf);
