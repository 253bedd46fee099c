import type { Config } from "../config/config.ts";
import { findTenant, tenantIds } from "../status/known-tenant.ts";
import { cronProblems, cronSilent, sharedProblems } from "../status/overview.ts";
import { problemsAround } from "../status/tenant-status.ts";
import type { Problem, TenantReport } from "../tenant/report.ts";
import type { Fleet } from "./fleet.ts";
import { tickProblem } from "./notice.ts";

/** What of everybody's problems can be told at one moment. Pure. */

/** The problems of somebody, as far as this look can tell of them. */
export interface Sight {
  /** Null: of the forwarder itself. */
  readonly tenant: string | null;
  readonly problems: readonly Problem[];
  /** Whether it would be among them now, if it were there. */
  readonly concerns: (code: string) => boolean;
}

export interface Surroundings {
  readonly config: Config;
  readonly fleet: Fleet;
  readonly now: number;
}

const tickFailed = "tick-failed";

/** What a tenant itself cannot tell: its own report has none of these. */
const around: ReadonlySet<string> = new Set([
  "secret-invalid",
  "jurisdiction-changed",
  tickFailed,
  "tenant-silent",
  "books-unbalanced",
]);

/** All of a firing, or of a tenant that tells of itself in between. No problem of one subject stands in two of them. */
export function sightsOf(reports: readonly TenantReport[], surroundings: Surroundings, isWhole: boolean): Sight[] {
  // While the cron is silent for all, that is said once.
  const isCronSilent = cronProblems(surroundings.fleet, surroundings.now).length > 0;
  const inside = reports.map(({ id, problems }) => ({
    tenant: id,
    problems: isCronSilent ? problems.filter(({ code }) => code !== cronSilent) : problems,
    // One that tells of itself has a tick that did not fail.
    concerns: (code: string) => !around.has(code) || (!isWhole && code === tickFailed),
  }));
  return isWhole ? [...inside, ...fromOutside(surroundings)] : inside;
}

/** What no tenant reports: of secrets, the cron, notifications, and of tenants from the outside. */
function fromOutside({ config, fleet, now }: Surroundings): Sight[] {
  const tenants = tenantIds(config, fleet).flatMap((id): Sight[] => {
    const tenant = findTenant(config, fleet, id);
    if (tenant === undefined) return [];
    const problems = problemsAround(tenant, fleet).map((problem) =>
      problem.code === tickFailed ? tickProblem(id) : problem,
    );
    return [{ tenant: id, problems, concerns: (code) => around.has(code) }];
  });
  return [{ tenant: null, problems: sharedProblems({ config, fleet, now }), concerns: () => true }, ...tenants];
}
