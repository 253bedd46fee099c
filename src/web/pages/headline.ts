import type { Health } from "../../tenant/report.ts";
import type { Status } from "../../status/overview.ts";
import type { TenantStatus } from "../../status/tenant-status.ts";
import { count } from "./format.ts";

/** The state of everything as one plain sentence: the first thing that is read, and often the only one. */
export function headline(status: Status): string {
  const resting = new Set(
    status.tenants.filter((tenant) => tenant.health === "paused").flatMap((tenant) => tenant.problems),
  );
  const things = status.problems.filter((problem) => !resting.has(problem)).length;
  if (status.health !== "ok") {
    return unwell(status.health, things);
  }
  if (status.tenants.length === 0) {
    return "No tenant is set up yet";
  }
  if (status.tenants.every((tenant) => tenant.health === "paused")) {
    return "Everything is paused";
  }
  if (status.cron.lastTickAt === null) {
    return "Waiting for the first firing of the cron";
  }
  return status.tenants.some(hasPause) ? "Everything arrives, except what is paused" : "Everything arrives";
}

export function tenantHeadline(tenant: TenantStatus, things: number): string {
  if (tenant.health === "paused") {
    return "This tenant is paused";
  }
  if (tenant.health !== "ok" || things > 0) {
    return unwell(tenant.health, things);
  }
  if (tenant.reportedAt === null) {
    return "This tenant has not run yet";
  }
  return hasPause(tenant) ? "Everything arrives, except what is paused" : "Everything arrives";
}

function unwell(health: Health, things: number): string {
  if (things === 0) {
    return health === "failing" ? "Something fails" : "It works, with something to look at";
  }
  if (health === "degraded") {
    return `It works, with ${count(things, "thing")} to look at`;
  }
  return things === 1 ? "1 thing needs you" : `${count(things, "thing")} need you`;
}

function hasPause(tenant: TenantStatus): boolean {
  return tenant.health === "paused" || [...tenant.datasets, ...tenant.destinations].some((part) => part.paused);
}
