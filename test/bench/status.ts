/**
 * How long a status page takes with a hundred tenants, in the real runtime: each has been polled and has delivered; then nobody
 * but the reader is at work. `npm run bench` measures it, too; alone: `node test/bench/status.ts --write`.
 */
import { startSimulator, type SimulatorProcess } from "../simulator/simulator-process.ts";
import { startWorker, type WorkerProcess } from "../simulator/worker-process.ts";
import { writeDown } from "./page.ts";
import { machine, statusTable, type StatusFigures } from "./tables.ts";

const tenants = 100;
const events = 300;
const destinations = ["siem", "archive"] as const;
const adminToken = "admin-token-of-the-benchmark-of-status";
const token = "00000000-0000-4000-9000-000000000000";
const warmUps = 10;
const requests = 200;
const day = 24 * 3_600_000;
const withinMs = 90_000;

const views = [
  { what: "JSON", accept: "application/json" },
  { what: "page", accept: "text/html" },
] as const;

/** All tenants read the same account: to the forwarder they have nothing in common. */
async function simulated(): Promise<SimulatorProcess> {
  const now = Date.now();
  return startSimulator(
    {
      kandji: {
        account: {
          token,
          rate: { perSecond: 10_000, perHour: null, announced: true },
          events: [{ seed: 1, count: events, from: now - day, to: now }],
        },
      },
      intakes: Object.fromEntries(destinations.map((name) => [name, { kind: "webhook", keepTexts: false } as const])),
    },
    { minutes: 4 },
  );
}

function secretsFor({ addresses }: SimulatorProcess): Record<string, string> {
  const named = Array.from({ length: tenants }, (_, index) => [
    `TENANT_T${index + 1}`,
    JSON.stringify({ apiUrl: addresses.kandji["account"], token }),
  ]);
  const sinks = destinations.map((name) => [
    `DESTINATION_${name.toUpperCase()}`,
    JSON.stringify({ type: "webhook", url: addresses.intakes[name] }),
  ]);
  return { ...Object.fromEntries([...named, ...sinks]), ADMIN_TOKEN: adminToken, ALLOW_LOCAL_HOSTS: "true" };
}

const look = async (worker: WorkerProcess, accept: string): Promise<string> => {
  const response = await fetch(`${worker.url}/status`, { headers: { accept, authorization: `Bearer ${adminToken}` } });
  if (response.status !== 200) throw new Error(`/status answers ${response.status}:\n${worker.output()}`);
  return response.text();
};

interface Seen {
  readonly tenants: readonly { readonly destinations: readonly { readonly delivered: number }[] }[];
}

/** Fires the cron until the page itself says that every tenant has delivered everything to everybody. */
async function untilAllHaveRun(worker: WorkerProcess): Promise<void> {
  const until = Date.now() + withinMs;
  const isDone = async (): Promise<boolean> => {
    const { tenants: shown } = JSON.parse(await look(worker, "application/json")) as Seen;
    const whole = shown.filter(
      (tenant) =>
        tenant.destinations.length === destinations.length &&
        tenant.destinations.every(({ delivered }) => delivered === events),
    );
    return whole.length === tenants;
  };
  for (let minute = Math.floor(Date.now() / 60_000); !(await isDone()); minute += 1) {
    if (Date.now() > until) throw new Error(`Not every tenant has run after ${withinMs / 1000} s:\n${worker.output()}`);
    const outcome = await worker.fireCron(minute * 60_000);
    if (outcome !== "ok") throw new Error(`The cron ended with "${outcome}":\n${worker.output()}`);
  }
}

async function measure(worker: WorkerProcess): Promise<StatusFigures[]> {
  const figures = views.map(({ what }) => ({ what, bytes: 0, ms: [] as number[] }));
  for (let round = -warmUps; round < requests; round += 1) {
    // In turn, so that a busy moment of the machine meets both.
    for (const [index, { accept }] of views.entries()) {
      const startedAt = performance.now();
      const text = await look(worker, accept);
      const took = performance.now() - startedAt;
      const figure = figures[index];
      if (figure === undefined || round < 0) continue;
      figure.ms.push(took);
      figure.bytes = Buffer.byteLength(text);
    }
  }
  return figures;
}

/** Prints how long the status of a hundred tenants takes, and puts it into the page if wanted. */
export async function reportStatus(write: boolean): Promise<void> {
  const simulator = await simulated();
  try {
    const worker = await startWorker({ secrets: secretsFor(simulator), minutes: 4 });
    try {
      await untilAllHaveRun(worker);
      const table = statusTable(await measure(worker));
      const about = `${tenants} tenants, ${destinations.length} destinations, ${events} events each; ${requests} requests, one after the other`;
      const report = `${machine()}. ${about}:\n\n${table}`;
      console.log(`\n${report}\n`);
      if (write) writeDown("status", report);
    } finally {
      await worker.stop();
    }
  } finally {
    await simulator.stop();
  }
}

if (import.meta.main) await reportStatus(process.argv.includes("--write"));
