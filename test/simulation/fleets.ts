/** Fleets in the histories: which tenants have one, what is walked, and whether what came is what there is. */
import { datasets as known, listings } from "../../src/datasets/registry.ts";
import type { Listing } from "../../src/datasets/listing.ts";
import { STILL, type FleetRates } from "../simulator/fleet/fleet-plan.ts";
import type { Delivery } from "../simulator/intake-memory.ts";
import { intakes } from "../simulator/intakes.ts";
import type { SimulatedKandji } from "../simulator/kandji.ts";
import { integer, pick, randomFrom, seedFor } from "../simulator/random.ts";
import { WALKS } from "../simulator/whole-reader.ts";
import type { World } from "../simulator/world.ts";
import { minute, usualShare, type Beginning } from "./beginning.ts";

/** Their records are told apart by what they hold: none has an `id` that comes again when it changes. */
const walkable: readonly [string, ...string[]] = [
  "devices",
  "prism-filevault",
  "prism-apps",
  "device-details",
  "device-status",
  "device-activity",
  "threats",
  "vulnerability-detections",
];

/** In half an hour what happens to a real fleet in a week. */
const hectic: Partial<FleetRates> = {
  osUpdate: 5,
  appInstall: 20,
  appUpdate: 40,
  appRemove: 20,
  rename: 5,
  itemStatus: 40,
  activity: 100,
  enrolment: 3,
  removal: 3,
  threat: 10,
  threatRelease: 10,
  fileVault: 5,
};

export interface FleetBeginning {
  readonly tenant: string;
  /** The datasets that are walked, and how often. */
  readonly everyMs: ReadonlyMap<string, number>;
}

/** Gives one tenant a small fleet of which a few datasets are walked every few minutes; in most histories nobody has one. */
export function withFleet(beginning: Beginning, seed: number): Beginning {
  const random = randomFrom(seedFor("fleet", seed));
  const [tenant = ""] = beginning.homes.keys();
  const secret = `TENANT_${tenant.toUpperCase()}`;
  // Rows have times of other things, by which some of them are too old.
  const takesAll = Object.values(beginning.plan.intakes).every(({ kind }) => intakes[kind].maxAgeMs === undefined);
  if (random() > 0.35 || beginning.maxRequestsPerHour < usualShare || !takesAll) return beginning;
  const names = [...new Set(Array.from({ length: 1 + integer(random, 3) }, () => pick(random, walkable)))];
  const fleet = {
    seed: integer(random, 1e6),
    devices: 3 + integer(random, 12),
    appsPerMac: 8,
    vulnerabilities: 4,
    threats: 0.5,
    rates: hectic,
    // What happens to a device that does not check in is told a day later.
    awake: 1,
    checkInEveryMs: 5 * minute,
  };
  const everyMs = new Map(names.map((name) => [name, pick(random, [2, 5, 5]) * minute]));
  const options = (name: string): object => ({
    every: `${(everyMs.get(name) ?? 0) / minute}m`,
    ...(listings.get(name)?.sends === "state"
      ? { snapshotEvery: pick(random, ["never", "15m", "24h"]) }
      : { backfill: "3650d" }),
  });
  const before = JSON.parse(beginning.env[secret] ?? "{}") as { readonly datasets: object };
  const datasets = { ...before.datasets, ...Object.fromEntries(names.map((name) => [name, options(name)])) };
  const kandji = { ...beginning.plan.kandji[tenant], fleet, permissions: ["*"] };
  return {
    ...beginning,
    plan: { ...beginning.plan, kandji: { ...beginning.plan.kandji, [tenant]: kandji } },
    env: { ...beginning.env, [secret]: JSON.stringify({ ...before, datasets }) },
    fleet: { tenant, everyMs },
  };
}

type Row = Readonly<Record<string, unknown>>;

interface Note {
  readonly change: string;
  readonly changed?: readonly string[];
  readonly seenAt?: string;
  readonly device?: { readonly id: string };
}

interface Last {
  readonly seenAt: string;
  readonly change: string;
  readonly content: string;
  readonly batch: string;
}

/** Sees every record of a fleet that an intake took. */
export class FleetWitness {
  readonly #world: World;
  readonly #note: (problem: string) => void;
  /** By intake, tenant and dataset: what came last of each row. */
  readonly #last = new Map<string, Map<string, Last>>();
  /** Whether batches for an intake were formed anew lately: then records may come twice. */
  readonly #isFormedAnew: (intake: string) => boolean;

  /** Intakes whose requests do not say whose records they carry and of which dataset, or not in our words. */
  readonly #wordless = new Set<string>();

  /** When the list of devices was begun. */
  readonly #listedAt: number[] = [];

  constructor(
    world: World,
    { fleet }: Beginning,
    isFormedAnew: (intake: string) => boolean,
    note: (problem: string) => void,
  ) {
    this.#world = world;
    const kandji = world.kandji.get(fleet?.tenant ?? "");
    if (kandji !== undefined)
      kandji.onServed = ({ path, search, at }) => {
        if (path === "/api/v1/devices" && search.includes("offset=0")) this.#listedAt.push(at);
      };
    this.#isFormedAnew = isFormedAnew;
    this.#note = note;
    for (const [name, { memory }] of world.intakes) memory.onAccepted = (delivery) => this.#accepted(name, delivery);
  }

  #accepted(intake: string, { tenant = "", dataset = "", records, batchId = "" }: Delivery): void {
    const listing = listings.get(dataset);
    const isTold = this.#world.kandji.has(tenant) && (listing !== undefined || known.has(dataset));
    if (!isTold) this.#wordless.add(intake);
    if (!isTold || listing === undefined) return;
    const key = `${intake} ${tenant} ${dataset}`;
    const last = this.#last.get(key) ?? new Map<string, Last>();
    this.#last.set(key, last);
    for (const record of records) {
      const { _forwarder, ...row } = JSON.parse(record) as Row & { _forwarder?: Note };
      const note = _forwarder ?? { change: "once" };
      const name = nameOf(listing, row, note.device?.id);
      const came = { seenAt: note.seenAt ?? "", change: note.change, content: contentOf(listing, row), batch: batchId };
      this.#compare(`${intake}: ${tenant} ${dataset} ${name}`, intake, last.get(name), came);
      if (dataset === "devices" && note.change === "deleted") this.#checkDeletion(tenant, String(row["device_id"]));
      // What is sent again for somebody may come behind what is newer: each stream is in order for itself.
      if (came.seenAt >= (last.get(name)?.seenAt ?? "")) last.set(name, came);
    }
  }

  /** A record that says that something changed, and nothing did. */
  #compare(said: string, intake: string, before: Last | undefined, came: Last): void {
    if (this.#isFormedAnew(intake) || before === undefined || before.batch === came.batch) return;
    if (came.change === "updated" && before.change !== "deleted" && before.content === came.content)
      this.#note(`promise 2: ${said} came as updated, and is as it was`);
    if (came.change === "once") this.#note(`promise 2: ${said} came twice`);
  }

  /** What is gone was absent from two complete walks: so often at least the list was begun since it was removed. */
  #checkDeletion(tenant: string, device: string): void {
    const log = this.#world.kandji.get(tenant)?.fleet.log.of("devices") ?? [];
    const removal = log.find(({ identity, kind }) => kind === "deleted" && identity === device);
    const walks = this.#listedAt.filter((at) => at >= (removal?.at ?? Infinity)).length;
    if (walks < 2) this.#note(`contract §4: ${device} of ${tenant} was called gone after ${walks} walks`);
  }

  /** From now on nothing changes in a fleet but the times of check-ins. */
  still({ tenant }: FleetBeginning): void {
    this.#world.kandji.get(tenant)?.fleet.setRates(STILL);
  }

  /** Once nothing happens any more: what came last of each row is what there is, and what is gone was said to be. */
  async judge({ tenant, everyMs }: FleetBeginning): Promise<void> {
    const kandji = this.#world.kandji.get(tenant);
    if (kandji === undefined) return;
    for (const name of everyMs.keys()) {
      const listing = listings.get(name);
      if (listing === undefined) continue;
      const truth = await truthOf(kandji, listing);
      const told = [...this.#world.intakes.keys()].filter((intake) => !this.#wordless.has(intake));
      for (const intake of told) this.#judgeAt(`${intake} ${tenant} ${name}`, listing, truth);
    }
  }

  #judgeAt(key: string, { sends }: Listing, { there, due }: Truth): void {
    const last = this.#last.get(key) ?? new Map<string, Last>();
    const missing = [...due].filter(([name, content]) => {
      const came = last.get(name);
      return came === undefined || came.change === "deleted" || (sends !== "once" && came.content !== content);
    });
    const [first] = missing;
    if (first !== undefined)
      this.#note(
        `promise 1: ${missing.length} rows of ${key} did not come as they are: ${first[0]} ${JSON.stringify(last.get(first[0]))?.slice(0, 300)} is ${first[1].slice(0, 300)}`,
      );
    const left = [...last].filter(
      ([name, { change }]) => sends === "state" && change !== "deleted" && !there.has(name),
    );
    // Who was owed records is sent the state as it is: notices that outgrew the spool are not among it.
    if (left.length > 0 && !this.#isFormedAnew(key.split(" ")[0] ?? ""))
      this.#note(`contract §4: ${left.length} rows of ${key} are gone and were not said to be: ${left[0]?.[0]}`);
  }
}

const nameOf = ({ identity, sends }: Listing, row: Row, device: string | undefined): string =>
  JSON.stringify([sends === "once" ? "" : (device ?? ""), ...identity.map((field) => row[field] ?? null)]);

function contentOf({ volatile, sensitive }: Listing, row: Row): string {
  const isIgnored = (key: string): boolean => Object.hasOwn(volatile, key) || Object.hasOwn(sensitive, key);
  return JSON.stringify(row, (key, value: unknown) => (isIgnored(key) ? undefined : value));
}

interface Truth {
  /** Names of all rows. */
  readonly there: ReadonlySet<string>;
  /** What must have come, by name. */
  readonly due: ReadonlyMap<string, string>;
}

/** What an independent reader finds. */
async function truthOf(kandji: SimulatedKandji, listing: Listing): Promise<Truth> {
  const { token, permissions } = kandji.settings;
  kandji.change({ token: "secret", permissions: ["*"] });
  try {
    const walk = WALKS[listing.name];
    const rows = walk === undefined ? await activityOf(kandji) : await walk(kandji);
    const { rows: places } = listing.ways[0];
    const isWhole = places === "whole" || listing.scope === "tenant";
    const flat = isWhole
      ? rows.map((row) => ({ row, device: listing.scope === "device" ? String(row["device_id"]) : undefined }))
      : rows.flatMap((answer) => partsOf(answer, places));
    const awake = listing.scope === "device" ? await awakeIn(kandji) : undefined;
    const told = flat.filter(({ device }) => awake === undefined || awake.has(device ?? ""));
    return {
      there: new Set(flat.map(({ row, device }) => nameOf(listing, row, device))),
      due: new Map(
        told.map(({ row, device }) => [nameOf(listing, row, device), contentOf(listing, withoutOwner(listing, row))]),
      ),
    };
  } finally {
    kandji.change({ token, permissions });
  }
}

/** Devices that have checked in lately: what happened to the others since they were read is told a day later. */
async function awakeIn(kandji: SimulatedKandji): Promise<ReadonlySet<string>> {
  const devices = (await WALKS["devices"]?.(kandji)) ?? [];
  const since = kandji.fleet.now - 25 * minute;
  const isAwake = (row: Row): boolean => Date.parse(String(row["last_check_in"])) >= since;
  return new Set(devices.filter(isAwake).map((row) => String(row["device_id"])));
}

/** The reader names the device of each answer; Kandji's details do not. */
function withoutOwner({ scope }: Listing, row: Row): Row {
  if (scope === "tenant") return row;
  const { device_id: _, ...rest } = row;
  return rest;
}

const partsOf = (answer: Row, places: readonly (readonly string[])[]): { row: Row; device: string }[] =>
  places.flatMap((path) => {
    const list = path.reduce<unknown>((value, key) => (value as Row | undefined)?.[key], answer);
    return Array.isArray(list) ? list.map((row: Row) => ({ row, device: String(answer["device_id"]) })) : [];
  });

async function activityOf(kandji: SimulatedKandji): Promise<Row[]> {
  const headers = { authorization: "Bearer secret" };
  return Promise.all(
    kandji.fleet.devices.map(async ({ id }) => {
      const url = `https://acme.api.kandji.io/api/v1/devices/${id}/activity?limit=300&offset=0`;
      const answer = await kandji.fetch(new Request(url, { headers }));
      return answer.json<Row>();
    }),
  );
}
