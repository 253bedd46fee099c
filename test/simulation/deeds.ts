/** What befalls a forwarder and its world: faults of both ends, kills, changes by people. Each is drawn from the seed. */
import type { DeadLetterReport, Scope } from "../../src/tenant/report.ts";
import type { Fault, FaultSettings } from "../simulator/faults.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import { intakes } from "../simulator/intakes.ts";
import { integer, pick, type Random } from "../simulator/random.ts";
import { hour, minute, poison, permissionsOf } from "./beginning.ts";
import type { Stage } from "./stage.ts";

/** Answers what was done, in words; undefined when it could not be done in this history. */
type Act = (stage: Stage, random: Random) => string | undefined | Promise<string | undefined>;

export interface Deed {
  /** By what it is counted. */
  readonly name: string;
  readonly act: Act;
}

const lasting: readonly [Fault, ...Fault[]] = [
  { do: "hang" },
  { do: "status", status: 503 },
  { do: "status", status: 401 },
  { do: "status", status: 403 },
  { do: "status", status: 429, retryAfter: { seconds: 400, as: "seconds" } },
  { do: "status", status: 503, retryAfter: { seconds: 100, as: "date" } },
  { do: "cut" },
];

/** What stands between may answer well and store nothing: where the protocol can tell, it must not be believed. */
const lie: Fault = { do: "unreadable" };
const canLie = ({ kind }: SimulatedIntake): boolean => intakes[kind].isPlain !== true;

function passing(random: Random): FaultSettings["shares"] {
  const share = random() * 0.2;
  return [
    { share, fault: { do: "status", status: pick(random, [500, 502, 503, 408]) } },
    {
      share: share / 2,
      fault: { do: "status", status: 429, retryAfter: { seconds: integer(random, 90), as: "date" } },
    },
    { share: share / 3, fault: { do: "cut" } },
    { share: share / 3, fault: { do: "lost-answer" } },
    { share: share / 6, fault: { do: "hang" } },
  ];
}

function someOf<T>(random: Random, all: ReadonlyMap<string, T>): readonly [string, T] {
  const entries = [...all];
  const chosen = entries[integer(random, entries.length)];
  if (chosen === undefined) throw new Error("A history without tenants or intakes");
  return chosen;
}

const nameOf = (fault: Fault): string => (fault.do === "status" ? String(fault.status) : fault.do);

const ofKandji: readonly Deed[] = [
  {
    name: "Kandji: passing faults",
    act: ({ world }, random) => {
      const [name, kandji] = someOf(random, world.kandji);
      const unreadable = { share: random() * 0.05, fault: { do: "unreadable" } } as const;
      kandji.faults.set({ shares: [...passing(random), unreadable], always: null });
      return `Kandji of ${name} has passing faults`;
    },
  },
  {
    name: "Kandji: fails for good",
    act: ({ world }, random) => {
      const [name, kandji] = someOf(random, world.kandji);
      const fault = pick<Fault>(random, [...lasting, { do: "unreadable" }]);
      kandji.faults.set({ always: fault });
      return `Kandji of ${name} answers nothing but ${nameOf(fault)}`;
    },
  },
  {
    name: "Kandji: well again",
    act: ({ world, beginning }, random) => {
      const [name, kandji] = someOf(random, world.kandji);
      kandji.faults.clear();
      kandji.change({ permissions: permissionsOf(beginning, name), largePages: null });
      return `Kandji of ${name} is well`;
    },
  },
  {
    name: "Kandji: permission taken away",
    act: ({ world }, random) => {
      const [name, kandji] = someOf(random, world.kandji);
      kandji.change({ permissions: ["/api/v1/devices"] });
      return `the token of ${name} loses its permission`;
    },
  },
  {
    name: "Kandji: large pages fail",
    act: ({ world }, random) => {
      const [name, kandji] = someOf(random, world.kandji);
      const fault = pick<Fault>(random, [{ do: "status", status: 413 }, { do: "cut" }]);
      kandji.change({ largePages: { above: 5 + integer(random, 400), fault } });
      return `Kandji of ${name} cannot make large pages`;
    },
  },
  {
    name: "Kandji: token rotated",
    act: (stage, random) => {
      const [name, kandji] = someOf(random, stage.world.kandji);
      const token = `another-token-of-${name}-${integer(random, 1e9)}`;
      kandji.change({ token });
      const key = `TENANT_${name.toUpperCase()}`;
      stage.env[key] = JSON.stringify({ ...(JSON.parse(stage.env[key] ?? "{}") as object), token });
      return `the token of ${name} is rotated; its secret follows later`;
    },
  },
];

const ofIntakes: readonly Deed[] = [
  {
    name: "intake: passing faults",
    act: ({ world }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      const lies = canLie(intake) ? [{ share: random() * 0.2, fault: lie }] : [];
      intake.faults.set({ shares: [...passing(random), ...lies], always: null });
      return `${name} has passing faults`;
    },
  },
  {
    name: "intake: fails for good",
    act: ({ world }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      const fault = canLie(intake) && random() < 0.4 ? lie : pick(random, lasting);
      intake.faults.set({ always: fault });
      return `${name} answers nothing but ${nameOf(fault)}`;
    },
  },
  {
    name: "intake: well again",
    act: ({ world, beginning, oracle }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      intake.faults.clear();
      intake.change({ refuse: beginning.plan.intakes[name]?.refuse ?? [] });
      oracle.mayFormAnew(name);
      return `${name} is well`;
    },
  },
  {
    name: "intake: refuses everything",
    act: ({ world, oracle }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      intake.change({ refuse: [{ contains: "{", status: 400 }] });
      oracle.mayFormAnew(name);
      return `${name} refuses everything`;
    },
  },
  {
    name: "intake: refuses now and then",
    act: ({ world, oracle }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      intake.faults.set({ shares: [{ share: random() * 0.3, fault: { do: "deny" } }], always: null });
      oracle.mayFormAnew(name);
      return `${name} refuses now and then what it takes at another time`;
    },
  },
  {
    name: "intake: takes what it refused",
    act: ({ world, oracle }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      intake.change({ refuse: [] });
      oracle.mayFormAnew(name);
      return `${name} takes everything`;
    },
  },
  {
    name: "intake: refuses some",
    act: ({ world, oracle }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      intake.change({ refuse: [{ contains: poison, status: 400 }] });
      oracle.mayFormAnew(name);
      return `${name} refuses some records`;
    },
  },
  {
    name: "intake: other limits",
    act: ({ world, oracle }, random) => {
      const [name, intake] = someOf(random, world.intakes);
      const maxRecords = 20 + integer(random, 500);
      intake.change({ maxRecords });
      oracle.mayFormAnew(name);
      return `${name} takes ${maxRecords} records at once`;
    },
  },
];

const ofPlatform: readonly Deed[] = [
  {
    name: "eviction",
    act: ({ cloud }) => {
      for (const object of cloud.objects.values()) if (object.isIdle) object.evict();
      return "what is idle is put out of memory";
    },
  },
  {
    name: "kill at an instant",
    act: (stage) => {
      stage.kill();
      return "every process is killed";
    },
  },
  {
    name: "kill at a point of the work",
    act: ({ cloud }, random) => {
      cloud.killIn = 1 + integer(random, pick(random, [20, 200, 1_000]));
      return `the process will be killed at point ${cloud.killIn} from now`;
    },
  },
  {
    name: "kills again and again",
    act: ({ cloud }, random) => {
      cloud.killEvery = pick(random, [30, 100, 300, 1_000]) + integer(random, 100);
      cloud.killIn = cloud.killEvery;
      return `from now on the process is killed at every point ${cloud.killEvery}`;
    },
  },
  {
    name: "no more kills",
    act: ({ cloud }) => {
      if (cloud.killIn === Infinity) return undefined;
      cloud.killIn = Infinity;
      cloud.killEvery = Infinity;
      return "nobody is killed any more";
    },
  },
  {
    name: "cron silent",
    act: async ({ cloud, clock }, random) => {
      cloud.isCronSilent = true;
      if (random() < 0.7) return "the cron falls silent";
      const hours = 1 + integer(random, 4);
      await cloud.advanceTo(clock.now() + hours * hour);
      return `the cron was silent for ${hours} hours, and is`;
    },
  },
  {
    name: "cron fires again",
    act: ({ cloud }) => {
      if (!cloud.isCronSilent) return undefined;
      cloud.isCronSilent = false;
      return "the cron fires again";
    },
  },
  {
    name: "two ticks at once",
    act: async ({ cloud, clock }, random) => {
      const slot = Math.floor(clock.now() / minute) * minute;
      await cloud.fire(slot);
      await cloud.fire(slot + (random() < 0.5 ? 0 : minute));
      return "the cron fires twice at once";
    },
  },
  {
    name: "clock off",
    act: ({ cloud, oracle }, random) => {
      cloud.skewMs = Math.round((random() - 0.5) * 6_000);
      oracle.isSkewed = true;
      return `the platform's clock is off by ${cloud.skewMs} ms`;
    },
  },
  {
    name: "slow network",
    act: ({ cloud }, random) => {
      cloud.network.weather = { latencyMs: pick(random, [0, 1_000, 30_000]), slowBodies: random() * 0.1 };
      return `the network takes up to ${cloud.network.weather.latencyMs} ms`;
    },
  },
  {
    name: "upgrade",
    act: async (stage) => {
      const next = await stage.loadNext();
      if (stage.cloud.code === next) return undefined;
      stage.newest = next;
      for (const name of stage.world.intakes.keys()) stage.oracle.mayFormAnew(name);
      stage.deploy(stage.cloud.env, next);
      return "the next version is deployed, with a migration and another encoding";
    },
  },
  {
    name: "roll back",
    act: (stage) => {
      if (stage.newest === stage.code || stage.cloud.code === stage.code) return undefined;
      stage.deploy(stage.cloud.env, stage.code);
      return "the version before is deployed again";
    },
  },
];

const secretOf = (destination: string): string => `DESTINATION_${destination.toUpperCase()}`;

const ofOperators: readonly Deed[] = [
  {
    name: "secret mistyped",
    act: (stage, random) => {
      const key =
        random() < 0.7
          ? secretOf(someOf(random, stage.world.intakes)[0])
          : `TENANT_${someOf(random, stage.world.kandji)[0].toUpperCase()}`;
      stage.deploy({ ...stage.cloud.env, [key]: pick(random, ["{", '{"type":"webhok"}', "", '{"token":""}']) });
      return `the secret ${key} is mistyped`;
    },
  },
  {
    name: "secret gone",
    act: (stage, random) => {
      const key =
        random() < 0.7
          ? secretOf(someOf(random, stage.world.intakes)[0])
          : `TENANT_${someOf(random, stage.world.kandji)[0].toUpperCase()}`;
      const { [key]: _, ...rest } = stage.cloud.env;
      stage.deploy(rest);
      return `the secret ${key} is deleted`;
    },
  },
  {
    name: "secrets put right",
    act: (stage) => {
      stage.deploy({ ...stage.env });
      return "all secrets are right";
    },
  },
  {
    name: "destination changed",
    act: async (stage, random) => {
      const [name, intake] = someOf(random, stage.world.intakes);
      const asksForSilence = random() < 0.3;
      if (asksForSilence) {
        intake.faults.set({ always: { do: "status", status: 429, retryAfter: { seconds: 400, as: "seconds" } } });
        await stage.cloud.advanceTo(stage.clock.now() + 2 * minute);
      }
      const before = JSON.parse(stage.env[secretOf(name)] ?? "{}") as object;
      stage.env[secretOf(name)] = JSON.stringify({ ...before, maxBatchRecords: 20 + integer(random, 900) });
      stage.oracle.mayFormAnew(name);
      stage.deploy({ ...stage.env });
      return `${name} is sent other batches${asksForSilence ? ", though it wants none for 400 s" : ""}`;
    },
  },
  {
    name: "poll asked for",
    act: async (stage, random) => asked(stage, random, "poll", []),
  },
  {
    name: "pause",
    act: async (stage, random) => {
      const [tenant] = someOf(random, stage.beginning.homes);
      const scope = scopeOf(stage, random);
      if ((await stage.ask(tenant, "pause", scope)) === undefined) return undefined;
      if (scope.dataset === undefined) stage.oracle.pauses.paused(tenant, scope.destination);
      return `pause ${JSON.stringify(scope)} for ${tenant}`;
    },
  },
  {
    name: "resume",
    act: async (stage, random) => {
      const [tenant] = someOf(random, stage.beginning.homes);
      const scope = scopeOf(stage, random);
      if (scope.dataset === undefined) stage.oracle.pauses.resumed(tenant, scope.destination);
      await stage.ask(tenant, "resume", scope);
      return `resume ${JSON.stringify(scope)} for ${tenant}`;
    },
  },
  {
    name: "redrive",
    act: async (stage, random) => {
      // What was given up beside others that were refused may have arrived.
      for (const [name, { kind }] of stage.world.intakes)
        if (intakes[kind].partly === "none") stage.oracle.mayFormAnew(name);
      return asked(stage, random, "redrive", []);
    },
  },
  {
    name: "dead letters deleted",
    act: async (stage, random) => {
      const [tenant] = someOf(random, stage.beginning.homes);
      const letters = await stage.ask(tenant, "deadLetters");
      const [chosen] = (letters?.value ?? []) as DeadLetterReport[];
      if (chosen === undefined) return undefined;
      stage.oracle.deleted.add(`${chosen.destination} ${chosen.recordId}`);
      await stage.ask(tenant, "deleteDeadLetters", [chosen.id]);
      return `a dead letter of ${tenant} is deleted`;
    },
  },
];

function scopeOf(stage: Stage, random: Random): Scope {
  const destination = someOf(random, stage.world.intakes)[0];
  return pick<Scope>(random, [{}, { dataset: "audit-events" }, { destination }, { destination }]);
}

async function asked(stage: Stage, random: Random, method: string, values: unknown[]): Promise<string | undefined> {
  const [tenant] = someOf(random, stage.beginning.homes);
  await stage.ask(tenant, method, ...values);
  return `${method} ${JSON.stringify(values[0] ?? {})} for ${tenant}`;
}

export const deeds: readonly Deed[] = [...ofKandji, ...ofIntakes, ...ofPlatform, ...ofOperators];
