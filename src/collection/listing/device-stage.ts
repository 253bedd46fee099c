import { devices as deviceListing } from "../../datasets/devices.ts";
import type { Failure } from "../../kandji/failure.ts";
import type { KandjiClient } from "../../kandji/client.ts";
import { readDevice, type Device, type DeviceList } from "./device-list.ts";
import { ListReader } from "./list-reader.ts";
import type { Walk, WalkOddity } from "./walk-state.ts";

/** What a step of a walk came to. */
export type StageStep =
  | { readonly kind: "more"; readonly oddities: readonly WalkOddity[] }
  | { readonly kind: "done"; readonly oddities: readonly WalkOddity[] }
  | { readonly kind: "failed"; readonly failure: Failure };

export const more: StageStep = { kind: "more", oddities: [] };
export const done: StageStep = { kind: "done", oddities: [] };
const everything = { days: 1, filters: {} } as const;

/** The first stage of a walk over all devices: which ones there are. Kept in memory until it is whole; a kill begins it again. */
export class DeviceStage {
  readonly #reader: ListReader;
  readonly #devices: DeviceList;
  #found: Device[] = [];

  constructor(client: KandjiClient, devices: DeviceList) {
    this.#reader = new ListReader(client, deviceListing, deviceListing.ways[0]);
    this.#devices = devices;
  }

  begin(walk: Walk): void {
    this.#found = [];
    this.#reader.forget();
    walk.place = this.#reader.start;
  }

  async step(walk: Walk): Promise<StageStep> {
    // After a kill nothing of what was found is known.
    if (this.#found.length === 0) this.begin(walk);
    walk.requests += 1;
    const read = await this.#reader.read(walk.place, everything);
    if (!read.ok) return { kind: "failed", failure: read.failure };
    for (const { value } of read.rows) {
      const device = readDevice(value);
      if (device !== undefined) this.#found.push(device);
    }
    if (read.next !== null) {
      walk.place = read.next;
      return more;
    }
    this.#devices.replace(this.#found);
    this.#found = [];
    return done;
  }
}
