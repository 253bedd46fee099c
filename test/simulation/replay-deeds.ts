import type { ReplayAnswer, ReplayOrder, TenantReport } from "../../src/tenant/report.ts";
import type { SimulatedEvent } from "../simulator/event-store.ts";
import { integer, type Random } from "../simulator/random.ts";
import { epoch } from "./beginning.ts";
import type { Deed } from "./deeds.ts";
import { mostWaiting } from "./replays.ts";
import type { Stage } from "./stage.ts";

const micros = 1_000;
const longAgo = 400 * 24 * 3_600_000;

/** The newest report, so that only what it names is asked for, as the route would have it. */
async function reportOf(stage: Stage, tenant: string): Promise<TenantReport | undefined> {
  return (await stage.ask(tenant, "report"))?.value as TenantReport | undefined;
}

async function ask(stage: Stage, tenant: string, order: ReplayOrder): Promise<ReplayAnswer | undefined> {
  const report = await reportOf(stage, tenant);
  if (report === undefined || report.datasets.length === 0) return undefined;
  const answer = (await stage.ask(tenant, "replay", order))?.value as ReplayAnswer | undefined;
  stage.oracle.replays.asked(order, report, answer);
  return answer;
}

function tenantOf(stage: Stage, random: Random): string {
  const tenants = [...stage.beginning.homes.keys()];
  return tenants[integer(random, tenants.length)] ?? "";
}

function destinationOf(stage: Stage, random: Random, tenant: string): string | undefined {
  const known = stage.oracle.reports.get(tenant)?.destinations ?? [];
  return random() < 0.6 ? known[integer(random, known.length)]?.name : undefined;
}

/** Its ends are instants of events, now and then: both are meant to be in it. */
function rangeOf(stage: Stage, random: Random, tenant: string): Pick<ReplayOrder, "since" | "until"> {
  const events = stage.world.kandji.get(tenant)?.store.visible() ?? [];
  const draw = random();
  if (draw < 0.15 || events.length === 0) return { since: (epoch - longAgo) * micros, until: null };
  const at = (event: SimulatedEvent | undefined): number => event?.at ?? 0;
  const [one, other] = [integer(random, events.length), integer(random, events.length)];
  const since = at(events[Math.min(one, other)]);
  return { since, until: draw < 0.35 && since <= stage.clock.now() * micros ? null : at(events[Math.max(one, other)]) };
}

/** A person asks for a part of the past again; some ask twice. */
export const askAgain: Deed = {
  name: "replay",
  act: async (stage, random) => {
    const tenant = tenantOf(stage, random);
    const order = {
      dataset: "audit-events",
      ...rangeOf(stage, random, tenant),
      destination: destinationOf(stage, random, tenant),
    };
    const isImpatient = random() < 0.3;
    const answer = await ask(stage, tenant, order);
    const again = isImpatient ? await ask(stage, tenant, order) : undefined;
    return `replay ${JSON.stringify(order)} for ${tenant}: ${answer?.kind ?? "no answer"}${again === undefined ? "" : `, and again: ${again.kind}`}`;
  },
};

const month = 31 * 24 * 3_600_000;

/** A destination is forgotten while something was asked for again for it; then its secret is back, and it is a new one. */
export const forgottenMeanwhile: Deed = {
  name: "destination forgotten",
  act: async (stage, random) => {
    const { clock, world, oracle, beginning } = stage;
    const names = [...world.intakes.keys()];
    const name = names[integer(random, names.length)];
    if (name === undefined || names.length < 2) return undefined;
    const { [`DESTINATION_${name.toUpperCase()}`]: _, ...rest } = stage.env;
    stage.deploy(rest);
    // Whoever cannot be asked now has not noticed that it is gone.
    const noticed = new Set<string>();
    for (const tenant of beginning.homes.keys()) {
      const known = (await reportOf(stage, tenant))?.destinations ?? [];
      if (known.length > 0) noticed.add(tenant);
      if (!known.some((destination) => destination.name === name)) continue;
      await ask(stage, tenant, {
        dataset: "audit-events",
        since: (epoch - longAgo) * micros,
        until: null,
        destination: name,
      });
    }
    stage.kill();
    // Nothing runs meanwhile: the cron of a month would be all that is to be seen.
    await clock.advanceTo(clock.now() + month);
    for (const tenant of beginning.homes.keys()) {
      oracle.replays.forgot(tenant, name);
      const report = await reportOf(stage, tenant);
      if (report === undefined || !noticed.has(tenant)) continue;
      if (report.destinations.some((destination) => destination.name === name))
        oracle.note(`contract §3: ${tenant} has not forgotten ${name} after 31 days`);
      if (report.replays.some(({ destination }) => destination === name))
        oracle.note(`contract §6: a replay of ${tenant} waits for ${name}, which is forgotten`);
    }
    oracle.mayFormAnew(name);
    stage.deploy({ ...stage.env });
    return `${name} is forgotten after a month without its secret, and back`;
  },
};

/** A program asks for more than may wait, of a tenant that rests meanwhile. */
export const askTooOften: Deed = {
  name: "replays without end",
  act: async (stage, random) => {
    const tenant = tenantOf(stage, random);
    const events = stage.world.kandji.get(tenant)?.store.visible() ?? [];
    if ((await stage.ask(tenant, "pause", {})) === undefined) return undefined;
    stage.oracle.pauses.paused(tenant);
    const destination = destinationOf(stage, random, tenant);
    let begun = 0;
    for (let times = 0; times < mostWaiting + 5; times += 1) {
      const { at = epoch * micros } = events[integer(random, events.length)] ?? {};
      const answer = await ask(stage, tenant, { dataset: "audit-events", since: at - times, until: at, destination });
      if (answer?.kind === "begun") begun += 1;
    }
    await stage.ask(tenant, "report");
    stage.oracle.pauses.resumed(tenant);
    await stage.ask(tenant, "resume", {});
    return `${begun} replays begin for ${tenant}, which rested meanwhile`;
  },
};
