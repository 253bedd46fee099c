import type { Config, DestinationConfig, Parsed, TenantConfig } from "../../src/config/config.ts";
import { listings, ownFeeds } from "../../src/datasets/registry.ts";
import type { Fleet } from "../../src/forwarder/fleet.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { RefusedAccess } from "../../src/journal/refused-access.ts";
import { Secret } from "../../src/secret.ts";
import type {
  DatasetReport,
  DeadLetterReport,
  DestinationHour,
  DestinationReport,
  HourReport,
  PeriodReport,
  ReplayPreview,
  Scope,
  SpanReport,
  TenantOperations,
  TenantReport,
  Verification,
  WalkReport,
} from "../../src/tenant/report.ts";
import type { Gateway } from "../../src/web/gateway.ts";

/** Made-up installations, and a gateway that only remembers what it was asked. */

export const now = Date.parse("2026-05-01T08:30:00.000Z");
export const adminToken = "admin-0123456789abcdef-admin";
export const viewerToken = "viewer-0123456789abcdef-viewer";
export const kandjiToken = "kandji-secret-0123456789";

export function ago(ms: number): string {
  return new Date(now - ms).toISOString();
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export function aDataset(changes: Partial<DatasetReport> = {}): DatasetReport {
  return {
    name: "audit-events",
    health: "ok",
    paused: false,
    lastSuccessAt: ago(12 * second),
    nextDueAt: ago(-48 * second),
    newestRecordAt: ago(3 * minute),
    collected: 48_211,
    duplicates: 1204,
    late: 3,
    drift: 0,
    backfill: { state: "done", percent: 100 },
    lastDay: [4, 8, 2, 0, 0, 1, 12, 80, 122, 140, 131, 90, 77, 92, 110, 160, 121, 60, 22, 12, 8, 3, 0, 5],
    last30Days: Array.from({ length: 30 }, (_, index) => 40 * ((index * 7) % 23)),
    ...changes,
  };
}

/** A walk that has come to its end; `changes` make one in progress. */
export function aWalk(changes: Partial<WalkReport> = {}): WalkReport {
  return {
    state: "resting",
    percent: 100,
    startedAt: ago(14 * minute),
    endsAt: ago(12 * minute),
    requests: 214,
    rows: 8_120,
    skippedDevices: 60,
    remembered: 8_133,
    ...changes,
  };
}

export function anHour(changes: Partial<HourReport> = {}, found: Partial<DestinationHour> = {}): HourReport {
  const destination = { name: "siem", delivered: 114, pending: 1, skipped: 3, dead: 2, missing: 0, because: null };
  return { hour: ago(3 * hour), inKandji: 120, destinations: [{ ...destination, ...found }], ...changes };
}

/** One of every dataset that there is, as a tenant has them who left nothing out: some at work, some in trouble, one paused. */
export function everyDataset(): DatasetReport[] {
  const walked = [...listings.keys()].map((name, index): DatasetReport => {
    const walk = aWalk({
      rows: 40 * index ** 2,
      remembered: 41 * index ** 2,
      skippedDevices: index % 3 === 0 ? index : 0,
    });
    return aDataset({ name, newestRecordAt: null, nextDueAt: ago(-index * 17 * minute), collected: 900 * index, walk });
  });
  const isAtWork = { state: "walking", percent: 43, endsAt: ago(-12 * minute) } as const;
  const changes: Partial<DatasetReport>[] = [
    { health: "failing" },
    { walk: aWalk(isAtWork) },
    { walk: aWalk({ ...isAtWork, percent: 3, endsAt: null }), backfill: { state: "running", percent: 3 } },
    { paused: true, health: "paused" },
    { health: "degraded" },
    { walk: aWalk({ startedAt: null, endsAt: null, remembered: 0 }), backfill: { state: "none", percent: 0 } },
  ];
  return [
    aDataset({ completeness: [anHour()] }),
    ...[...ownFeeds.keys()].map((name) => aDataset({ name })),
    ...walked.map((dataset, index) => ({ ...dataset, ...changes[index] })),
  ];
}

/** What a destination took over so many hours or days: some of them bad, and some without anything. */
export function aPeriod(count: number, slotMs: number): PeriodReport {
  const parts = Array.from({ length: count }, (_, index): SpanReport => {
    const isIdle = index % 11 === 4;
    const isBad = index % 7 === 5;
    const median = 24 + ((index * 13) % 40);
    return {
      since: ago((count - 1 - index) * slotMs),
      records: isIdle ? 0 : 40 * ((index * 7) % 23) + 3,
      delaySeconds: isIdle ? null : { median, p95: isBad ? 1_020 : median + 30 },
      refused: isBad ? { 400: 3 } : {},
      retried: isBad ? { 503: 12, "timed-out": 2 } : {},
    };
  });
  const records = parts.reduce((sum, part) => sum + part.records, 0);
  const delaySeconds = { median: 42, p95: 76 };
  const answers = { refused: { 400: 9 }, retried: { 503: 36, "timed-out": 6 } };
  return { total: { since: ago((count - 1) * slotMs), records, delaySeconds, ...answers }, parts };
}

export function aDestination(changes: Partial<DestinationReport> = {}): DestinationReport {
  return {
    name: "siem",
    type: "datadog",
    health: "ok",
    paused: false,
    target: "http-intake.logs.datadoghq.eu",
    collected: 48_211,
    delivered: 48_211,
    pending: 0,
    skipped: 0,
    skippedWhy: null,
    dead: 0,
    owed: 0,
    owedMissing: 0,
    requests: 812,
    oldestPendingAt: null,
    lastDeliveredAt: ago(11 * second),
    retryAt: null,
    lastError: null,
    delay: {
      events: 1_200,
      seconds: 61_020.5,
      within: [
        { seconds: 16, events: 0 },
        { seconds: 64, events: 1_100 },
        { seconds: 1_024, events: 1_190 },
      ],
    },
    unaccepted: [
      { outcome: "refused", answer: "400", requests: 3 },
      { outcome: "retried", answer: "503", requests: 12 },
      { outcome: "retried", answer: "timed-out", requests: 2 },
    ],
    lastDay: aPeriod(24, hour),
    last30Days: aPeriod(30, 24 * hour),
    ...changes,
  };
}

export function aReport(changes: Partial<TenantReport> = {}): TenantReport {
  return {
    id: "acme",
    health: "ok",
    paused: false,
    datasets: [aDataset()],
    destinations: [aDestination()],
    requests: { lastHour: 71, limitPerHour: 2500, left: 2429, byDataset: { "audit-events": 71 } },
    problems: [],
    replays: [],
    spoolBytes: 0,
    reportedAt: ago(10 * second),
    ...changes,
  };
}

export function aDeadLetter(changes: Partial<DeadLetterReport> = {}): DeadLetterReport {
  return {
    id: 7,
    dataset: "audit-events",
    destination: "siem",
    recordId: "0f1c6f0e-2f5e-4a71-9f6b-1d0d9b8f5f11",
    status: 422,
    reason: "field new_state.name is too long",
    excerpt:
      '{"id":"0f1c6f0e-2f5e-4a71-9f6b-1d0d9b8f5f11","action":"update","occurred_at":"2026-05-01T08:01:02.123456Z"}',
    at: ago(2 * hour),
    ...changes,
  };
}

/** 40 hours, three of which nobody has counted. */
export function aPreview(changes: Partial<ReplayPreview> = {}): ReplayPreview {
  return {
    dataset: "audit-events",
    destination: null,
    since: "2026-04-29T16:00:00.000000Z",
    until: "2026-05-01T08:00:00.000000Z",
    records: { atLeast: 48_000, likely: 52_100 },
    hours: { inRange: 40, counted: 35, collected: 2, unknown: 3 },
    kandji: {
      requests: { atLeast: 96, likely: 105 },
      perHour: 2000,
      left: 60,
      minutes: { atLeast: 2, likely: 2 },
    },
    destinations: [{ name: "siem", takes: true, paused: false, requestsAtLeast: 48, skipsBefore: null }],
    ...changes,
  };
}

const auditOptions = {
  everyMs: minute,
  backfillMs: 365 * 24 * hour,
  overlapMs: 10 * minute,
  sweepMs: 0,
  sweepEveryMs: 0,
  snapshotEveryMs: Infinity,
  sensitive: [],
  enrich: [],
} as const;

export function validTenant(id = "acme", changes: Partial<TenantConfig> = {}): Parsed<TenantConfig> {
  const value: TenantConfig = {
    id,
    secretName: `TENANT_${id.toUpperCase().replaceAll("-", "_")}`,
    apiOrigin: `https://${id}.api.kandji.io`,
    token: new Secret(kandjiToken),
    datasets: new Map([["audit-events", auditOptions]]),
    destinations: undefined,
    filters: {},
    jurisdiction: undefined,
    maxRequestsPerHour: 2500,
    notes: [],
    fingerprint: "f",
    ...changes,
  };
  return { ok: true, value };
}

export function validDestination(id = "siem"): Parsed<DestinationConfig> {
  // The web room reads nothing of a valid destination but its id.
  return { ok: true, value: { id, secretName: `DESTINATION_${id.toUpperCase()}` } as DestinationConfig };
}

export function broken(
  secret: string,
  key = "token",
): { ok: false; errors: { secret: string; key: string; message: string; fix: string }[] } {
  return {
    ok: false,
    errors: [{ secret, key, message: `Cannot read "${key}": it is missing`, fix: "Put the API token there" }],
  };
}

export function aConfig(changes: Partial<Config> = {}): Config {
  return {
    tenants: new Map([["acme", validTenant()]]),
    destinations: new Map([["siem", validDestination()]]),
    misnamed: [],
    ...changes,
  };
}

export function aFleet(changes: Partial<Fleet> = {}): Fleet {
  const awakeSince = ago(3600 * second);
  return {
    lastTickAt: ago(15 * second),
    tenants: [aReport()],
    failed: {},
    awakeSince,
    homes: { acme: "" },
    ...changes,
  };
}

export interface FakeGateway extends Gateway {
  /** What was asked of objects, in order. */
  readonly calls: string[];
  /** What went into the journal, in order. */
  readonly entries: JournalEntry[];
  /** What was told of refused access. */
  readonly refusals: RefusedAccess[];
}

export function aGateway(
  changes: Partial<Gateway> & { deadLetters?: DeadLetterReport[]; verification?: Verification } = {},
): FakeGateway {
  const { deadLetters = [], verification = { ok: true, checks: [] }, ...rest } = changes;
  const calls: string[] = [];
  const entries: JournalEntry[] = [];
  const refused: RefusedAccess[] = [];
  const gateway: Gateway = {
    version: "1.2.3",
    adminToken,
    viewerToken,
    now: () => now,
    config: () => aConfig(),
    fleet: async () => aFleet(),
    tenant: (id, home) => operations(calls, `${id}@${home}`, async () => aReport({ id }), deadLetters, verification),
    forgetTenant: async (id, home) => {
      calls.push(`forget ${id}@${home}`);
    },
    permission: (dataset) => (dataset === "audit-events" ? "List audit events" : undefined),
    fetchKeys: async () => {
      throw new Error("No network");
    },
    record: async (entry) => void entries.push(entry),
    refused: async (access) => void refused.push(access),
    journal: async () => ({ entries, next: null }),
    hide: (text) => text,
    ...rest,
  };
  const fleet = gateway.fleet.bind(gateway);
  return {
    ...gateway,
    calls,
    entries,
    refusals: refused,
    fleet: () => {
      calls.push("fleet");
      return fleet();
    },
  };
}

export function operations(
  calls: string[],
  who: string,
  report: () => Promise<TenantReport>,
  deadLetters: DeadLetterReport[],
  verification: Verification,
): TenantOperations {
  const scoped = (what: string) => async (scope: Scope) => {
    calls.push(`${what} ${who} ${JSON.stringify(scope)}`);
  };
  return {
    tick: report,
    report: async () => {
      calls.push(`report ${who}`);
      return report();
    },
    poll: async () => {
      calls.push(`poll ${who}`);
    },
    pause: scoped("pause"),
    resume: scoped("resume"),
    replay: async (order) => {
      calls.push(`replay ${who} ${JSON.stringify(order)}`);
      return { kind: "begun" };
    },
    previewReplay: async (order) => {
      calls.push(`preview ${who} ${JSON.stringify(order)}`);
      return aPreview({ dataset: order.dataset, destination: order.destination ?? null });
    },
    verify: async () => {
      calls.push(`verify ${who}`);
      return verification;
    },
    chains: async () => [],
    chainPage: async () => {
      throw new Error("This tenant has no chain");
    },
    deadLetters: async () => deadLetters,
    redrive: async (ids) => {
      calls.push(`redrive ${who} ${JSON.stringify(ids ?? null)}`);
      return ids?.length ?? deadLetters.length;
    },
    deleteDeadLetters: async (ids) => {
      calls.push(`delete ${who} ${JSON.stringify(ids ?? null)}`);
      return ids?.length ?? deadLetters.length;
    },
    forget: async () => {},
  };
}
