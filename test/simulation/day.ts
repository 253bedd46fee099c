/**
 * A day with every kind of fault, told as a command since it changes the globals of its process: `node test/simulation/day.ts`.
 * Prints what the forwarder's objects tell at its end and what the two ends hold, as JSON. Every fault has an hour of its
 * own and is over before the next one: so both ends must agree to the record.
 */
import type { Fleet } from "../../src/forwarder/fleet.ts";
import type { TenantReport } from "../../src/tenant/report.ts";
import type { Fault } from "../simulator/faults.ts";
import { intakes as kinds } from "../simulator/intakes.ts";
import { intakeSetups } from "../simulator/intake-setups.ts";
import { World, type KandjiPlan } from "../simulator/world.ts";
import { epoch, hour, minute, poison } from "./beginning.ts";
import type { EventTruth, Told, Truth } from "./day-account.ts";
import { Clock } from "./platform/clock.ts";
import { SimulatedCloudflare } from "./platform/cloudflare.ts";
import { loadCode } from "./platform/code.ts";
import { installGlobals } from "./platform/globals.ts";

const day = 24 * hour;
/** Of each hour, so long; then there is time to catch up. */
const faultLasts = 35 * minute;
const paused = "search";

const fleet = {
  seed: 4,
  devices: 8,
  awake: 1,
  checkInEveryMs: 10 * minute,
  rates: { rename: 2, osUpdate: 2, fileVault: 2, threat: 2, enrolment: 0.2, removal: 0.2 },
};

const account = (seed: number, more: Partial<KandjiPlan>): KandjiPlan => ({
  token: `token-${seed}`,
  seed,
  events: [
    { seed, count: 900, from: epoch - 30 * day, to: epoch - hour, marked: { count: 3, text: poison } },
    {
      seed: seed + 1,
      count: 1_500,
      // What happened before the first poll is history: sweeps know its ids from then on (decision 0020).
      from: epoch,
      // The latest of them are found by a sweep before the day is over.
      to: epoch + 21 * hour,
      ties: { groups: 40, size: 9 },
      late: { share: 0.03, byMs: 50 * minute },
      future: { count: 5, aheadMs: hour },
      marked: { count: 30, text: poison },
      odd: 20,
    },
    { seed: seed + 2, count: 120, from: epoch + 22 * hour, to: epoch + day },
  ],
  ...more,
});

const tenants = {
  acme: account(11, { fleet, permissions: ["*"] }),
  umbrella: account(21, {}),
} as const;
const intakes = {
  archive: { kind: "webhook", refuse: [{ contains: poison, status: 400 }] },
  siem: { kind: "datadog", ...intakeSetups.datadog.knows },
  search: { kind: "elastic", refuse: [{ contains: poison, status: 400 }], ...intakeSetups.elastic.knows },
} as const;

const events = { every: "60s", sweepEvery: "1h" };
const env: Record<string, string> = {
  ADMIN_TOKEN: "admin-token-of-the-simulation",
  TENANT_ACME: JSON.stringify({
    subdomain: "acme",
    token: "token-11",
    datasets: { "audit-events": events, devices: { every: "10m" }, "prism-filevault": { every: "15m" }, threats: {} },
  }),
  TENANT_UMBRELLA: JSON.stringify({
    subdomain: "umbrella",
    token: "token-21",
    jurisdiction: "eu",
    datasets: { "audit-events": { ...events, every: "3m" } },
  }),
  ...Object.fromEntries(
    Object.entries(intakes).map(([name, { kind }]) => {
      const { signingSecret: _, ...secret } = intakeSetups[kind].secret(`https://intake.example/intake/${name}`);
      // Rows have times of other things, by which some of them are too old for Datadog.
      return [
        `DESTINATION_${name.toUpperCase()}`,
        JSON.stringify({ ...secret, ...(kind === "datadog" ? { datasets: ["audit-events"] } : {}) }),
      ];
    }),
  ),
};

const clock = new Clock(epoch);
const world = new World(
  { kandji: tenants, intakes },
  { now: clock.now, hang: async (request) => cloud.network.hang(request) },
);
installGlobals();
const cloud = new SimulatedCloudflare({
  clock,
  seed: 5,
  code: await loadCode("current"),
  env,
  buckets: [],
  world: async (request) => world.fetch(request),
  evictsWhenIdle: true,
  on: {
    killed: () => {},
    failed: () => {},
    log: () => {},
    called: () => {},
    answered: () => {},
    sent: () => {},
    received: () => {},
    slowed: () => {},
  },
});

const atKandji =
  (fault: Fault, share = 1) =>
  (): void => {
    for (const kandji of world.kandji.values()) kandji.faults.set({ shares: [{ share, fault }] });
  };
const atIntakes =
  (fault: Fault, share = 1) =>
  (): void => {
    for (const { kind, faults } of world.intakes.values())
      if (fault.do !== "unreadable" || kinds[kind].isPlain !== true) faults.set({ shares: [{ share, fault }] });
  };
const status = (code: number): Fault => ({ do: "status", status: code });
const tooMany: Fault = { do: "status", status: 429, retryAfter: { seconds: 300, as: "date" } };

/** One for each hour. */
const faults: readonly (() => void)[] = [
  atKandji(status(503)),
  atKandji(tooMany),
  atKandji({ do: "hang" }, 0.5),
  atKandji({ do: "cut" }, 0.5),
  atKandji({ do: "lost-answer" }, 0.5),
  atKandji({ do: "unreadable" }),
  () => {
    for (const kandji of world.kandji.values()) kandji.change({ largePages: { above: 20, fault: { do: "cut" } } });
  },
  () => {
    for (const kandji of world.kandji.values()) kandji.change({ permissions: ["/api/v1/blueprints"] });
  },
  atIntakes(status(503)),
  atIntakes(status(401)),
  atIntakes(tooMany),
  atIntakes({ do: "hang" }, 0.5),
  atIntakes({ do: "cut" }, 0.5),
  atIntakes({ do: "lost-answer" }, 0.4),
  atIntakes({ do: "unreadable" }),
  atIntakes({ do: "deny" }, 0.4),
  () => {
    for (const intake of world.intakes.values()) intake.change({ refuse: [{ contains: "{", status: 400 }] });
  },
  () => {
    [cloud.killIn, cloud.killEvery] = [200, 200];
  },
  () => {
    cloud.failIn = 3;
  },
  () => {
    cloud.network.weather = { latencyMs: 20_000, slowBodies: 0.1 };
  },
  () => {
    cloud.isCronSilent = true;
  },
  () => {
    cloud.skewMs = 2_500;
  },
  () => cloud.deploy({ env: { ...env, DESTINATION_ARCHIVE: "{", TENANT_UMBRELLA: '{"token":""}' } }),
];

function allWell(): void {
  for (const kandji of world.kandji.values()) {
    kandji.faults.clear();
    kandji.change({ permissions: ["*"], largePages: null });
  }
  for (const [name, intake] of world.intakes) {
    intake.faults.clear();
    intake.change({ refuse: name === "siem" ? [] : [{ contains: poison, status: 400 }] });
  }
  [cloud.killIn, cloud.killEvery, cloud.failIn] = [Infinity, Infinity, Infinity];
  [cloud.isCronSilent, cloud.skewMs] = [false, 0];
  cloud.network.weather = { latencyMs: 0, slowBodies: 0 };
  if (cloud.env !== env) cloud.deploy({ env });
}

const homes = { acme: "", umbrella: "eu" } as const;
const ask = async (tenant: keyof typeof homes, method: string, ...values: unknown[]): Promise<unknown> =>
  cloud.ask(tenant, homes[tenant], method, ...values);

for (const [index, befall] of faults.entries()) {
  const from = epoch + index * hour;
  await cloud.advanceTo(from);
  befall();
  await cloud.advanceTo(from + faultLasts);
  allWell();
}
await cloud.advanceTo(epoch + 23 * hour);
for (const tenant of ["acme", "umbrella"] as const) await ask(tenant, "pause", { destination: paused });
await cloud.advanceTo(epoch + day + 10 * minute);

const reports: Record<string, TenantReport> = {};
for (const tenant of ["acme", "umbrella"] as const) reports[tenant] = (await ask(tenant, "report")) as TenantReport;

function truthOf(tenant: string): Truth {
  const visible = world.kandji.get(tenant)?.store.visible() ?? [];
  const ofEvents: EventTruth[] = visible.map(({ key, at, raw }) => ({
    key,
    at,
    isDated: raw.includes('"occurred_at"'),
  }));
  const rows: [string, string][] = [];
  for (const batch of world.intakes.get("archive")?.memory.batches ?? [])
    if (batch.tenant === tenant && batch.dataset !== "audit-events")
      rows.push(...batch.keys.map((key): [string, string] => [key, batch.dataset ?? ""]));
  return { events: ofEvents, rows: [...new Map(rows)] };
}

const told: Told = {
  now: clock.now(),
  env,
  fleet: (await cloud.askForwarder("fleet")) as Fleet,
  reports,
  truth: { acme: truthOf("acme"), umbrella: truthOf("umbrella") },
  intakes: Object.fromEntries(
    [...world.intakes].map(([name, { memory }]) => [
      name,
      { accepted: [...memory.times.keys()], refused: [...memory.refused], dropped: memory.dropped.size },
    ]),
  ),
  paused,
};
console.log(JSON.stringify(told));
