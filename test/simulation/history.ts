/** One history, from its beginning to its end: what befalls a forwarder is drawn from a seed, and so is told again by it. */
import type { TenantReport } from "../../src/tenant/report.ts";
import { integer } from "../simulator/random.ts";
import {
  epoch,
  hour,
  lastEventAfter,
  longestLateness,
  minute,
  second,
  usualShare,
  permissionsOf,
} from "./beginning.ts";
import { passChapter } from "./asides.ts";
import { judgeChains } from "./chains.ts";
import { deeds } from "./deeds.ts";
import { Stage, type StageOptions } from "./stage.ts";
import { judgeHours, judgeSweeps } from "./sweep-deeds.ts";
import { judgeEnd, judgeNeighbours, judgePromptness, judgeQuiet } from "./verdict.ts";

export interface Ending {
  readonly seed: number;
  /** Promises that were found broken. */
  readonly wrong: readonly string[];
  readonly story: readonly string[];
  /** How often each fault was injected. */
  readonly faults: ReadonlyMap<string, number>;
  readonly transitions: ReadonlyMap<string, number>;
  readonly simulatedMs: number;
}

const chapters = 10;
/** A plot comes before this chapter: it needs a world that is not too far gone. */
const latestPlot = 3;
const longestChapter = 6 * minute;
/** Whatever is polled every three minutes comes within this. */
const nextPoll = 7 * minute;
/** Who has used up a small share waits for its next hour. */
const nextHour = 70 * minute;
/** No backlog of these histories takes longer, however small the hourly share. */
const patience = 48 * hour;

export async function tellHistory(options: StageOptions): Promise<Ending> {
  const stage = new Stage(options);
  const { oracle, story, clock } = stage;
  await tell(stage, options.seed);
  countAnswers(stage);
  stage.close();
  return {
    seed: options.seed,
    wrong: oracle.wrong,
    story: story.lines,
    faults: stage.faults.counts,
    transitions: oracle.transitions.counts,
    simulatedMs: clock.now() - epoch,
  };
}

async function tell(stage: Stage, seed: number): Promise<void> {
  const { world, random, oracle } = stage;
  stage.tell(
    `seed ${seed}: tenants ${[...world.kandji.keys()].join(", ")}; destinations ${[...world.intakes.keys()].join(", ")}`,
  );
  const turn = integer(random, latestPlot);
  for (let chapter = 0; chapter < chapters && oracle.wrong.length === 0; chapter += 1) {
    const deed = chapter === turn && stage.plot !== undefined ? stage.plot : deeds[integer(random, deeds.length)];
    const done = await deed?.act(stage, random);
    if (deed !== undefined && done !== undefined) {
      stage.faults.add(deed.name);
      stage.tell(done);
    }
    await passChapter(stage, chapter, Math.floor(random() * longestChapter));
    await stage.look();
  }
  if (oracle.wrong.length > 0) return;
  await makeAllWell(stage);
  await untilAtRest(stage);
  await stage.look();
  judgeEnd(stage);
  await judgeChains(stage);
  if (oracle.wrong.length > 0) return;
  await judgeAsides(stage);
  await judgeFleet(stage);
  if (random() < 0.1 && isAlone(stage)) await judgeQuiet(stage);
}

/** Nothing is walked, swept or told besides. */
const isAlone = ({ beginning, asides, chats }: Stage): boolean =>
  beginning.fleet === undefined && asides.sweepEveryMs === undefined && chats.size === 0;

async function judgeAsides(stage: Stage): Promise<void> {
  const { oracle } = stage;
  oracle.replays.judge(oracle.reports, (intake, key) => oracle.isLetGo(intake, key));
  await judgeSweeps(stage);
  judgeHours(stage);
  await judgeAlerts(stage);
}

/** What flaps is told after an hour, and a chat that failed is tried again within one. */
async function judgeAlerts(stage: Stage): Promise<void> {
  const { chats, alerts, clock, cloud } = stage;
  if (chats.size === 0) return;
  await cloud.advanceTo(clock.now() + 2.5 * hour);
  await stage.look();
  const entries = await stage.journal();
  if (entries === undefined) stage.oracle.note("alerts: the journal cannot be read when all is well");
  else alerts.judgeMessages(entries);
}

/** When a fleet has come to rest, three more walks tell all that is left to tell. */
async function judgeFleet(stage: Stage): Promise<void> {
  const { clock, cloud, fleets, beginning } = stage;
  if (beginning.fleet === undefined) return;
  fleets.still(beginning.fleet);
  stage.tell("nothing happens in the fleet any more");
  await cloud.advanceTo(clock.now() + 30 * minute);
  await untilTrue(stage, hour, () => isAtRest(stage));
  await stage.look();
  await fleets.judge(beginning.fleet);
}

async function makeAllWell(stage: Stage): Promise<void> {
  const { world, cloud, beginning } = stage;
  for (const [name, kandji] of world.kandji) {
    kandji.faults.clear();
    kandji.change({ permissions: permissionsOf(beginning, name), largePages: null });
  }
  for (const [name, intake] of world.intakes) {
    intake.faults.clear();
    intake.change({ refuse: beginning.plan.intakes[name]?.refuse ?? [] });
  }
  for (const chat of stage.chats.values()) chat.faults.clear();
  cloud.killIn = Infinity;
  cloud.killEvery = Infinity;
  cloud.killWhen = undefined;
  cloud.failIn = Infinity;
  cloud.isCronSilent = false;
  cloud.network.weather = { latencyMs: 0, slowBodies: 0 };
  // Whoever was rolled back goes forward again: an older program refuses what a newer one has written.
  stage.deploy({ ...stage.env }, stage.newest);
  stage.tell("all is well");
  for (const id of beginning.homes.keys()) {
    const scopes = [
      {},
      { dataset: "audit-events" },
      ...[...world.intakes.keys()].map((destination) => ({ destination })),
    ];
    for (const scope of scopes) {
      stage.oracle.pauses.resumed(id, "destination" in scope ? scope.destination : undefined);
      await stage.ask(id, "resume", scope);
    }
  }
}

/** Lets time pass until nothing waits any more; then a few more events come, which must arrive soon. */
async function untilAtRest(stage: Stage): Promise<void> {
  const { clock, cloud, oracle, world } = stage;
  // What was reported before all was well says nothing of who has come back since: each tenant is polled once more.
  await cloud.advanceTo(
    Math.max(clock.now() + nextPoll, epoch + lastEventAfter + longestLateness, stage.lastVisibleAt),
  );
  await untilTrue(stage, patience, () => isAtRest(stage) || oracle.wrong.length > 0);
  await expectSoon(stage, 20, minute);
  // A record that was refused alone is settled when another one was accepted.
  await cloud.advanceTo(clock.now() + 3 * minute);
  const isQuick = stage.beginning.maxRequestsPerHour >= usualShare;
  if (isQuick && world.intakes.size > 1 && stage.random() < 0.2) await letOneHang(stage);
}

async function untilTrue({ clock, cloud }: Stage, withinMs: number, isTrue: () => boolean): Promise<void> {
  const end = clock.now() + withinMs;
  while (clock.now() < end && !isTrue()) await cloud.advanceTo(Math.min(end, clock.now() + 2 * minute));
}

/** New events become visible from now on: they are there when they ought to be. */
async function expectSoon(stage: Stage, count: number, overMs: number): Promise<void> {
  const { clock, cloud, world, beginning } = stage;
  const from = clock.now();
  for (const kandji of world.kandji.values()) kandji.seed({ seed: count, count, from, to: from + overMs });
  stage.tell("a few more events");
  await cloud.advanceTo(from + overMs + second);
  const soon = beginning.maxRequestsPerHour < usualShare ? nextHour : nextPoll;
  await untilTrue(stage, soon, () => world.accounts(from).every(({ lost }) => lost === 0));
  judgePromptness(stage, from);
}

/** One destination hangs: the others get what comes meanwhile at once. */
async function letOneHang(stage: Stage): Promise<void> {
  const { clock, world } = stage;
  const [name = "", sick] = [...world.intakes][0] ?? [];
  sick?.faults.set({ always: { do: "hang" } });
  stage.tell(`${name} hangs`);
  const from = clock.now();
  for (const kandji of world.kandji.values()) kandji.seed({ seed: 2, count: 40, from, to: from + 6 * minute });
  await stage.cloud.advanceTo(from + 7 * minute);
  judgeNeighbours(stage, name, from);
  sick?.faults.clear();
  stage.tell(`${name} is well`);
  await expectSoon(stage, 10, minute);
}

function isAtRest({ oracle, world }: Stage): boolean {
  const isDone = ({ destinations, datasets, problems, replays }: TenantReport): boolean =>
    replays.length === 0 &&
    destinations.every(
      ({ name, pending }) =>
        pending === 0 ||
        problems.some(({ code, subject }) => code === "refuses-everything" && subject.endsWith(` ${name}`)),
    ) &&
    datasets.every(({ backfill }) => backfill.state === "done");
  const waits = [...world.kandji.values()].some(({ store }) => store.visible().some(({ served }) => served === 0));
  return !waits && [...oracle.reports.values()].every(isDone);
}

/** The answers of both ends that were none: each is a fault that was injected. */
function countAnswers({ world, faults }: Stage): void {
  const ends = [
    ...[...world.kandji.values()].map((end) => ["Kandji", end] as const),
    ...[...world.intakes.values()].map((end) => ["intake", end] as const),
  ];
  for (const [who, end] of ends) {
    for (const [status, times] of Object.entries(end.requests.manners().byStatus)) {
      if (Number(status) >= 400) faults.add(`${who} answers ${status}`, times);
      if (status === "0") faults.add(`${who} hangs, or its answer breaks off`, times);
    }
  }
}
