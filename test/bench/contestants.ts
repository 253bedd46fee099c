/** Who runs, and one run of each: a fresh runtime, an empty storage, the same events from the same simulator. */
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SimulatorProcess } from "../simulator/simulator-process.ts";
import { startWorker, type WorkerProcess } from "../simulator/worker-process.ts";
import { meterRuntime } from "./process-meter.ts";

export const tenant = "acme";
export const token = "00000000-0000-4000-9000-000000000000";

export interface Contestant {
  readonly name: string;
  /** Where its `wrangler.toml` is; the product itself where it is absent. */
  readonly project?: string;
  /** Its secrets and variables. */
  readonly secrets: (api: string, intake: string) => Readonly<Record<string, string>>;
}

export interface Run {
  readonly recordsPerSecond: number;
  readonly cpuMsPerThousand: number;
  readonly peakMB: number;
  readonly gets: number;
  readonly posts: number;
  readonly lost: number;
  readonly repeated: number;
}

const patienceMs = 40_000;

/** This Worker; `vars` are those of `wrangler.toml` that differ from a plain deployment. */
export const forwarder = (name: string, vars: Readonly<Record<string, string>>): Contestant => ({
  name,
  secrets: (api, intake) => ({
    TENANT_ACME: JSON.stringify({ apiUrl: api, token, maxRequestsPerHour: 10_000 }),
    DESTINATION_SINK: JSON.stringify({ type: "webhook", url: intake }),
    ALLOW_LOCAL_HOSTS: "true",
    ...vars,
  }),
});

export const floor = (project: string): Contestant => ({
  name: "bare pipe",
  project,
  secrets: (api, intake) => ({ API: api, TOKEN: token, INTAKE: intake }),
});

/** The floor as a project of its own: wrangler looks for its tools beside the configuration. */
export async function withFloorProject<T>(work: (project: string) => Promise<T>): Promise<T> {
  const project = await mkdtemp(join(tmpdir(), "bare-pipe-"));
  try {
    await cp(join(import.meta.dirname, "floor"), project, { recursive: true });
    await symlink(join(import.meta.dirname, "../../node_modules"), join(project, "node_modules"));
    return await work(project);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

/** From an empty storage until the intake holds every event. `intake` must be one that nobody has sent to. */
export async function runOnce(
  { project, secrets }: Contestant,
  simulator: SimulatorProcess,
  intake: string,
  events: number,
): Promise<Run> {
  const { kandji, intakes } = simulator.addresses;
  const getsBefore = (await simulator.kandji(tenant)).manners.requests;
  const given = secrets(kandji[tenant] ?? "", intakes[intake] ?? "");
  const worker = await startWorker({ secrets: given, project, minutes: 5 });
  try {
    const used = meterRuntime();
    await catchUp(worker, simulator, intake, events);
    const use = used();
    const source = await simulator.kandji(tenant, 20_000);
    const sink = await simulator.intake(intake, 20_000);
    const gets = source.requests.slice(getsBefore - source.manners.requests);
    const lastAt = sink.requests.findLast(({ status }) => status === 200)?.at ?? Number.NaN;
    const seconds = (lastAt - (gets[0]?.at ?? Number.NaN)) / 1000;
    return {
      recordsPerSecond: sink.distinct / seconds,
      cpuMsPerThousand: use.cpuMs / (events / 1000),
      peakMB: use.peakMB,
      gets: gets.length,
      posts: sink.requests.length,
      lost: events - sink.distinct,
      repeated: sink.arrivals - sink.distinct,
    };
  } finally {
    await worker.stop();
  }
}

async function catchUp(
  worker: WorkerProcess,
  simulator: SimulatorProcess,
  intake: string,
  events: number,
): Promise<void> {
  const until = Date.now() + patienceMs;
  const outcome = await worker.fireCron(Math.floor(Date.now() / 60_000) * 60_000);
  if (outcome !== "ok") throw new Error(`The cron ended with "${outcome}":\n${worker.output()}`);
  // A run hands over to an alarm; asking the simulator seldom costs it next to nothing.
  while ((await simulator.intake(intake)).distinct < events) {
    if (Date.now() > until) throw new Error(`Not done after ${patienceMs / 1000} s:\n${worker.output()}`);
    await sleep(100);
  }
}
