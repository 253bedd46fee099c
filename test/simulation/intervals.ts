/** Contract §3: a dataset is polled every so often, and no more often because something else keeps its object awake. */
import { hour } from "./beginning.ts";
import { isHistory } from "./precedence.ts";
import type { Stage } from "./stage.ts";

/** The pages of one poll follow each other faster than this, on a network without latency. */
const betweenPolls = 10_000;

/** To be asked of a time in which the network is quick and nobody asks for polls. */
export function judgeIntervals({ oracle, world, env, clock }: Stage, since: number): void {
  for (const [tenant, { requests }] of world.kandji) {
    const everyMs = everyOf(env[`TENANT_${tenant.toUpperCase()}`] ?? "{}");
    const recent = requests.newest().filter(({ at }) => at >= since);
    // What failed is tried again when it is time for that.
    if (recent.some(({ status }) => status !== 200)) continue;
    const times = recent.filter(({ target }) => !isHistory(target)).map(({ at }) => at);
    const polls = times.filter((at, index) => at - (times[index - 1] ?? -Infinity) > betweenPolls).length;
    const due = Math.ceil((clock.now() - since) / everyMs) + 1;
    if (polls > due)
      oracle.note(
        `contract §3: ${tenant} was polled ${polls} times in ${(clock.now() - since) / hour} hours, and ${due} were due`,
      );
  }
}

function everyOf(secret: string): number {
  const { datasets } = JSON.parse(secret) as { datasets: Record<string, { every: string }> };
  const [, count = "", unit] = /^(\d+)([sm])$/.exec(datasets["audit-events"]?.every ?? "") ?? [];
  return Number(count) * (unit === "m" ? 60_000 : 1_000);
}
