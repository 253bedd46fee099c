import type { Config } from "./config/config.ts";
import { fingerprintsOf } from "./config/fingerprints.ts";
import { readConfig } from "./config/read-config.ts";
import type { Env } from "./env.ts";
import { forwarderOf } from "./forwarder/stub.ts";
import { tenantAt } from "./tenant/placement.ts";
import type { SecretsSeen } from "./journal/secrets-seen.ts";
import type { TenantReport } from "./tenant/report.ts";

/** Tenants that are ticked at once. */
const poolSize = 50;
/** Up to this many tenants are woken within ten seconds; more are spread over the minute (wall time of a Worker is free). */
const quickTenants = 100;
const quickMs = 10_000;
const spreadMs = 45_000;
const tickTimeoutMs = 40_000;

/** What a firing of the cron needs of the world. */
export interface CronPorts {
  now(): number;
  sleep(ms: number): Promise<void>;
  config(): Config;
  begin(homes: Readonly<Record<string, string>>, secrets: SecretsSeen): Promise<Readonly<Record<string, string>>>;
  /** Ticks the object of a tenant through a fresh stub: one that threw may stay broken. */
  tick(tenant: string, home: string, slot: number): Promise<TenantReport>;
  /** Whether something is to be told of them. */
  takeReports(reports: readonly TenantReport[], failed: Readonly<Record<string, string>>): Promise<boolean>;
  notify(): Promise<void>;
  log(line: Readonly<Record<string, unknown>>): void;
}

/** The runtime's clock and log, and the objects that are bound. */
export const cronPorts = (env: Env): CronPorts => ({
  now: () => Date.now(),
  sleep: (ms) => scheduler.wait(ms),
  config: () => readConfig({ ...env }),
  begin: (homes, secrets) => forwarderOf(env).begin(homes, secrets),
  tick: (tenant, home, slot) => tenantAt(env, tenant, home).tick(slot),
  takeReports: (reports, failed) => forwarderOf(env).takeReports(reports, failed),
  notify: () => forwarderOf(env).notify(),
  log: (line) => console.log(JSON.stringify(line)),
});

interface Due {
  readonly id: string;
  /** Its jurisdiction, "" for none. */
  readonly home: string;
}

interface Outcome {
  readonly due: Due[];
  readonly reports: TenantReport[];
  /** Tenant id → why its tick failed. */
  readonly failed: Record<string, string>;
}

/** Wakes every tenant that has a valid secret; one that fails, fails alone. Writes one line, whatever happens. */
export async function fireCron(ports: CronPorts, slot: number): Promise<void> {
  const startedAt = ports.now();
  const outcome: Outcome = { due: [], reports: [], failed: {} };
  let hasNotices = false;
  try {
    outcome.due.push(...(await findDue(ports)));
    await wakeAll(ports, slot, outcome);
    hasNotices = await ports.takeReports(outcome.reports, outcome.failed);
  } finally {
    const { due, reports, failed } = outcome;
    ports.log({ event: "cron", slot, tenants: due.length, ok: reports.length, failed, ms: ports.now() - startedAt });
  }
  // Last of all: whoever is to be told may take long to answer.
  if (hasNotices) await ports.notify();
}

async function findDue(ports: CronPorts): Promise<Due[]> {
  const config = ports.config();
  const tenants = [...config.tenants].flatMap(([id, parsed]) =>
    parsed.ok ? [{ id, home: parsed.value.jurisdiction ?? "" }] : [],
  );
  const homes = await ports.begin(
    Object.fromEntries(tenants.map(({ id, home }) => [id, home])),
    fingerprintsOf(config),
  );
  // A changed jurisdiction is refused until the old object was forgotten: the status page says so.
  return tenants.filter(({ id, home }) => homes[id] === home);
}

/** One bounded pool, paced here: wall time of a Worker is free, that of an object is billed. */
async function wakeAll(ports: CronPorts, slot: number, { due, reports, failed }: Outcome): Promise<void> {
  const startedAt = ports.now();
  const gapMs = (due.length > quickTenants ? spreadMs : quickMs) / Math.max(due.length, quickTenants);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < due.length; index = next++) {
      const tenant = due[index];
      if (tenant === undefined) return;
      const wait = startedAt + index * gapMs - ports.now();
      if (wait > 0) await ports.sleep(wait);
      try {
        reports.push(await tickOnce(ports, tenant, slot));
      } catch (error) {
        failed[tenant.id] = error instanceof Error ? error.message : "unknown";
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(poolSize, due.length) }, work));
}

/** One retry, only where the platform says that it is safe and wise. */
async function tickOnce(ports: CronPorts, { id, home }: Due, slot: number): Promise<TenantReport> {
  try {
    return await inTime(ports, ports.tick(id, home, slot));
  } catch (error) {
    const { retryable = false, overloaded = false } = error as { retryable?: boolean; overloaded?: boolean };
    if (!retryable || overloaded) throw error;
    return inTime(ports, ports.tick(id, home, slot));
  }
}

async function inTime<T>(ports: CronPorts, work: Promise<T>): Promise<T> {
  const late = ports.sleep(tickTimeoutMs).then(() => {
    throw new Error(`No answer within ${tickTimeoutMs / 1000} s`);
  });
  return Promise.race([work, late]);
}
