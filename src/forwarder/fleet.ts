import type { OwnName, Query } from "../datasets/dataset.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { JournalPage, JournalQuery } from "../journal/query.ts";
import type { RefusedAccess } from "../journal/refused-access.ts";
import type { SecretsSeen } from "../journal/secrets-seen.ts";
import type { Health, Problem, TenantReport } from "../tenant/report.ts";

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
  /** The forwarder's own: notifications that do not get through. Absent from an object of an older version. */
  readonly problems?: readonly Problem[];
}

export interface FailedTick {
  readonly at: string;
  readonly why: string;
}

/** What the Worker may ask of the forwarder object. */
export interface ForwarderOperations {
  /**
   * A firing of the cron begins: notes its time and the homes of tenants that have none yet; answers all homes. What
   * changed in the secrets since the last firing goes into the journal.
   */
  begin(homes: Readonly<Record<string, string>>, secrets?: SecretsSeen): Promise<Readonly<Record<string, string>>>;
  /** Takes the reports of tenants that ran, and why others did not. Whether something is to be told of it: then `notify`. */
  takeReports(reports: readonly TenantReport[], failed?: Readonly<Record<string, string>>): Promise<boolean>;
  /** Posts what waits to be told, as far as it gets through; nobody's tick waits for it. */
  notify(): Promise<void>;
  fleet(): Promise<Fleet>;
  /** A tenant's state is gone: its report and its home are forgotten. `byItself`: nobody asked for it, so that the journal tells it. */
  forget(tenant: string, byItself?: boolean): Promise<void>;
  /** Writes what somebody attempted into the journal. Throws when it cannot be written. */
  record(entry: JournalEntry): Promise<void>;
  /** What an isolate refused at the door: at most one entry an hour comes of it. */
  refused(access: RefusedAccess): Promise<void>;
  journal(query: JournalQuery): Promise<JournalPage>;
  /** A page of a log of this forwarder for the tenant that collects it, as text. Throws when the journal cannot be read. */
  ownLog(name: OwnName, tenant: string, query: Query): Promise<string>;
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
