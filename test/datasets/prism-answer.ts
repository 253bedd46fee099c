import { dana, spareMac, type FleetDevice } from "./fleet.ts";

/** Rows and answers as all categories of Prism have them. */

const nobody = { device__user_id: "", device__user_name: null, device__user_email: null };
const somebody = { device__user_id: dana.oldId, device__user_name: dana.name, device__user_email: dana.email };

/** The fields that every row begins with. `device__user_id` is the old number of the user. */
export const prismRow = (device: FleetDevice, fields: object): object => ({
  device_id: device.id,
  device__name: device.name,
  device__family: device.platform === "AppleTV" ? "tvOS" : device.platform,
  ...(device === spareMac ? nobody : somebody),
  blueprint_id: device.blueprint.id,
  blueprint_name: device.blueprint.name,
  tags: null,
  asset_tag: "",
  serial_number: device.serial,
  model_id: device.modelId,
  count: null,
  created_at: "2026-01-02T03:04:05.000001+00:00",
  updated_at: "2026-05-01T06:00:00.000001+00:00",
  last_changed_at: null,
  last_collected_at: "2026-05-01T06:00:00.000002+00:00",
  ...fields,
});

/** `cursor` is null at the end; `total` may be null. */
export const prismAnswer = (data: readonly object[], cursor: string | null = null): object => ({
  offset: null,
  limit: 300,
  total: cursor === null ? data.length : null,
  data,
  cursor,
});
