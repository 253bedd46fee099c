import type { Health, TenantReport } from "../tenant/report.ts";

/** What the forwarder object knows of the whole installation: the clock's last tick and the last report of each tenant. */
export interface Fleet {
  /** When the cron fired last; null before the first. */
  readonly lastTickAt: string | null;
  readonly tenants: readonly TenantReport[];
  /** Tenants whose last tick failed: tenant id → when and why. */
  readonly failed: Readonly<Record<string, FailedTick>>;
  /** When the forwarder object woke: what it knows from before may be ten minutes older than what was. */
  readonly awakeSince: string;
  /** Where each tenant's object was first placed: tenant id → jurisdiction, "" for none. */
  readonly homes: Readonly<Record<string, string>>;
}

export interface FailedTick {
  readonly at: string;
  readonly why: string;
}

/** What the Worker may ask of the forwarder object. */
export interface ForwarderOperations {
  /** A firing of the cron begins: notes its time and the homes of tenants that have none yet; answers all homes. */
  begin(homes: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
  /** Takes the reports of tenants that ran, and why others did not. */
  takeReports(reports: readonly TenantReport[], failed?: Readonly<Record<string, string>>): Promise<void>;
  fleet(): Promise<Fleet>;
  /** A tenant's state is gone: its report and its home are forgotten. */
  forget(tenant: string): Promise<void>;
}

export type OverallHealth = Exclude<Health, "paused">;

/** What of a report is worth a row when it changes: not the times that pass by themselves, nor how far a walk is. */
export function essence({ datasets, destinations, problems, health, paused }: TenantReport): string {
  return JSON.stringify([
    health,
    paused,
    problems,
    datasets.map(({ collected, late, drift, backfill, health: state }) => [
      collected,
      late,
      drift,
      backfill.state,
      state,
    ]),
    destinations.map((report) => ({ ...report, lastDeliveredAt: null, retryAt: null, requests: 0 })),
  ]);
}
