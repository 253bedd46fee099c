/** A row of Prism: what all categories say about its device, its times, and what its category says. */
import { lastInventory } from "../fleet/check-ins.ts";
import type { Device } from "../fleet/device.ts";
import { prismFamily, type Family } from "../fleet/families.ts";
import type { FleetPlan } from "../fleet/fleet-plan.ts";
import { withOffset } from "../fleet/moments.ts";

/** When somebody looks. */
export interface View {
  readonly now: number;
  readonly plan: FleetPlan;
}

export interface PrismRow {
  /** The members that only its category has, as JSON without the braces. */
  readonly members: string;
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface Category {
  readonly families: readonly Family[];
  rows(device: Device, view: View): readonly PrismRow[];
}

export interface RowTimes {
  readonly created_at: number;
  readonly updated_at: number;
  readonly last_collected_at: number;
}

/** A row as members of an object, to be put between braces or behind others. */
export function members(fields: object): string {
  return JSON.stringify(fields).slice(1, -1);
}

/** The rows of a device have most of their times in common, one after another. */
function remembering(write: (at: number) => string): (at: number) => string {
  let [last, text] = [Number.NaN, ""];
  return (at) => {
    if (at !== last) [last, text] = [at, write(at)];
    return text;
  };
}

/** Everything about a device that its rows have in common, worked out once for all of them. */
export class DeviceRows {
  readonly #head: string;
  readonly #collectedAt: number;
  readonly #device: Device;
  readonly #view: View;
  readonly #created = remembering(withOffset);
  readonly #updated = remembering(withOffset);

  constructor(device: Device, view: View) {
    this.#device = device;
    this.#view = view;
    this.#collectedAt = lastInventory(device, view.now, view.plan);
    const { user, blueprint, tags } = device;
    this.#head = members({
      device_id: device.id,
      device__name: device.name,
      device__family: prismFamily(device.family),
      device__user_id: user === undefined ? null : String(user.number),
      device__user_name: user?.name ?? null,
      device__user_email: user?.email ?? null,
      blueprint_id: blueprint.id,
      blueprint_name: blueprint.name,
      tags: tags.length === 0 ? null : tags,
      asset_tag: device.assetTag,
      serial_number: device.serial,
      model_id: device.model.identifier,
      count: null,
    });
  }

  times(row: PrismRow): RowTimes {
    const changedAt = Math.max(row.changedAt, this.#device.changedAt);
    const collectedAt = Math.max(this.#collectedAt, row.changedAt);
    const updatedAt = this.#view.plan.prismUpdatedAt === "change" ? changedAt : Math.max(collectedAt, changedAt);
    return { created_at: row.createdAt, updated_at: updatedAt, last_collected_at: collectedAt };
  }

  text(row: PrismRow): string {
    const times = this.times(row);
    const changed = row.changedAt > row.createdAt ? `"${withOffset(row.changedAt)}"` : "null";
    const created = this.#created(times.created_at);
    const updated = this.#updated(times.updated_at);
    const isSame = times.last_collected_at === times.updated_at;
    const collected = isSame ? updated : withOffset(times.last_collected_at);
    // Joined at once: what is added piece by piece has to be put together again when it is sent.
    return [
      `{${this.#head},"created_at":"${created}","updated_at":"${updated}","last_changed_at":${changed},`,
      `"last_collected_at":"${collected}",${row.members}}`,
    ].join("");
  }
}
