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
  /** Absent before the first page of this life. */
  #found: Device[] | undefined;

  constructor(client: KandjiClient, devices: DeviceList) {
    this.#reader = new ListReader(client, deviceListing, deviceListing.ways[0]);
    this.#devices = devices;
  }

  begin(walk: Walk): void {
    this.#found = [];
    this.#reader.begin();
    walk.place = this.#reader.start;
  }

  async step(walk: Walk): Promise<StageStep> {
    // After a kill nothing of what was found is known.
    if (this.#found === undefined) this.begin(walk);
    const found = (this.#found ??= []);
    walk.requests += 1;
    const read = await this.#reader.read(walk.place, everything);
    if (!read.ok) return { kind: "failed", failure: read.failure };
    for (const { value } of read.rows) {
      const device = readDevice(value);
      if (device !== undefined) found.push(device);
    }
    const { oddities } = read;
    if (oddities.length > 0) walk.isComplete = false;
    if (read.next !== null) {
      walk.place = read.next;
      return { kind: "more", oddities };
    }
    this.#devices.replace(found);
    this.#found = undefined;
    return { kind: "done", oddities };
  }
}
