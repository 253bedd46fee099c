/** Puts together what the whole installation looks like, from the configuration, the forwarder's summary and the time. Pure. */

import type { Config } from "../config/config.ts";
import type { Fleet, OverallHealth } from "../forwarder/fleet.ts";
import type { Problem } from "../tenant/report.ts";
import { findTenant, tenantIds } from "./known-tenant.ts";
import {
  destinationSecretProblems,
  lastKnown,
  secretProblem,
  tenantStatus,
  usesDestination,
  type TenantStatus,
} from "./tenant-status.ts";
import { worst } from "./health.ts";
import { told, type ToldProblem } from "./told-problem.ts";

export interface Status {
  readonly health: OverallHealth;
  readonly version: string;
  readonly now: string;
  readonly cron: { readonly lastTickAt: string | null; readonly health: OverallHealth };
  readonly problems: readonly ToldProblem[];
  readonly tenants: readonly TenantStatus[];
}

/** The same for one tenant: its own fields also stand at the top, so that a program needs not look into a list of one. */
export type StatusOfOne = Omit<Status, "health"> & TenantStatus;

export interface Circumstances {
  readonly config: Config;
  readonly fleet: Fleet;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly version: string;
}

/** The cron fires every minute and is allowed to be a little late; longer silence means that nothing is collected. */
const cronSilentAfterMs = 3 * 60_000;
export const cronSilent = "cron-silent";
/** The time of a firing is written down when the one that is written is so old: after an eviction it may be that much older than what was. */
export const tickKeptMs = 10 * 60_000;

export function overview(circumstances: Circumstances): Status {
  const { config, fleet, now, version } = circumstances;
  const cron = cronProblems(fleet, now);
  const shared = sharedProblems(circumstances).map(told);
  const tenants = tenantIds(config, fleet)
    .toSorted()
    .flatMap((id) => findTenant(config, fleet, id) ?? [])
    .map((tenant) => tenantStatus(tenant, fleet));
  return {
    health: worst([...shared.map((problem) => problem.health), ...tenants.map((tenant) => tenant.health)]),
    version,
    now: new Date(now).toISOString(),
    cron: { lastTickAt: fleet.lastTickAt, health: worst(cron.map((problem) => problem.health)) },
    problems: unrepeated([...shared, ...tenants.flatMap((tenant) => tenant.problems)]),
    tenants,
  };
}

/** What belongs to no tenant. */
export function sharedProblems({ config, fleet, now }: Omit<Circumstances, "version">): Problem[] {
  const notifiers = [...(config.notifiers?.values() ?? [])].flatMap((parsed) => (parsed.ok ? [] : parsed.errors));
  const secrets = [...config.misnamed, ...notifiers, ...(config.chain?.errors ?? [])].map(secretProblem);
  return [...cronProblems(fleet, now), ...secrets, ...(fleet.problems ?? []), ...destinationSecretProblems(config)];
}

/** The overview narrowed to one tenant and to the problems that reach it; `undefined` when there is no such tenant. */
export function overviewOfOne(circumstances: Circumstances, id: string): StatusOfOne | undefined {
  const whole = overview(circumstances);
  const tenant = whole.tenants.find((one) => one.id === id);
  if (tenant === undefined) {
    return undefined;
  }
  const { config, fleet, now } = circumstances;
  const itsDestinations = destinationSecretProblems(config, (destination) => usesDestination(config, id, destination));
  const problems = unrepeated([...[...cronProblems(fleet, now), ...itsDestinations].map(told), ...tenant.problems]);
  return { ...tenant, version: whole.version, now: whole.now, cron: whole.cron, problems, tenants: [tenant] };
}

export function cronProblems(fleet: Fleet, now: number): Problem[] {
  if (fleet.lastTickAt === null) {
    return [];
  }
  const latest = Date.parse(fleet.lastTickAt) + tickKeptMs;
  if (now - Math.min(lastKnown(fleet, fleet.lastTickAt), latest) <= cronSilentAfterMs) {
    return [];
  }
  return [
    {
      code: cronSilent,
      subject: "cron",
      message: `The cron last fired at ${fleet.lastTickAt}, it fires every minute when all is well`,
      fix: "Look at the Worker's cron triggers and their past events in the Cloudflare dashboard, and run npm run deploy if the trigger is missing",
      health: "failing",
    },
  ];
}

/** A tenant's object, the cron and the configuration may tell of one and the same thing. */
function unrepeated(problems: readonly ToldProblem[]): ToldProblem[] {
  const isCronSilent = problems.some(isSilenceOfCron);
  const own = problems.filter((problem) => !isCronSilent || problem.code !== cronSilent || isSilenceOfCron(problem));
  return [
    ...new Map(own.map((problem) => [`${problem.code}\n${problem.subject}\n${problem.message}`, problem])).values(),
  ];
}

/** Each tenant also notices by itself that it was not woken. */
function isSilenceOfCron({ code, subject }: Problem): boolean {
  return code === cronSilent && subject === "cron";
}
