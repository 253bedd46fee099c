import { ownTenantId } from "../datasets/forwarder-log.ts";
import type { Config, ConfigError, TenantConfig } from "../config/config.ts";
import type { DestinationReport, Health, Problem, TenantReport } from "../tenant/report.ts";
import type { Fleet } from "../forwarder/fleet.ts";
import type { KnownTenant } from "./known-tenant.ts";
import { worst } from "./health.ts";
import { told, type ToldProblem } from "./told-problem.ts";

/** A tenant as the status shows it: its own report, and what only its surroundings can tell. */
export interface TenantStatus extends Omit<TenantReport, "reportedAt" | "problems"> {
  readonly problems: readonly ToldProblem[];
  /** Null for a tenant that has not run yet. */
  readonly reportedAt: string | null;
  /** Things to know that are no problem. */
  readonly notes: readonly string[];
  /** Null when the secret is absent or broken. */
  readonly settings: TenantSettings | null;
}

/** What the secret asks for, as far as it may be shown. */
export interface TenantSettings {
  /** Null for the forwarder's own tenant, which asks no API. */
  readonly apiHost: string | null;
  readonly jurisdiction: string | null;
  readonly datasets: readonly {
    readonly name: string;
    readonly everyMs: number;
    readonly backfillMs: number;
    readonly overlapMs: number;
    /** Null where nothing is sent again. */
    readonly snapshotEveryMs: number | null;
  }[];
  /** Null means all. */
  readonly destinations: readonly string[] | null;
}

/** Every tenant reports at every firing of the cron; one that missed three has stopped. */
const tenantSilentAfterMs = 3 * 60_000;

export function tenantStatus(tenant: KnownTenant, fleet: Fleet): TenantStatus {
  const report = tenant.report === undefined ? unreported(tenant) : completed(tenant.report);
  const problems = [...obstacles(tenant), ...report.problems, ...observed(tenant, fleet)];
  const status = { ...report, settings: settingsOf(tenant), notes: notesOf(tenant) };
  if (tenant.secret === undefined) {
    return { ...status, health: "paused", paused: true, problems: [] };
  }
  return { ...status, health: healthOf(tenant, report, problems), problems: problems.map(told) };
}

/** What is wrong with a tenant that it does not report itself. */
export const problemsAround = (tenant: KnownTenant, fleet: Fleet): Problem[] =>
  tenant.secret === undefined ? [] : [...obstacles(tenant), ...observed(tenant, fleet)];

const observed = (tenant: KnownTenant, fleet: Fleet): Problem[] => [
  ...failedTick(tenant),
  ...silence(tenant, fleet),
  ...(tenant.report === undefined ? [] : unbalanced(tenant.report)),
];

/** What stands in the way of asking anything of a tenant: a broken secret, or an object in another place than the secret says. */
function obstacles(tenant: KnownTenant): Problem[] {
  const { id, secret, home } = tenant;
  if (secret === undefined) {
    return [];
  }
  if (!secret.ok) {
    return secret.errors.map(secretProblem);
  }
  const wanted = secret.value.jurisdiction ?? "";
  if (home === undefined || home === wanted) {
    return [];
  }
  return [
    {
      code: "jurisdiction-changed",
      subject: `tenant ${id}`,
      message: `The secret says ${place(wanted)}, and this tenant's state is in ${place(home)}`,
      fix: `Put the old jurisdiction back into ${secret.value.secretName}, or forget the tenant first (DELETE /tenants/${id}) and let it start anew`,
      health: "failing",
    },
  ];
}

/** Why Kandji cannot be asked on behalf of a tenant, and why its object may not answer. */
export function hindrances(tenant: KnownTenant): Problem[] {
  if (tenant.secret !== undefined) {
    return obstacles(tenant);
  }
  const absent: Problem = {
    code: "secret-absent",
    subject: `secret ${tenant.secretName}`,
    message: "The secret is absent",
    fix: `Put it again: npx wrangler secret put ${tenant.secretName}`,
    health: "failing",
  };
  return [absent];
}

/** Problems of the secrets of destinations, of all of them or of some. */
export function destinationSecretProblems(config: Config, concerns: (id: string) => boolean = () => true): Problem[] {
  return [...config.destinations].flatMap(([id, secret]) =>
    secret.ok || !concerns(id) ? [] : secret.errors.map(secretProblem),
  );
}

export function usesDestination(config: Config, tenant: string, destination: string): boolean {
  const secret = config.tenants.get(tenant);
  return secret?.ok === true && (secret.value.destinations?.includes(destination) ?? true);
}

/** By how much the five counts of a destination do not add up; 0 when the books are in order. */
export function imbalance(destination: DestinationReport): number {
  const { collected, delivered, pending, skipped, dead } = destination;
  return collected - (delivered + pending + skipped + dead);
}

function healthOf(tenant: KnownTenant, report: TenantReport | Unreported, problems: readonly Problem[]): Health {
  const blocked = obstacles(tenant).length > 0;
  if (report.health === "paused" && !blocked) {
    return "paused";
  }
  return worst([report.health, ...problems.map((problem) => problem.health)]);
}

type Unreported = Omit<TenantReport, "reportedAt"> & { readonly reportedAt: null };

function unreported(tenant: KnownTenant): Unreported {
  const limitPerHour = tenant.secret?.ok === true ? tenant.secret.value.maxRequestsPerHour : 0;
  return {
    id: tenant.id,
    health: "ok",
    paused: false,
    datasets: [],
    destinations: [],
    requests: { lastHour: 0, limitPerHour, left: limitPerHour, byDataset: {} },
    problems: [],
    replays: [],
    spoolBytes: 0,
    reportedAt: null,
  };
}

/** A stored report may be of an older version, which did not tell these yet. */
function completed(report: TenantReport): TenantReport {
  const { lastHour, limitPerHour } = report.requests;
  const added = { left: Math.max(0, limitPerHour - lastHour), byDataset: {} };
  return { ...report, requests: { ...added, ...report.requests } };
}

function failedTick({ id, failed, secret }: KnownTenant): Problem[] {
  if (failed === undefined || secret?.ok !== true) {
    return [];
  }
  return [
    {
      code: "tick-failed",
      subject: `tenant ${id}`,
      message: `Its last tick, at ${failed.at}, failed: ${failed.why}`,
      fix: "Do what this says; it is tried again at each firing of the cron, and if it lasts, the Worker's logs say more (npx wrangler tail)",
      health: "failing",
    },
  ];
}

function silence(tenant: KnownTenant, fleet: Fleet): Problem[] {
  const { id, report, secret } = tenant;
  if (report === undefined || report.paused || secret === undefined || fleet.lastTickAt === null) {
    return [];
  }
  // What has an obstacle is not woken at all.
  const isLate = Date.parse(fleet.lastTickAt) - lastKnown(fleet, report.reportedAt) > tenantSilentAfterMs;
  if (!isLate || obstacles(tenant).length > 0) {
    return [];
  }
  return [
    {
      code: "tenant-silent",
      subject: `tenant ${id}`,
      message: `The cron fires, and this tenant last reported at ${report.reportedAt}`,
      fix: "Look for errors of the Durable Object Tenant in the Worker's logs (npx wrangler tail), it goes on by itself when they end",
      health: "degraded",
    },
  ];
}

/** The time of a sign of life, or when the forwarder object woke if that is later: before, it may have missed newer ones. */
export function lastKnown({ awakeSince }: Fleet, at: string): number {
  return Math.max(Date.parse(at), Date.parse(awakeSince));
}

function unbalanced(report: Pick<TenantReport, "id" | "destinations">): Problem[] {
  const wrong = report.destinations.filter((destination) => imbalance(destination) !== 0);
  return wrong.map((destination) => ({
    code: "books-unbalanced",
    subject: `tenant ${report.id} / destination ${destination.name}`,
    message: `Collected and delivered + pending + skipped + dead differ by ${Math.abs(imbalance(destination))}`,
    fix: "This is a fault of the forwarder: report it with the JSON of /status, counts hold no secret",
    health: "degraded",
  }));
}

export function secretProblem(error: ConfigError): Problem {
  return {
    code: "secret-invalid",
    subject: error.key === "" ? `secret ${error.secret}` : `secret ${error.secret} / ${error.key}`,
    message: error.message,
    fix: error.fix,
    health: "failing",
  };
}

const ownPresent = "No tenant of Kandji: what this forwarder writes down of itself and concerns none of the others";
const ownAbsent =
  "No tenant collects a log of this forwarder any more: nothing of it is sent. What waits is kept for 30 days";

function notesOf({ id, secret, secretName, report }: KnownTenant): string[] {
  if (id === ownTenantId) {
    return [secret === undefined ? ownAbsent : ownPresent];
  }
  if (secret === undefined) {
    return [
      `Secret ${secretName} is absent: this tenant rests. Its state is kept for 30 days; put the secret back and it goes on where it stopped`,
    ];
  }
  if (!secret.ok) {
    return [];
  }
  const waiting = report === undefined ? ["This tenant has not run yet, it starts at the next firing of the cron"] : [];
  const known = new Set(report?.problems.map((problem) => problem.subject));
  const untold = secret.value.notes.filter((note) => !known.has(secretProblem(note).subject));
  const ignored = untold.map((note) => `Secret ${note.secret} / ${note.key}: ${note.message}. ${note.fix}`);
  return [...waiting, ...ignored];
}

function settingsOf({ secret }: KnownTenant): TenantSettings | null {
  return secret?.ok === true ? shown(secret.value) : null;
}

function shown(config: TenantConfig): TenantSettings {
  return {
    apiHost: config.id === ownTenantId ? null : new URL(config.apiOrigin).host,
    jurisdiction: config.jurisdiction ?? null,
    datasets: [...config.datasets].map(([name, { everyMs, backfillMs, overlapMs, snapshotEveryMs }]) => ({
      name,
      everyMs,
      backfillMs,
      overlapMs,
      snapshotEveryMs: Number.isFinite(snapshotEveryMs) ? snapshotEveryMs : null,
    })),
    destinations: config.destinations ?? null,
  };
}

function place(jurisdiction: string): string {
  return jurisdiction === "" ? "no jurisdiction" : `jurisdiction "${jurisdiction}"`;
}
