/**
 * `npm run demo`: a simulated Kandji with a year of history, simulated intakes, and the real Worker in the real runtime
 * between them. Some answers fail, some events are late, and one is refused for good. At the end the books are compared.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BucketFiles } from "./bucket-files.ts";
import { closingAccount, Progress, progressLine } from "./demo-display.ts";
import type { EventPlan } from "./event-plan.ts";
import { bucketOf, intakeSetups } from "./intake-setups.ts";
import { intakeKinds, type IntakeKind } from "./intakes.ts";
import { bucketNameOf, startWorker, type WorkerProcess } from "./worker-process.ts";
import { World, type IntakePlan } from "./world.ts";

const HELP = `npm run demo -- [--once] [--every-type]

  --once        ends when the books are closed, with exit code 0 if nothing was lost; otherwise the status page stays open
  --every-type  sends to one destination of every type, not only to a webhook and to Datadog
`;

const { values: flags } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    "every-type": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const HOUR = 3_600_000;
const LIVE_PER_SECOND = 8;
/** How long new events keep coming before the books are closed. */
const LIVE_MS = 12_000;
const CRON_EVERY_MS = 2000;
/** Beyond this the demo says what is missing instead of waiting for it. */
const PATIENCE_MS = 120_000;
const MINUTES = 60;

const KANDJI_TOKEN = "00000000-0000-4000-9000-00000000demo";
const ADMIN_TOKEN = "demo-demo-demo-demo-demo";
const BAD = "this one is refused";

/** The destinations by name: the two that the demo is about, and with `--every-type` one of each other type. */
const DESTINATIONS: ReadonlyMap<string, IntakeKind> = new Map<string, IntakeKind>([
  ["archive", "webhook"],
  ["siem", "datadog"],
  ...intakeKinds
    .filter((kind) => flags["every-type"] && kind !== "webhook" && kind !== "datadog")
    .map((kind) => [kind, kind] as const),
]);

function history(now: number): EventPlan[] {
  return [
    {
      seed: 1,
      count: 15_000,
      from: now - 364 * 24 * HOUR,
      to: now - 17 * HOUR,
      odd: 200,
      ties: { groups: 20, size: 5 },
    },
    { seed: 2, count: 5000, from: now - 17 * HOUR, to: now - 30_000, marked: { count: 1, text: BAD } },
  ];
}

/** Events that occur from now on; some become visible only seconds later, behind others. */
function live(now: number, forMs: number): EventPlan {
  const count = Math.round((forMs / 1000) * LIVE_PER_SECOND);
  return { seed: now % 1_000_000, count, from: now, to: now + forMs, late: { share: 0.1, byMs: 5000 } };
}

function createWorld(now: number): World {
  const fail = (status: number) => ({ do: "status", status }) as const;
  const throttle = { do: "status", status: 429, retryAfter: { seconds: 1, as: "seconds" } } as const;
  return new World({
    kandji: {
      acme: {
        token: KANDJI_TOKEN,
        events: [...history(now), live(now, LIVE_MS)],
        faults: {
          shares: [
            { share: 0.02, fault: fail(503) },
            { share: 0.02, fault: { do: "cut" } },
            { share: 0.01, fault: throttle },
          ],
        },
      },
    },
    intakes: {
      ...Object.fromEntries(
        [...DESTINATIONS].map(([name, kind]): [string, IntakePlan] => [
          name,
          // What a bucket holds is brought to its intake by the demo itself: there is nothing to fail.
          {
            kind,
            ...intakeSetups[kind].knows,
            ...(kind === "r2" ? {} : { faults: { shares: [{ share: 0.05, fault: fail(503) }] } }),
          },
        ]),
      ),
      archive: {
        kind: "webhook",
        ...intakeSetups.webhook.knows,
        refuse: [{ contains: BAD, status: 422 }],
        faults: {
          shares: [
            { share: 0.02, fault: fail(503) },
            { share: 0.02, fault: { do: "lost-answer" } },
            { share: 0.01, fault: throttle },
          ],
        },
      },
    },
  });
}

/** The secret of each destination, by the name of the secret. */
const destinationSecrets = (addresses: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    [...DESTINATIONS].map(([name, kind]) => [
      `DESTINATION_${name.toUpperCase().replaceAll("-", "_")}`,
      JSON.stringify(intakeSetups[kind].secret(addresses[name] ?? "")),
    ]),
  );

/** The part of `GET /status` that the demo looks at. */
interface Status {
  readonly tenants: readonly {
    readonly datasets: readonly { readonly backfill: { readonly percent: number } }[];
    readonly destinations: readonly { readonly pending: number; readonly dead: number }[];
  }[];
}

async function statusOf(worker: WorkerProcess): Promise<Status> {
  const headers = { accept: "application/json", authorization: `Bearer ${ADMIN_TOKEN}` };
  const answer = await fetch(`${worker.url}/status`, { headers });
  if (!answer.ok) throw new Error(`The status page answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Status;
}

/** Fires the cron, every two seconds for a minute of scheduled time, for as long as it is wanted. */
async function keepFiring(worker: WorkerProcess, signal: AbortSignal): Promise<void> {
  for (let scheduled = Math.floor(Date.now() / 60_000) * 60_000; !signal.aborted; scheduled += 60_000) {
    try {
      await worker.fireCron(scheduled);
      await sleep(CRON_EVERY_MS, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** Until every event is accounted for, or patience ends. */
async function watch(world: World, worker: WorkerProcess, start: number): Promise<void> {
  const progress = new Progress();
  const buckets = [...world.intakes].flatMap(([name, intake]) =>
    intake.kind === "r2" ? [new BucketFiles(worker.state, bucketNameOf(bucketOf(name)), intake)] : [],
  );
  for (;;) {
    for (const bucket of buckets) await bucket.bring();
    const status = await statusOf(worker);
    const destinations = status.tenants.flatMap((tenant) => tenant.destinations);
    const pending = destinations.reduce((sum, destination) => sum + destination.pending, 0);
    const percent = Math.min(
      ...status.tenants.flatMap((tenant) => tenant.datasets).map((dataset) => dataset.backfill.percent),
    );
    const accounts = world.accounts();
    const elapsed = Date.now() - start;
    const note = Number.isFinite(percent) ? `history ${Math.round(percent)} %   ${pending} waiting` : "";
    progress.show(progressLine(elapsed / 1000, accounts, note));
    // The refused record counts as settled once the forwarder has given it up, not when it was refused for the first time.
    const isSettled = pending === 0 && accounts.every((account) => account.lost === 0);
    // Late ones are visible by then.
    if ((elapsed > LIVE_MS + 6000 && isSettled) || elapsed > PATIENCE_MS) break;
    await sleep(500);
  }
  progress.end();
}

async function main(): Promise<number> {
  const start = Date.now();
  const world = createWorld(start);
  const named = [...DESTINATIONS].map(([name, kind]) => `${name}: ${intakeSetups[kind].title}`).join(", ");
  console.log(`Starting a simulated Kandji, ${DESTINATIONS.size} simulated intakes (${named}) and the Worker …`);
  const served = await world.serve();
  const { addresses } = served;
  const worker = await startWorker({
    minutes: MINUTES,
    buckets: [...DESTINATIONS].flatMap(([name, kind]) => (kind === "r2" ? [bucketOf(name)] : [])),
    secrets: {
      TENANT_ACME: JSON.stringify({ apiUrl: addresses.kandji["acme"], token: KANDJI_TOKEN }),
      ...destinationSecrets(addresses.intakes),
      ADMIN_TOKEN,
      ALLOW_LOCAL_HOSTS: "true",
    },
  });
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort());
  try {
    console.log(`Status page: ${worker.url}/status   user: admin   password: ${ADMIN_TOKEN}\n`);
    const firing = keepFiring(worker, stop.signal);
    await Promise.race([watch(world, worker, start), firing]);
    const accounts = world.accounts();
    console.log(closingAccount(accounts));
    if (!flags.once && !stop.signal.aborted) {
      console.log(`New events keep coming. The status page stays open until Ctrl-C: ${worker.url}/status`);
      await Promise.race([trickle(world, stop.signal), firing]);
    }
    stop.abort();
    await firing;
    return accounts.every((account) => account.lost === 0) ? 0 : 1;
  } finally {
    await worker.stop();
    await served.close();
  }
}

/** Keeps the page alive with new events, at the longest for as long as the Worker may run. */
async function trickle(world: World, signal: AbortSignal): Promise<void> {
  const pieceMs = 10_000;
  try {
    for (let i = 0; i < ((MINUTES - 5) * 60_000) / pieceMs; i += 1) {
      world.kandji.get("acme")?.seed(live(Date.now(), pieceMs));
      await sleep(pieceMs, undefined, { signal });
    }
  } catch {
    // Ctrl-C.
  }
}

if (flags.help) console.log(HELP);
else process.exitCode = await main();
