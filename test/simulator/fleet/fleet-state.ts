/** All that a fleet knows, and the finding of things in it. */
import { integer, type Random } from "../random.ts";
import { activityType } from "./activity.ts";
import { ChangeLog } from "./change-log.ts";
import { makeBehavioralDetection, makeThreat, type BehavioralDetection, type Threat } from "./detections.ts";
import { makeDevice, type Device } from "./device.ts";
import { draw, drawInteger, mix } from "./draw.ts";
import { FAMILIES, type Family } from "./families.ts";
import type { FleetPlan } from "./fleet-plan.ts";
import { Flaws, makeFlaw } from "./flaws.ts";
import { makeTenant, type Tenant } from "./tenant.ts";

const DAY = 86_400_000;
/** The oldest device enrolled so long before the start. */
const OLDEST_DAYS = 300;

export class FleetState {
  readonly plan: FleetPlan;
  readonly seed: number;
  readonly tenant: Tenant;
  readonly log = new ChangeLog();
  readonly flaws = new Flaws();
  readonly threats: Threat[] = [];
  readonly behavioralDetections: BehavioralDetection[] = [];
  /** In the order of their ids: what walks by device, walks so. */
  readonly devices: Device[];
  readonly #byId = new Map<string, Device>();
  #deviceNumber = 0;
  #activityNumber = 6000;

  constructor(plan: FleetPlan, seed: number, now: number) {
    this.plan = plan;
    this.seed = seed;
    this.tenant = makeTenant(plan, seed, now);
    this.devices = Array.from({ length: plan.devices }, () => {
      const own = this.nextSeed();
      return this.makeDevice(own, now - Math.floor((1 + draw(own, 1) * OLDEST_DAYS) * DAY), { isNew: false });
    }).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    for (let i = 0; i < plan.vulnerabilities; i += 1)
      this.flaws.add(makeFlaw(seed, i, now - (1 + drawInteger(seed, 1000 + i, 60)) * DAY));
    this.#findOldDetections(now);
  }

  device(id: string): Device | undefined {
    return this.#byId.get(id);
  }

  /** The place of the first device whose id is that or greater. */
  placeOf(id: string): number {
    let [from, to] = [0, this.devices.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.devices[middle]?.id ?? "") < id) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  takeIn(device: Device): void {
    this.devices.splice(this.placeOf(device.id), 0, device);
  }

  strikeOut(device: Device): void {
    this.#byId.delete(device.id);
    this.devices.splice(this.placeOf(device.id), 1);
    device.blueprint.devices -= 1;
    if (device.user !== undefined) device.user.devices -= 1;
  }

  someDevice(random: Random, family?: Family): Device | undefined {
    const place = integer(random, Math.max(1, this.devices.length));
    if (family === undefined) return this.devices[place];
    const after = this.devices.findIndex((device, i) => i >= place && device.family === family);
    return after >= 0 ? this.devices[after] : this.devices.find((device) => device.family === family);
  }

  nextActivityNumber(): number {
    this.#activityNumber += 1;
    return this.#activityNumber;
  }

  nextSeed(): number {
    this.#deviceNumber += 1;
    return mix(this.seed, 10_000 + this.#deviceNumber);
  }

  makeDevice(
    seed: number,
    enrolledAt: number,
    { isNew, family: wanted }: { readonly isNew: boolean; readonly family?: Family | undefined },
  ): Device {
    const number = this.#deviceNumber;
    const family = wanted ?? this.#familyInTurn(number) ?? familyFor(this.plan, draw(seed, 3));
    const device = makeDevice(this.plan, this.tenant, { number, family, seed, enrolledAt, isNew });
    this.#byId.set(device.id, device);
    device.blueprint.devices += 1;
    if (device.user !== undefined) device.user.devices += 1;
    const rows = isNew ? 1 : Math.round(this.plan.activity * (0.5 + draw(seed, 4)));
    for (let i = 0; i < rows; i += 1) {
      const type = i === 0 ? "enrollment" : activityType(family, mix(seed, 1500 + i));
      const at = i === 0 ? enrolledAt : enrolledAt + Math.floor(draw(seed, 1600 + i) * DAY);
      device.activity.push({ id: this.nextActivityNumber(), at, type });
    }
    return device;
  }

  /** The first few show one of each family, however small the fleet. */
  #familyInTurn(number: number): Family | undefined {
    const family = this.plan.devices >= FAMILIES.length ? FAMILIES[number - 1] : undefined;
    return family !== undefined && (this.plan.families[family] ?? 0) > 0 ? family : undefined;
  }

  #findOldDetections(now: number): void {
    const macs = this.devices.filter((device) => device.family === "Mac");
    const old = (share: number, salt: number, find: (device: Device, at: number, number: number) => void): void => {
      for (let i = 0; macs.length > 0 && i < Math.ceil(this.devices.length * share); i += 1) {
        const device = macs[drawInteger(this.seed, salt + i, macs.length)];
        const age = Math.floor(draw(this.seed ^ 5, salt + i) * (now - (device?.enrolledAt ?? now)));
        if (device !== undefined) find(device, now - age, i);
      }
    };
    old(this.plan.threats, 20_000, (device, at, i) => {
      this.threats.push(makeThreat(mix(this.seed, 30_000 + i), this.threats.length, device, at));
    });
    old(this.plan.behavioralDetections, 40_000, (device, at, i) => {
      this.behavioralDetections.push(makeBehavioralDetection(mix(this.seed, 50_000 + i), device, at));
    });
  }
}

function familyFor(plan: FleetPlan, chance: number): Family {
  const shares = FAMILIES.map((family) => [family, plan.families[family] ?? 0] as const);
  let left = chance * shares.reduce((sum, [, share]) => sum + share, 0);
  for (const [family, share] of shares) {
    if (left < share) return family;
    left -= share;
  }
  return shares.find(([, share]) => share > 0)?.[0] ?? "Mac";
}
