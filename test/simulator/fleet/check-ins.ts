/**
 * When a device was last heard of. Worked out from the clock whenever somebody asks, so that a check-in of 5,000 devices
 * every quarter of an hour costs nothing, and so that it does not matter who asks how often.
 */
import { draw, mix } from "./draw.ts";
import type { Device } from "./device.ts";
import type { FleetPlan } from "./fleet-plan.ts";

const HOUR = 3_600_000;
/** A device that slept so many hours in a row is taken for one that has not been heard of since it last changed. */
const PATIENCE = 240;

/** `undefined` for a device that never reported. */
export function lastCheckIn(device: Device, now: number, plan: FleetPlan): number | undefined {
  if (device.isSilent) return undefined;
  const every = plan.checkInEveryMs;
  if (every === null || device.isMissing) return device.heardAt;
  for (let hour = Math.floor(now / HOUR), end = now; hour > now / HOUR - PATIENCE; hour -= 1) {
    if (end < device.heardAt) break;
    const at = draw(device.seed, hour) < plan.awake ? beatBefore(device, end, every) : -1;
    if (at >= hour * HOUR) return Math.max(at, device.heardAt);
    end = hour * HOUR - 1;
  }
  return device.heardAt;
}

/** The beats of a device's clock: at which it checks in if it is awake. */
function beatsOf(device: Device, every: number): { readonly phase: number; readonly at: (beat: number) => number } {
  const phase = mix(device.seed, 21) % every;
  const scatter = Math.min(every, 40_000);
  return { phase, at: (beat) => phase + beat * every + (mix(device.seed ^ beat, 22) % scatter) };
}

function beatBefore(device: Device, end: number, every: number): number {
  const { phase, at } = beatsOf(device, every);
  const beat = Math.floor((end - phase) / every);
  return at(beat) <= end ? at(beat) : at(beat - 1);
}

function beatAfter(device: Device, begin: number, every: number): number {
  const { phase, at } = beatsOf(device, every);
  const beat = Math.floor((begin - phase) / every);
  return at(beat) >= begin ? at(beat) : at(beat + 1);
}

/** When the inventory was last collected: by the first check-in of a period, and with each change. */
export function lastInventory(device: Device, now: number, plan: FleetPlan): number {
  const every = plan.checkInEveryMs;
  const heard = lastCheckIn(device, now, plan) ?? device.heardAt;
  if (every === null || device.isMissing) return device.heardAt;
  const phase = mix(device.seed, 23) % plan.inventoryEveryMs;
  const begun = heard - ((heard - phase) % plan.inventoryEveryMs);
  if (begun <= device.heardAt) return device.heardAt;
  for (let hour = Math.floor(begun / HOUR); hour * HOUR <= heard; hour += 1) {
    if (draw(device.seed, hour) >= plan.awake) continue;
    const at = beatAfter(device, Math.max(begun, hour * HOUR), every);
    if (at <= heard && at < (hour + 1) * HOUR) return at;
  }
  return heard;
}
