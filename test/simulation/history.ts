/** One history: a tenant, its world, and what befalls them, all drawn from a seed. */
import type { TenantReport } from "../../src/tenant/report.ts";
import type { Fault, FaultSettings } from "../simulator/faults.ts";
import { integer, pick, randomFrom, type Random } from "../simulator/random.ts";
import type { IntakePlan } from "../simulator/world.ts";
import { day, epoch, hour, Household, minute, secrets } from "../tenant/household.ts";

export interface Ending {
  /** Promises that were found broken. */
  readonly wrong: readonly string[];
  readonly story: readonly string[];
}

/** Live, history, redriven: a kill may repeat one batch of each. */
const streams = 3;
const names = ["archive", "siem", "backup"] as const;

const lastingFaults: readonly [Fault, ...Fault[]] = [
  { do: "hang" },
  { do: "status", status: 503 },
  { do: "status", status: 401 },
  { do: "status", status: 429, retryAfter: { seconds: 400, as: "seconds" } },
  { do: "cut" },
];

function passingFaults(random: Random): FaultSettings["shares"] {
  const share = random() * 0.2;
  return [
    { share, fault: { do: "status", status: pick(random, [500, 502, 503]) } },
    {
      share: share / 2,
      fault: { do: "status", status: 429, retryAfter: { seconds: integer(random, 90), as: "date" } },
    },
    { share: share / 3, fault: { do: "cut" } },
    { share: share / 6, fault: { do: "hang" } },
  ];
}

function begin(random: Random): { house: Household; env: Record<string, string> } {
  const destinations = names.slice(0, 1 + integer(random, names.length));
  const intakes: Record<string, IntakePlan> = Object.fromEntries(
    destinations.map((name) => [
      name,
      {
        kind: "webhook",
        ...(random() < 0.3 ? { maxRecords: 40 + integer(random, 500) } : {}),
        ...(random() < 0.5 ? { refuse: [{ contains: "poison", status: 422 }] } : {}),
      },
    ]),
  );
  const events = [
    {
      seed: integer(random, 1e6),
      count: integer(random, 4_000),
      from: epoch - 40 * day,
      to: epoch - hour,
      ties: { groups: integer(random, 20), size: 1 + integer(random, 700) },
      marked: { count: integer(random, 4), text: "poison" },
    },
    {
      seed: integer(random, 1e6),
      count: integer(random, 6_000),
      from: epoch - 20 * minute,
      to: epoch + 2 * hour,
      late: { share: random() * 0.1, byMs: integer(random, 9 * minute) },
      ties: { groups: integer(random, 30), size: 1 + integer(random, 20) },
      future: { count: integer(random, 20), aheadMs: day },
      marked: { count: integer(random, 4), text: "poison" },
      odd: integer(random, 20),
    },
  ];
  const share = random() < 0.3 ? { maxRequestsPerHour: 200 + integer(random, 1_000) } : {};
  const env = secrets(Object.fromEntries(destinations.map((name) => [name, {}])), share);
  const house = new Household({ kandji: { acme: { token: "token-of-acme", events } }, intakes }, env, {
    maxRequestsPerRun: pick(random, [8, 45, 200]),
    ...(random() < 0.4 ? { maxSpoolBytes: 300_000 + integer(random, 2_000_000) } : {}),
  });
  return { house, env };
}

type Deed = (house: Household, random: Random, env: Record<string, string>) => string;

/** Needs a name that the installation has. */
function someIntake(house: Household, random: Random) {
  const all = [...house.world.intakes];
  const chosen = all[integer(random, all.length)];
  if (chosen === undefined) throw new Error("A world without intakes");
  return chosen;
}

const deeds: readonly Deed[] = [
  (house) => {
    house.evict();
    return "the object is evicted, or its process is killed";
  },
  (house, random) => {
    const shares: FaultSettings["shares"] = [
      ...passingFaults(random),
      { share: random() * 0.05, fault: { do: "unreadable" } },
    ];
    house.world.kandji.get("acme")?.faults.set({ shares, always: null });
    return "Kandji has passing faults";
  },
  (house, random) => {
    const when = pick(random, ["before", "after"] as const);
    house.sql.kill = { in: 1 + integer(random, 40), when };
    return `the process is killed ${when} the commit of transaction ${house.sql.kill.in} from now`;
  },
  (house, random) => {
    house.world.kandji.get("acme")?.faults.set({ always: pick(random, lastingFaults) });
    return "Kandji fails for good";
  },
  (house) => {
    house.world.kandji.get("acme")?.faults.clear();
    return "Kandji is well";
  },
  (house, random) => {
    const [name, intake] = someIntake(house, random);
    intake.faults.set({ shares: passingFaults(random), always: null });
    return `${name} has passing faults`;
  },
  (house, random) => {
    const [name, intake] = someIntake(house, random);
    intake.faults.set({ always: pick(random, lastingFaults) });
    return `${name} fails for good`;
  },
  (house, random) => {
    const [name, intake] = someIntake(house, random);
    intake.faults.clear();
    return `${name} is well`;
  },
  (house, random, env) => {
    const [name] = someIntake(house, random);
    house.evict({ ...env, [`DESTINATION_${name.toUpperCase()}`]: "{" });
    return `the secret of ${name} is mistyped`;
  },
  (house, random, env) => {
    const [name] = someIntake(house, random);
    const { [`DESTINATION_${name.toUpperCase()}`]: _, ...rest } = env;
    house.evict(rest);
    return `the secret of ${name} is gone`;
  },
  (house, _random, env) => {
    house.evict(env);
    return "all secrets are right";
  },
];

function unbalanced(report: TenantReport): string[] {
  return report.destinations
    .filter(({ collected, delivered, pending, skipped, dead }) => collected !== delivered + pending + skipped + dead)
    .map((books) => `books of ${books.name} do not balance: ${JSON.stringify(books)}`);
}

export async function tellHistory(seed: number): Promise<Ending> {
  const random = randomFrom(seed);
  const { house, env } = begin(random);
  const story: string[] = [`seed ${seed}: ${[...house.world.intakes.keys()].join(", ")}`];
  const wrong: string[] = [];
  for (let chapter = 0; chapter < 12; chapter += 1) {
    const deed = deeds[integer(random, deeds.length)];
    if (deed !== undefined) story.push(`${new Date(house.time.now()).toISOString()} ${deed(house, random, env)}`);
    const report = await house.pass(Math.floor(random() * 15 * minute), { isCronSilent: random() < 0.1 });
    wrong.push(...unbalanced(report));
    if (wrong.length > 0) return { wrong, story };
  }
  house.world.kandji.get("acme")?.faults.clear();
  for (const intake of house.world.intakes.values()) intake.faults.clear();
  house.sql.kill = undefined;
  house.evict(env);
  story.push(`${new Date(house.time.now()).toISOString()} all is well`);
  const report = await untilAtRest(house);
  wrong.push(...unbalanced(report), ...judge(house));
  return { wrong, story: [...story, JSON.stringify(report.destinations), JSON.stringify(report.problems)] };
}

/** Lets time pass until everything that was visible has come to rest, the last late and future records included. */
async function untilAtRest(house: Household): Promise<TenantReport> {
  let report = await house.pass(3 * hour);
  const isAtRest = (): boolean =>
    report.destinations.every(({ pending }) => pending === 0) && report.datasets[0]?.backfill.state === "done";
  for (let hours = 3; hours < 40 && !isAtRest(); hours += 1) report = await house.pass(hour);
  return report;
}

/** What the two ends know of a history that has come to rest. */
function judge(house: Household): string[] {
  const wrong: string[] = [];
  for (const account of house.world.accounts()) {
    const { intake, lost, altered, repeated, lostKeys } = account;
    if (lost > 0)
      wrong.push(
        `${intake} lost ${lost}: ${lostKeys
          .slice(0, 3)
          .map((key) => describeEvent(house, key))
          .join("; ")}`,
      );
    if (altered !== 0) wrong.push(`${intake}: ${altered} altered`);
    const batches = repeatedBatches(house, intake);
    if (batches.length > house.kills * streams)
      wrong.push(`${intake}: ${batches.length} batches repeated, ${house.kills} kills`);
    const explained = batches.reduce((sum, records) => sum + records, 0);
    if (repeated !== explained) wrong.push(`${intake}: ${repeated} repeated, ${explained} of them in whole batches`);
  }
  for (const [name, intake] of house.world.intakes) {
    const { early } = intake.requests.manners();
    // Whoever is killed before the answer comes does not know what it asked for.
    if (early > house.kills) wrong.push(`${name} was asked too early ${early} times`);
    if (intake.memory.changedBatches.size > 0)
      wrong.push(`${name} saw a batch change: ${[...intake.memory.changedBatches][0]}`);
  }
  const manners = house.world.kandji.get("acme")?.requests.manners();
  if ((manners?.early ?? 0) > house.kills) wrong.push(`Kandji was asked too early ${manners?.early} times`);
  return wrong;
}

/** Sizes of the batches that an intake accepted again under the same id. */
function repeatedBatches(house: Household, name: string): number[] {
  const seen = new Set<string>();
  const repeated: number[] = [];
  for (const { id, accepted, keys } of house.world.intakes.get(name)?.memory.batches ?? []) {
    if (accepted && seen.has(id)) repeated.push(keys.length);
    if (accepted) seen.add(id);
  }
  return repeated;
}

function describeEvent(house: Household, key: string): string {
  const event = house.world.kandji
    .get("acme")
    ?.store.visible()
    .find((other) => other.key === key);
  if (event === undefined) return key;
  return `${key} of ${new Date(event.at / 1000).toISOString()}, visible ${new Date(event.visibleAt).toISOString()}, served ${event.served} times`;
}
