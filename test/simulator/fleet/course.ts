/**
 * The course of things: when which change befalls whom. Each kind of change has a stream of chance of its own, and its
 * moments are drawn from a rate, so the same seed tells the same story however often somebody looks.
 */
import { integer, pick, randomFrom, seedFor, type Random } from "../random.ts";
import { activityType } from "./activity.ts";
import { CATALOG, SHOP_OF } from "./app-catalog.ts";
import { installApp, removeApp, updateApp } from "./app-changes.ts";
import type { Device } from "./device.ts";
import { addActivity, enrolDevice, removeDevice, setStatus, updateDevice } from "./device-changes.ts";
import type { FleetRates, KindOfChange } from "./fleet-plan.ts";
import type { FleetState } from "./fleet-state.ts";
import { addBehavioralDetection, addThreat, addUser, publishFlaw, releaseThreat } from "./tenant-changes.ts";

type Deed = (state: FleetState, at: number, random: Random) => void;

/** Something that happens to a device, whichever it is; nothing when there is none. */
const toDevice =
  (deed: (state: FleetState, device: Device, at: number, random: Random) => void): Deed =>
  (state, at, random) => {
    const device = state.someDevice(random);
    if (device !== undefined) deed(state, device, at, random);
  };

const onMac =
  (deed: (state: FleetState, device: Device, at: number) => void): Deed =>
  (state, at, random) => {
    const device = state.someDevice(random, "Mac");
    if (device !== undefined) deed(state, device, at);
  };

const anyOf = <T>(random: Random, choices: readonly T[]): T | undefined => choices[integer(random, choices.length)];

const STATUSES = ["PASS", "PASS", "PENDING", "ERROR", "AVAILABLE", "INSTALLING", "CHANGE_PENDING"] as const;

const DEEDS: Readonly<Record<KindOfChange, Deed>> = {
  osUpdate: toDevice((state, device, at) => updateDevice(state, device, { release: device.release + 1 }, at)),
  appInstall: toDevice((state, device, at, random) => {
    const app = anyOf(random, CATALOG[SHOP_OF[device.family]]);
    if (app !== undefined && device.apps.every((one) => one.app !== app)) installApp(state, device, app, at);
  }),
  appUpdate: toDevice((state, device, at, random) => {
    const installed = anyOf(random, device.apps);
    if (installed !== undefined && !installed.app.isSystem) updateApp(state, device, installed.app, at);
  }),
  appRemove: toDevice((state, device, at, random) => {
    const installed = anyOf(random, device.apps);
    if (installed !== undefined && !installed.app.isSystem) removeApp(state, device, installed.app, at);
  }),
  rename: toDevice((state, device, at, random) => {
    updateDevice(state, device, { name: `${device.name.slice(0, 11)}-${integer(random, 1000)}` }, at);
  }),
  assignment: toDevice((state, device, at, random) => {
    const userId = anyOf(random, state.tenant.users)?.id ?? null;
    updateDevice(state, device, { userId }, at);
  }),
  blueprintMove: toDevice((state, device, at, random) => {
    updateDevice(state, device, { blueprintId: anyOf(random, state.tenant.blueprints)?.id }, at);
  }),
  tagging: toDevice((state, device, at, random) => {
    const tag = anyOf(random, state.tenant.tags)?.name;
    if (tag === undefined) return;
    const others = device.tags.filter((one) => one !== tag);
    updateDevice(state, device, { tags: others.length < device.tags.length ? others : [...others, tag] }, at);
  }),
  fileVault: onMac((state, device, at) => updateDevice(state, device, { isEncrypted: !device.isEncrypted }, at)),
  lostMode: (state, at, random) => {
    const device = state.someDevice(random, "iPhone");
    if (device !== undefined) updateDevice(state, device, { lostMode: device.lostModeAt === undefined }, at);
  },
  itemStatus: toDevice((state, device, at, random) => {
    const item = anyOf(random, device.blueprint.items);
    const status = item?.type === "profile" ? pick(random, ["success", "failed", "pending"]) : pick(random, STATUSES);
    if (item !== undefined) setStatus(state, device, item.id, status, at);
  }),
  activity: toDevice((state, device, at, random) => {
    addActivity(state, device, activityType(device.family, integer(random, 1_000_000)), at);
  }),
  enrolment: (state, at) => void enrolDevice(state, at),
  removal: toDevice((state, device, at) => removeDevice(state, device, at)),
  newUser: (state, at) => void addUser(state, at),
  threat: onMac((state, device, at) => void addThreat(state, device, at)),
  threatRelease: (state, at, random) => {
    const held = state.threats.filter((threat) => threat.status === "quarantined");
    const threat = anyOf(random, held);
    if (threat !== undefined) releaseThreat(state, threat, at);
  },
  behavioralDetection: onMac((state, device, at) => void addBehavioralDetection(state, device, at)),
  vulnerability: (state, at) => void publishFlaw(state, at),
};

/** Kinds whose rate is that of the whole tenant. */
const OF_TENANT: ReadonlySet<KindOfChange> = new Set<KindOfChange>(["vulnerability"]);

const DAY = 86_400_000;

interface Strand {
  readonly kind: KindOfChange;
  readonly random: Random;
  at: number;
}

export class Course {
  readonly #state: FleetState;
  readonly #strands: Strand[];
  #rates: FleetRates;

  constructor(state: FleetState, now: number) {
    this.#state = state;
    this.#rates = state.plan.rates;
    this.#strands = (Object.keys(DEEDS) as KindOfChange[]).map((kind) => ({
      kind,
      random: randomFrom(seedFor(kind, state.seed)),
      at: Infinity,
    }));
    this.setRates(this.#rates, now);
  }

  setRates(rates: FleetRates, now: number): void {
    this.#rates = rates;
    for (const strand of this.#strands) strand.at = this.#after(strand, now);
  }

  /** Lets everything happen that happens until then, in its order. */
  advanceTo(now: number): void {
    for (;;) {
      let next = this.#strands[0];
      for (const strand of this.#strands) if (next !== undefined && strand.at < next.at) next = strand;
      if (next === undefined || next.at > now) return;
      const { at, kind, random } = next;
      DEEDS[kind](this.#state, at, random);
      next.at = this.#after(next, at);
    }
  }

  #after({ kind, random }: Strand, at: number): number {
    const rate = this.#rates[kind] * (OF_TENANT.has(kind) ? 1 : Math.max(1, this.#state.devices.length));
    return rate > 0 ? at + Math.ceil((-Math.log(1 - random()) * DAY) / rate) : Infinity;
  }
}
