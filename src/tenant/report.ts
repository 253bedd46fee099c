import type { ChainPage, ChainStanding } from "../spool/chain.ts";
import type { Check, Progress } from "../verification/check.ts";
import type { ReplayAnswer, ReplayOrder, ReplayPreview, ReplayReport } from "./replay-report.ts";

export type { ChainPage, ChainStanding, Check, Progress };
export type { Figure, HoursKnown, ReplayTarget } from "./replay-report.ts";
export type { ReplayAnswer, ReplayOrder, ReplayPreview, ReplayReport };

/** What a tenant tells about itself: counts, times and problems, never a record. The shape is the contract of `GET /status`. */

export type Health = "ok" | "degraded" | "failing" | "paused";

const rank: Record<Health, number> = { paused: 0, ok: 1, degraded: 2, failing: 3 };

export const worst = (healths: readonly Health[]): Health =>
  healths.reduce<Health>((found, health) => (rank[health] > rank[found] ? health : found), "ok");

export const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

export interface Problem {
  /** Stable, kebab-case; `docs/operating.md` has a paragraph for each. */
  readonly code: string;
  /** Who has it: `tenant acme / audit-events`, `tenant acme / destination siem`, `secret TENANT_ACME`. */
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
  /** How bad it makes its subject. */
  readonly health: "degraded" | "failing";
}

export interface DatasetReport {
  readonly name: string;
  readonly health: Health;
  readonly paused: boolean;
  readonly lastSuccessAt: string | null;
  readonly nextDueAt: string | null;
  readonly newestRecordAt: string | null;
  readonly collected: number;
  /** Records that Kandji returned again and that were recognised. */
  readonly duplicates: number;
  /** Records that became visible behind one that was already collected. */
  readonly late: number;
  /** Records without an id or without a time: forwarded, and counted here. */
  readonly drift: number;
  /** What the newest record is called: in the answer for one tenant, and of none with a jurisdiction. */
  readonly newestRecord?: string;
  readonly backfill: {
    readonly state: "none" | "running" | "done";
    readonly percent: number;
    /** Of one that is running and read by time: when it is expected to end; null before anybody can say. */
    readonly endsAt?: string | null;
  };
  /** Records collected in each of the last 24 hours, oldest first; the last entry is the current hour. */
  readonly lastDay: readonly number[];
  /** In the answer for one tenant: the same of the last 30 days in UTC; the last entry is today. */
  readonly last30Days?: readonly number[];
  /** Of a dataset that is walked whole. */
  readonly walk?: WalkReport;
  /** Of a dataset of events. */
  readonly overlap?: OverlapReport;
  readonly sweep?: SweepReport;
  /** In the answer for one tenant: the whole hours that were swept, oldest first. */
  readonly completeness?: readonly HourReport[];
}

/** How an hour of events adds up. */
export interface HourReport {
  /** When it begins: RFC 3339. */
  readonly hour: string;
  /** Events that Kandji had of it when it was swept last. */
  readonly inKandji: number;
  readonly destinations: readonly DestinationHour[];
}

export interface DestinationHour {
  readonly name: string;
  readonly delivered: number;
  /** Waits in the spool. */
  readonly pending: number;
  readonly skipped: number;
  readonly dead: number;
  /** What Kandji has and none of the others says; below 0 where Kandji has fewer than were collected. */
  readonly missing: number;
  /** Why some may be missing and no problem: they were let go and come back, or the hour was replayed since. */
  readonly because: "owed" | "replayed" | null;
}

/** How late an event may become visible and still be found by polling. */
export interface OverlapReport {
  /** As the secret asks for it. */
  readonly askedSeconds: number;
  /** As it is: wider while sweeps find events that were later. */
  readonly seconds: number;
}

/** Reading again what polling has done with, for events that became visible later than the overlap. */
export interface SweepReport {
  readonly state: "off" | "waiting" | "sweeping";
  readonly percent: number;
  readonly lastEndedAt: string | null;
  readonly nextAt: string | null;
  /** What the last one read. */
  readonly since: string | null;
  readonly until: string | null;
  readonly records: number;
  /** The last ones that found something, newest first. */
  readonly finds: readonly { readonly at: string; readonly records: number; readonly oldestAt: string | null }[];
}

/** The walk in progress, or the last one. */
export interface WalkReport {
  readonly state: "walking" | "resting";
  readonly percent: number;
  readonly startedAt: string | null;
  /** When it is expected to end, or ended. */
  readonly endsAt: string | null;
  readonly requests: number;
  readonly rows: number;
  /** Devices that were not asked, because they had not checked in since they were. */
  readonly skippedDevices: number;
  /** Rows that the next walk is compared with. */
  readonly remembered: number;
}

export interface DestinationReport {
  readonly name: string;
  readonly type: string;
  readonly health: Health;
  readonly paused: boolean;
  /** Host of the intake, never a path or a secret. */
  readonly target: string;
  readonly collected: number;
  readonly delivered: number;
  readonly pending: number;
  readonly skipped: number;
  readonly dead: number;
  /** The part of `pending` that was let go from the spool and will be collected again from Kandji. */
  readonly owed: number;
  /** Records that were owed and that Kandji did not return any more. */
  readonly owedMissing: number;
  readonly requests: number;
  readonly oldestPendingAt: string | null;
  readonly lastDeliveredAt: string | null;
  readonly retryAt: string | null;
  readonly lastError: string | null;
  /** The rules by which records are skipped, for whoever wonders why; null where nothing was. */
  readonly skippedWhy: string | null;
  /** Live events by how late they were accepted, ever. Absent in a report of an older version, as `unaccepted`. */
  readonly delay?: DelayReport;
  /** Requests that were not accepted, ever, as far as they were written down: up to 13 minutes late. */
  readonly unaccepted?: readonly UnacceptedReport[];
  /** In the answer for one tenant: hour by hour; the last part is the current hour. */
  readonly lastDay?: PeriodReport;
  /** In the answer for one tenant: day by day in UTC; the last part is today. */
  readonly last30Days?: PeriodReport;
}

/** From the time of an event to its acceptance by the destination. */
export interface DelayReport {
  readonly events: number;
  /** The sum of their delays. */
  readonly seconds: number;
  /** How many of them took so many seconds at the most: ascending, each with those before it. */
  readonly within: readonly { readonly seconds: number; readonly events: number }[];
}

export interface UnacceptedReport {
  /** `refused` was parted or given up, `retried` is sent again as it is. */
  readonly outcome: "refused" | "retried";
  /** HTTP status, or `timed-out`, `broken-off`, `no-connection`, `other`. */
  readonly answer: string;
  readonly requests: number;
}

/** What a destination took and did not take over a time. */
export interface PeriodReport {
  readonly total: SpanReport;
  /** Equally long, oldest first. */
  readonly parts: readonly SpanReport[];
}

export interface SpanReport {
  readonly since: string;
  /** Records accepted, of all streams. */
  readonly records: number;
  /** Of live events, within 20 %; null where none was accepted. */
  readonly delaySeconds: { readonly median: number; readonly p95: number } | null;
  /** Requests by answer, named as in `UnacceptedReport`. */
  readonly refused: Readonly<Record<string, number>>;
  readonly retried: Readonly<Record<string, number>>;
}

export interface TenantReport {
  readonly id: string;
  readonly health: Health;
  readonly paused: boolean;
  readonly datasets: readonly DatasetReport[];
  readonly destinations: readonly DestinationReport[];
  readonly requests: {
    readonly lastHour: number;
    readonly limitPerHour: number;
    readonly left: number;
    /** Of the last hour, as far as they were made since the tenant's object woke. */
    readonly byDataset: Readonly<Record<string, number>>;
  };
  readonly problems: readonly Problem[];
  /** What a person asked for again and is not done. */
  readonly replays: readonly ReplayReport[];
  /** Bytes of records waiting in the spool. */
  readonly spoolBytes: number;
  readonly reportedAt: string;
}

export interface DeadLetterReport {
  readonly id: number;
  readonly dataset: string;
  readonly destination: string;
  readonly recordId: string | null;
  /** HTTP status of the refusal; 0 when the record never left (it is longer than the intake takes). */
  readonly status: number;
  readonly reason: string;
  /** The first 500 characters of the record; absent for a tenant with a jurisdiction. */
  readonly excerpt?: string;
  readonly at: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Parts of a tenant that an operation is about; neither means the whole tenant. */
export interface Scope {
  readonly dataset?: string | undefined;
  readonly destination?: string | undefined;
}

/** What the Worker may ask of a tenant's object. Nothing in it carries a record but the excerpt of a dead letter. */
export interface TenantOperations {
  tick(slot: number): Promise<TenantReport>;
  report(): Promise<TenantReport>;
  poll(): Promise<void>;
  pause(scope: Scope): Promise<void>;
  resume(scope: Scope): Promise<void>;
  replay(order: ReplayOrder): Promise<ReplayAnswer>;
  previewReplay(order: ReplayOrder): Promise<ReplayPreview>;
  /** `tell` hears of each check as it is made, as far as it can be reached. */
  verify(tell?: (progress: Progress) => void): Promise<Verification>;
  /** Where the chain of each destination stands. */
  chains(): Promise<ChainStanding[]>;
  /** The entries of a destination's chain behind `after`, one page of them. */
  chainPage(destination: string, after: number): Promise<ChainPage>;
  deadLetters(): Promise<DeadLetterReport[]>;
  redrive(ids?: number[]): Promise<number>;
  deleteDeadLetters(ids?: number[]): Promise<number>;
  forget(): Promise<void>;
}
