/** Events that become visible when polling has done with their moment: sweeps find them, and then the hours add up. */
import type { HourReport, TenantReport } from "../../src/tenant/report.ts";
import { integer, pick } from "../simulator/random.ts";
import { hour, minute } from "./beginning.ts";
import type { Deed } from "./deeds.ts";
import type { Stage } from "./stage.ts";

/** The overlap is widened to an hour at the most (docs/datasets.md). */
const beyondEveryOverlap = 75 * minute;

const overlap = 10 * minute;
const clockTolerance = 10_000;

/** Since then its ids are remembered: what is older is history, and is read once. */
const isSwept = (report: TenantReport | undefined): boolean => {
  const sweep = report?.datasets[0]?.sweep;
  return sweep !== undefined && (sweep.nextAt !== null || sweep.state === "sweeping");
};

export const comeLate: Deed = {
  name: "events later than the overlap",
  act: (stage, random) => {
    const { world, oracle, clock } = stage;
    const swept = [...world.kandji].filter(([id]) => isSwept(oracle.reports.get(id)));
    if (swept.length === 0) return undefined;
    const from = clock.now();
    const to = from + 2 * minute;
    const byMs = pick(random, [11, 20, 45, 90]) * minute + integer(random, minute);
    const count = 1 + integer(random, 20);
    const seed = integer(random, 1e6);
    for (const [, kandji] of swept) kandji.seed({ seed, count, from, to, late: { share: 1, byMs } });
    stage.lastVisibleAt = Math.max(stage.lastVisibleAt, to + byMs);
    return `${count} events each are shown ${Math.round(byMs / minute)} minutes late`;
  },
};

/** When all is well, what no overlap can see comes with the next sweep, once; and every hour adds up at every destination. */
export async function judgeSweeps(stage: Stage): Promise<void> {
  const { asides, world, oracle, clock, cloud } = stage;
  const { sweepEveryMs } = asides;
  if (sweepEveryMs === undefined) return;
  const from = clock.now();
  for (const kandji of world.kandji.values()) {
    kandji.seed({ seed: 5, count: 12, from, to: from + minute, late: { share: 1, byMs: beyondEveryOverlap } });
    // Only what was seen behind it ends a moment for polling.
    kandji.seed({ seed: 7, count: 5, from: from + minute, to: from + 2 * minute });
  }
  stage.tell("a few events that will be shown too late for polling");
  // Twice: a sweep that was under way when they were shown may have passed their moment.
  await cloud.advanceTo(from + 2 * minute + beyondEveryOverlap + 2 * sweepEveryMs + 5 * minute);
  for (const { tenant, intake, lost } of world.accounts(from))
    if (lost > 0)
      oracle.note(`promise 5: ${lost} late records of ${tenant} have not come to ${intake} after two sweeps`);
  // An hour is whole when polling has done with something behind it.
  const later = clock.now();
  for (const kandji of world.kandji.values()) kandji.seed({ seed: 6, count: 5, from: later, to: later + minute });
  await cloud.advanceTo(later + hour + 2 * sweepEveryMs + 5 * minute);
  await stage.look();
}

/** What is said of whole hours against what Kandji has of them. */
export function judgeHours(stage: Stage): void {
  for (const report of stage.oracle.reports.values()) {
    for (const { code, subject, message } of report.problems)
      if (code === "hour-does-not-add-up") stage.oracle.note(`promise 5: ${subject}: ${message}`);
    for (const one of report.datasets[0]?.completeness ?? []) judgeHour(stage, report.id, one);
    judgeFinds(stage, report);
  }
}

/** What is shown within the overlap is found by polling, and nothing is left for sweeps. */
function judgeFinds({ oracle, world }: Stage, { id, datasets }: TenantReport): void {
  const found = (datasets[0]?.sweep?.finds ?? []).reduce((sum, { records }) => sum + records, 0);
  const events = world.kandji.get(id)?.store.visible() ?? [];
  const late = events.filter(({ at, visibleAt }) => visibleAt - at / 1000 > overlap - clockTolerance).length;
  if (found > late)
    oracle.note(`promise 5: sweeps of ${id} found ${found} events, and ${late} were shown later than the overlap`);
}

function judgeHour(
  { oracle, world, asides }: Stage,
  id: string,
  { hour: begins, inKandji, destinations }: HourReport,
): void {
  // Where sweeps are frequent, the last one has seen everything.
  const isExact = asides.sweepEveryMs !== undefined;
  const start = Date.parse(begins) * 1000;
  const events = world.kandji.get(id)?.store.visible() ?? [];
  const own = events.filter(({ at }) => at >= start && at < start + hour * 1000);
  const dated = own.filter(({ raw }) => raw.includes('"occurred_at"')).length;
  if (isExact ? inKandji !== dated : inKandji > dated)
    oracle.note(`promise 5: ${id} tells of ${inKandji} events in the hour from ${begins}, and Kandji has ${dated}`);
  for (const { name, missing, because } of destinations)
    if (missing > 0 && because === null)
      oracle.note(`promise 5: ${missing} events of ${id} in the hour from ${begins} are missing at ${name}`);
}
