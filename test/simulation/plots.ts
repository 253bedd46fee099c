/**
 * Histories that are about something: several strokes of fate that only together show what is to be seen, in a world that
 * suits them. What ten independent strokes would meet once in thousands of histories, these meet in most of theirs.
 */
import type { Fault } from "../simulator/faults.ts";
import { integer, pick, type Random } from "../simulator/random.ts";
import type { LoggedRequest } from "../simulator/request-log.ts";
import { hour, minute, poison, usualShare, type Needs, permissionsOf } from "./beginning.ts";
import type { Deed } from "./deeds.ts";
import { judgeIntervals } from "./intervals.ts";
import { isHistory } from "./precedence.ts";
import type { Stage } from "./stage.ts";

export interface Plot extends Deed {
  readonly needs: Needs;
}

/** Of all histories, so many are about something. */
const share = 0.4;

export function drawPlot(random: Random): Plot | undefined {
  const draw = random() / share;
  return plots[Math.floor(draw * plots.length)];
}

/** Both ends and the platform are well: what a plot shows is its own doing. */
function atEase({ world, cloud, beginning }: Stage): void {
  for (const [name, kandji] of world.kandji) {
    kandji.faults.clear();
    kandji.change({ permissions: permissionsOf(beginning, name), largePages: null });
  }
  for (const [name, intake] of world.intakes) {
    intake.faults.clear();
    intake.change({ refuse: beginning.plan.intakes[name]?.refuse ?? [] });
  }
  cloud.killIn = Infinity;
  cloud.killEvery = Infinity;
  cloud.isCronSilent = false;
  cloud.network.weather = { latencyMs: 0, slowBodies: 0 };
}

async function pass({ cloud, clock }: Stage, ms: number): Promise<void> {
  await cloud.advanceTo(clock.now() + ms);
}

/** So many events in each account, spread over a time that begins now. */
function happen({ world, clock, random }: Stage, count: number, overMs: number, marked = 0): void {
  const from = clock.now();
  const seed = integer(random, 1e6);
  for (const kandji of world.kandji.values())
    kandji.seed({ seed, count, from, to: from + overMs, marked: { count: marked, text: poison } });
}

/** Lets time pass until the process is killed because of `condition`; false when it was not within that time. */
async function killedWhen(stage: Stage, withinMs: number, condition: () => boolean): Promise<boolean> {
  const { cloud, clock } = stage;
  const end = clock.now() + withinMs;
  cloud.killWhen = condition;
  while (cloud.killWhen !== undefined && clock.now() < end) await pass(stage, 250);
  const isKilled = cloud.killWhen === undefined;
  cloud.killWhen = undefined;
  return isKilled;
}

const upgradeKilled: Plot = {
  name: "plot: upgrade killed in its migration",
  needs: {},
  act: async (stage, random) => {
    const { cloud, world, oracle } = stage;
    const next = await stage.loadNext();
    if (cloud.code === next) return undefined;
    atEase(stage);
    stage.newest = next;
    for (const name of world.intakes.keys()) oracle.mayFormAnew(name);
    stage.deploy(cloud.env, next);
    cloud.killIn = 2 + integer(random, 12);
    for (const id of stage.beginning.homes.keys()) await stage.ask(id, "report");
    return "the next version is deployed, and killed while it opens what the version before has left";
  },
};

const transactionsFail: Plot = {
  name: "plot: transactions fail",
  needs: { destinations: 2 },
  act: async (stage, random) => {
    atEase(stage);
    const minutes = 5 + integer(random, 5);
    happen(stage, minutes * 20, minutes * minute);
    for (let passed = 0; passed < minutes; passed += 1) {
      stage.cloud.failIn = 1 + integer(random, 10);
      await pass(stage, minute);
    }
    stage.cloud.failIn = Infinity;
    return `for ${minutes} minutes, some transactions failed`;
  },
};

const slowHistory: Plot = {
  name: "plot: history takes long",
  needs: { every: "60s", latencyMs: 20_000, share: [usualShare, 1] },
  act: async (stage) => {
    await pass(stage, 6 * minute);
    return "history was read on a slow network";
  },
};

const forgetfulHour: Plot = {
  name: "plot: an hour without memory",
  needs: { every: "60s", share: [100, 50], evictsWhenIdle: true },
  act: async (stage, random) => {
    atEase(stage);
    const count = 1_000 + integer(random, 500);
    for (let times = 0; times < 6; times += 1) {
      happen(stage, count, minute);
      await pass(stage, 11 * minute);
    }
    return `for an hour, ${count} events came at once every eleven minutes, to objects that sleep in between`;
  },
};

const goodInRow = (requests: readonly LoggedRequest[]): number =>
  requests.length - 1 - requests.findLastIndex(({ status }) => status !== 200);

const longPoll: Plot = {
  name: "plot: kills in long polls",
  needs: { every: "60s", share: [60, 60], evictsWhenIdle: false },
  act: async (stage, random) => {
    atEase(stage);
    const { world } = stage;
    const fault = pick<Fault>(random, [{ do: "status", status: 413 }, { do: "cut" }]);
    for (const kandji of world.kandji.values()) kandji.change({ largePages: { above: 20, fault } });
    let kills = 0;
    for (let times = 0; times < 6; times += 1) {
      happen(stage, 400, 3 * minute);
      const pages = 7 + integer(random, 3);
      const since = stage.clock.now();
      const isLong = (): boolean =>
        [...world.kandji.values()].some(
          ({ requests }) => goodInRow(requests.newest(40).filter(({ at }) => at >= since)) >= pages,
        );
      if (await killedWhen(stage, 8 * minute, isLong)) kills += 1;
    }
    for (const kandji of world.kandji.values()) kandji.change({ largePages: null });
    return kills === 0 ? undefined : `killed ${kills} times in the middle of a poll of small pages`;
  },
};

const silentCron: Plot = {
  name: "plot: silent cron, destinations in trouble",
  needs: { destinations: 2, share: [usualShare, 1] },
  act: async (stage, random) => {
    atEase(stage);
    const { world, cloud, clock } = stage;
    happen(stage, 30, minute);
    for (const intake of world.intakes.values())
      intake.faults.set({
        always: pick<Fault>(random, [{ do: "hang" }, { do: "status", status: 401 }, { do: "status", status: 503 }]),
      });
    await pass(stage, 2 * minute);
    cloud.isCronSilent = true;
    await pass(stage, 20 * minute);
    const since = clock.now();
    await pass(stage, hour);
    judgeIntervals(stage, since);
    cloud.isCronSilent = false;
    for (const intake of world.intakes.values()) intake.faults.clear();
    return "the cron was silent for 80 minutes, and no destination took anything";
  },
};

/** Without an end, what is pressed would be history that is read, for ever. */
const mostPresses = 40;

/** Whether a page of the past was asked for a moment ago. */
const isHistoryRead = ({ world, clock }: Stage): boolean =>
  [...world.kandji.values()].some(({ requests }) =>
    requests.newest(5).some(({ at, target }) => at >= clock.now() - 10_000 && isHistory(target)),
  );

/** Many events come at once, and are asked for. */
async function press(stage: Stage): Promise<void> {
  happen(stage, 80, 1_000);
  for (const id of stage.beginning.homes.keys()) await stage.ask(id, "poll");
}

const owedWhileMore: Plot = {
  name: "plot: more is owed while what is owed is read",
  needs: { destinations: 2, spoolBytes: [60_000, 60_000], share: [usualShare, 1], every: "60s" },
  act: async (stage, random) => {
    atEase(stage);
    const { world, cloud } = stage;
    const [sick] = [...world.intakes.values()];
    const perMinute = 150 + integer(random, 150);
    const times = 3;
    happen(stage, times * 5 * perMinute, times * 5 * minute);
    // Slow enough that something happens while a range is read, quick enough that what waits gets through.
    cloud.network.weather = { latencyMs: 8_000, slowBodies: 0 };
    for (let away = 0; away < times; away += 1) {
      sick?.faults.set({ always: { do: "status", status: 503 } });
      await pass(stage, 2 * minute);
      sick?.faults.clear();
      let presses = 0;
      for (let seconds = 0; seconds < 180; seconds += 1) {
        if (presses < mostPresses && isHistoryRead(stage)) {
          presses += 1;
          await press(stage);
        }
        await pass(stage, 1_000);
      }
    }
    return `${perMinute} events came a minute, more than the spool holds for a destination that was away ${times} times`;
  },
};

const probeUnheard: Plot = {
  name: "plot: killed while a probe is answered",
  needs: { refusing: true, share: [usualShare, 1], every: "60s" },
  act: async (stage) => {
    atEase(stage);
    const { world, oracle } = stage;
    const [name, intake] = [...world.intakes].find(([id]) => !oracle.isFormedAnew(id)) ?? [];
    if (name === undefined || intake === undefined) return undefined;
    happen(stage, 60, 3 * minute, 9);
    const isProbeAccepted = (): boolean => {
      const { batches } = intake.memory;
      const [before, last] = batches.slice(-2);
      const [probed, ...others] = last?.keys ?? [];
      if (last?.accepted !== true || others.length > 0 || before?.accepted !== false || before.keys.length > 1)
        return false;
      // Where splitting has laid down an end behind it anyway, nothing is to be seen.
      return !batches.some(({ accepted, keys }) => !accepted && keys.at(-1) === probed);
    };
    if (!(await killedWhen(stage, 5 * minute, isProbeAccepted))) return undefined;
    // What was refused is taken now, so that nothing waits beside the lane any more. No batch is formed anew by that.
    intake.change({ refuse: [] });
    await pass(stage, 3 * minute);
    intake.change({ refuse: stage.beginning.plan.intakes[name]?.refuse ?? [] });
    return `killed while ${name} answered a record that was sent alone to learn whether it takes anything`;
  },
};

const plots: readonly Plot[] = [
  upgradeKilled,
  transactionsFail,
  slowHistory,
  forgetfulHour,
  longPoll,
  silentCron,
  owedWhileMore,
  probeUnheard,
];
