/** Every metric, with its name, unit and meaning; `docs/metrics.md` is held to this list. Names are stable. */

import type { DatasetReport, DestinationReport, Health, UnacceptedReport } from "../../tenant/report.ts";
import type { Status } from "../../status/overview.ts";
import type { TenantStatus } from "../../status/tenant-status.ts";
import type { Family, Sample } from "./exposition.ts";

type Metric = Omit<Family<Status>, "name">;

/** One number of the whole, of each tenant, or of each of its parts. */
type Of<Part> = (part: Part, status: Status) => number;

const levels: Readonly<Record<Health, number>> = { paused: 0, ok: 0, degraded: 1, failing: 2 };
const healthHelp = "0 ok or paused, 1 degraded, 2 failing";

/** Seconds since 1970; no number where it never was, and then there is no sample. */
const seconds = (at: string | null): number => (at === null ? NaN : Date.parse(at) / 1000);

const whole = (help: string, of: Of<Status>): Metric => ({
  type: "gauge",
  help,
  labels: [],
  samples: (status) => [{ labels: [], value: of(status, status) }],
});

const perTenant = (help: string, of: Of<TenantStatus>): Metric => ({
  type: "gauge",
  help,
  labels: ["tenant"],
  samples: (status) => status.tenants.map((tenant) => ({ labels: [tenant.id], value: of(tenant, status) })),
});

const perDataset = (help: string, of: Of<DatasetReport>, type: Metric["type"] = "gauge"): Metric => ({
  type,
  help,
  labels: ["tenant", "dataset"],
  samples: (status) =>
    status.tenants.flatMap(({ id, datasets }) =>
      datasets.map((dataset) => ({ labels: [id, dataset.name], value: of(dataset, status) })),
    ),
});

/** The samples of each destination, to which its own labels are given. */
const destinations = (
  status: Status,
  of: (one: DestinationReport, labels: readonly string[]) => readonly Sample[],
): Sample[] =>
  status.tenants.flatMap((tenant) => tenant.destinations.flatMap((one) => of(one, [tenant.id, one.name, one.type])));

const perDestination = (help: string, of: Of<DestinationReport>, type: Metric["type"] = "gauge"): Metric => ({
  type,
  help,
  labels: ["tenant", "destination", "type"],
  samples: (status) => destinations(status, (one, labels) => [{ labels, value: of(one, status) }]),
});

const perAnswer = (help: string, outcome: UnacceptedReport["outcome"]): Metric => ({
  type: "counter",
  help,
  labels: ["tenant", "destination", "type", "answer"],
  samples: (status) =>
    destinations(status, ({ unaccepted = [] }, labels) =>
      unaccepted
        .filter((one) => one.outcome === outcome)
        .map(({ answer, requests }) => ({ labels: [...labels, answer], value: requests })),
    ),
});

const metrics: Readonly<Record<string, Metric>> = {
  build_info: {
    type: "gauge",
    help: "Always 1; the label has the version",
    labels: ["version"],
    samples: ({ version }) => [{ labels: [version], value: 1 }],
  },
  health: whole(`Health of the whole: 0 ok, 1 degraded, 2 failing`, ({ health }) => levels[health]),
  cron_last_tick_timestamp_seconds: whole("When the cron fired last", ({ cron }) => seconds(cron.lastTickAt)),
  problems: {
    type: "gauge",
    help: "Problems that /status shows, by code and by how bad they are; no series where there is none",
    labels: ["code", "health"],
    samples: problemsByCode,
  },

  tenant_health: perTenant(`Health of a tenant: ${healthHelp}`, ({ health }) => levels[health]),
  tenant_paused: perTenant("1 when the whole tenant rests: paused, or its secret is absent", ({ paused }) =>
    Number(paused),
  ),
  tenant_last_report_timestamp_seconds: perTenant("When a tenant told of itself last", ({ reportedAt }) =>
    seconds(reportedAt),
  ),
  tenant_spool_bytes: perTenant("Bytes of records that wait in the spool", ({ spoolBytes }) => spoolBytes),
  tenant_requests_last_hour: perTenant("Requests to Kandji in the last hour", ({ requests }) => requests.lastHour),
  tenant_requests_limit_per_hour: perTenant(
    'Requests to Kandji that any hour may have ("maxRequestsPerHour")',
    ({ requests }) => requests.limitPerHour,
  ),
  tenant_requests_left: perTenant("Requests to Kandji that are left of the hour", ({ requests }) => requests.left),

  dataset_health: perDataset(`Health of a dataset: ${healthHelp}`, ({ health }) => levels[health]),
  dataset_paused: perDataset("1 when the dataset is paused", ({ paused }) => Number(paused)),
  dataset_collected_records_total: perDataset("Records collected", ({ collected }) => collected, "counter"),
  dataset_late_records_total: perDataset(
    "Records that became visible behind one that was already collected",
    ({ late }) => late,
    "counter",
  ),
  dataset_drift_records_total: perDataset(
    "Records without an id or without a time; they are forwarded all the same",
    ({ drift }) => drift,
    "counter",
  ),
  dataset_duplicate_records: perDataset(
    "Records that Kandji returned again and that were recognised; after a restart it may step back by ten minutes",
    ({ duplicates }) => duplicates,
  ),
  dataset_last_success_timestamp_seconds: perDataset("When Kandji was read last", ({ lastSuccessAt }) =>
    seconds(lastSuccessAt),
  ),
  dataset_next_due_timestamp_seconds: perDataset("When Kandji is read next", ({ nextDueAt }) => seconds(nextDueAt)),
  dataset_newest_record_timestamp_seconds: perDataset(
    "The newest record's own time, at most the present",
    ({ newestRecordAt }) => seconds(newestRecordAt),
  ),
  dataset_backfill_ratio: perDataset("How much of the first sync is done, 0 to 1", ({ backfill }) =>
    Number((backfill.percent / 100).toFixed(2)),
  ),

  destination_health: perDestination(`Health of a destination: ${healthHelp}`, ({ health }) => levels[health]),
  destination_paused: perDestination("1 when the destination is paused, or its secret is absent", ({ paused }) =>
    Number(paused),
  ),
  destination_collected_records: perDestination(
    "Records queued for it: delivered + pending + skipped + dead. Lowered when owed records turn out fewer",
    ({ collected }) => collected,
  ),
  destination_delivered_records_total: perDestination(
    "Records accepted by it",
    ({ delivered }) => delivered,
    "counter",
  ),
  destination_pending_records: perDestination(
    "Records that wait for it, owed ones among them",
    ({ pending }) => pending,
  ),
  destination_skipped_records_total: perDestination(
    "Records left out by a rule that /status names",
    ({ skipped }) => skipped,
    "counter",
  ),
  destination_dead_records: perDestination("Records that it refused for good: dead letters", ({ dead }) => dead),
  destination_owed_records: perDestination(
    "The part of the pending records that will be collected again from Kandji",
    ({ owed }) => owed,
  ),
  destination_owed_missing_records_total: perDestination(
    "Records that were owed and that Kandji did not return any more",
    ({ owedMissing }) => owedMissing,
    "counter",
  ),
  destination_requests: perDestination(
    "Requests made to it; after a restart it may step back by ten minutes",
    ({ requests }) => requests,
  ),
  destination_refused_requests_total: perAnswer(
    "Requests that it refused, by status; what they held was parted, or became dead letters",
    "refused",
  ),
  destination_retried_requests_total: perAnswer(
    "Requests that are sent again, by status or by why there was no answer; written down every ten minutes",
    "retried",
  ),
  destination_delay_seconds: {
    type: "histogram",
    help: "From the time of a live event to its acceptance",
    labels: ["tenant", "destination", "type", "le"],
    samples: (status) => destinations(status, ({ delay }, labels) => delaySamples(delay, labels)),
  },
  destination_oldest_pending_age_seconds: perDestination(
    "How long the oldest pending record has waited; 0 when none waits",
    ({ oldestPendingAt }, { now }) =>
      oldestPendingAt === null ? 0 : Math.max(0, seconds(now) - seconds(oldestPendingAt)),
  ),
  destination_last_delivered_timestamp_seconds: perDestination("When it accepted records last", ({ lastDeliveredAt }) =>
    seconds(lastDeliveredAt),
  ),
  destination_retry_timestamp_seconds: perDestination(
    "When it is tried again; no series where nothing stands in the way",
    ({ retryAt }) => seconds(retryAt),
  ),
};

export const families: readonly Family<Status>[] = Object.entries(metrics).map(([name, metric]) => ({
  name: `kandji_forwarder_${name}`,
  ...metric,
}));

function delaySamples(delay: DestinationReport["delay"], labels: readonly string[]): Sample[] {
  if (delay === undefined) return [];
  const bounds = delay.within.map((bound) => [String(bound.seconds), bound.events] as const);
  const buckets = [...bounds, ["+Inf", delay.events] as const];
  return [
    ...buckets.map(([le, value]) => ({ of: "bucket" as const, labels: [...labels, le], value })),
    { of: "sum", labels, value: delay.seconds },
    { of: "count", labels, value: delay.events },
  ];
}

function problemsByCode({ problems }: Status): Sample[] {
  const counts = new Map<string, Sample>();
  for (const { code, health } of problems) {
    const key = JSON.stringify([code, health]);
    counts.set(key, { labels: [code, health], value: (counts.get(key)?.value ?? 0) + 1 });
  }
  return [...counts.values()];
}
