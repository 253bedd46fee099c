import type { Filters } from "../../datasets/listing.ts";
import { parseInstant } from "../../datasets/instant.ts";
import type { Sql } from "../../ports.ts";
import { valueAt } from "./pages.ts";
import { pack, unpack } from "./packed.ts";

/** A device as the list shows it: what a walk over all devices needs to know. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly serialNumber: string;
  readonly family: string;
  readonly blueprint: string;
  readonly tags: readonly string[];
  readonly checkedInAt: string;
  /** When this dataset was read for it, and what its last check-in was then; absent before the first time. */
  readonly readAt?: number;
  readonly readCheckIn?: string;
}

const textAt = (row: unknown, key: string): string => {
  const value = valueAt(row, [key]);
  return typeof value === "string" ? value : "";
};

/** Reads a row of the device list; `undefined` where it has no id. */
export function readDevice(row: unknown): Device | undefined {
  const id = textAt(row, "device_id");
  if (id === "") return undefined;
  const tags = valueAt(row, ["tags"]);
  return {
    id,
    name: textAt(row, "device_name"),
    serialNumber: textAt(row, "serial_number"),
    family: textAt(row, "platform"),
    blueprint: textAt(row, "blueprint_id"),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
    checkedInAt: textAt(row, "last_check_in"),
  };
}

const includes = (wanted: readonly string[] | undefined, value: string): boolean =>
  wanted === undefined || wanted.some((one) => one.toLowerCase() === value.toLowerCase());

/** Whether a device is among those that the operator asked for. */
export const isChosen = (device: Device, { blueprints, deviceFamilies, tags }: Filters): boolean =>
  includes(blueprints, device.blueprint) &&
  includes(deviceFamilies, device.family) &&
  (tags === undefined || device.tags.some((tag) => includes(tags, tag)));

/**
 * Whether a device can be left out of this walk: it has not checked in since it was read, so nothing of it can have changed,
 * and that was not longer ago than `atMostMs`.
 */
export function canSkip(device: Device, now: number, atMostMs: number): boolean {
  if (device.readAt === undefined || now - device.readAt >= atMostMs) return false;
  // A check-in while it was read may have come before or after what was read.
  const checkIn = parseInstant(device.checkedInAt);
  return (
    device.checkedInAt === device.readCheckIn && checkIn !== undefined && checkIn / 1000 < device.readAt - settleMs
  );
}

const settleMs = 15 * 60_000;

/** Packed, some 70 bytes each: a row takes 2 MB. */
const devicesPerRow = 10_000;

/** The devices of the walk in progress, in the order of their ids, and when each was read: one row, nearly always. */
export class DeviceList {
  readonly #sql: Sql;
  readonly #dataset: string;
  #devices: readonly Device[];
  #parts: number;
  #byId: Map<string, Device> | undefined;

  constructor(sql: Sql, dataset: string) {
    this.#sql = sql;
    this.#dataset = dataset;
    const rows = sql.exec<{ body: string }>("SELECT body FROM device_lists WHERE dataset = ? ORDER BY part", dataset);
    this.#parts = rows.length;
    this.#devices = rows.flatMap(({ body }) => JSON.parse(unpack(body).toString()) as Device[]);
  }

  get all(): readonly Device[] {
    return this.#devices;
  }

  find(id: unknown): Device | undefined {
    this.#byId ??= new Map(this.#devices.map((device) => [device.id, device]));
    return typeof id === "string" ? this.#byId.get(id) : undefined;
  }

  /** Takes over a list that was read anew; what is known of a device's last reading stays. */
  replace(devices: readonly Device[]): void {
    const before = new Map(this.#devices.map((device) => [device.id, device]));
    const merged = new Map(
      devices.map((device) => {
        const { readAt, readCheckIn } = before.get(device.id) ?? {};
        return [
          device.id,
          {
            ...device,
            ...(readAt === undefined ? {} : { readAt }),
            ...(readCheckIn === undefined ? {} : { readCheckIn }),
          },
        ];
      }),
    );
    this.#byId = undefined;
    this.#devices = [...merged.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Notes that these were read at `now`. */
  noteRead(ids: ReadonlySet<string>, now: number): void {
    this.#devices = this.#devices.map((device) =>
      ids.has(device.id) ? { ...device, readAt: now, readCheckIn: device.checkedInAt } : device,
    );
  }

  /** Call it inside the transaction that stores where the walk stands. */
  write(): void {
    const parts = Math.max(1, Math.ceil(this.#devices.length / devicesPerRow));
    for (let part = 0; part < parts; part += 1) {
      this.#sql.exec(
        "INSERT OR REPLACE INTO device_lists (dataset, part, body) VALUES (?, ?, ?)",
        this.#dataset,
        part,
        pack(JSON.stringify(this.#devices.slice(part * devicesPerRow, (part + 1) * devicesPerRow))),
      );
    }
    if (parts < this.#parts)
      this.#sql.exec("DELETE FROM device_lists WHERE dataset = ? AND part >= ?", this.#dataset, parts);
    this.#parts = parts;
  }
}
