import { lastDay } from "../collection/tally.ts";
import { formatInstant } from "../datasets/instant.ts";
import { Books, type Ledger } from "../spool/ledger.ts";
import { ageProblem, oddityProblems, setbackProblem, tenantProblems, troubleProblem } from "./problems.ts";
import type { DatasetReport, DestinationReport, Health, Problem, TenantReport } from "./report.ts";
import type { DestinationNote, Member } from "./roster.ts";
import type { Source } from "./source.ts";
import type { TenantState } from "./state.ts";
import { viewOf } from "./view.ts";

const rank: Record<Health, number> = { paused: 0, ok: 1, degraded: 2, failing: 3 };

const worst = (healths: readonly Health[]): Health =>
  healths.reduce<Health>((found, health) => (rank[health] > rank[found] ? health : found), "ok");

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** Tells how a tenant does: counts, times and problems, never a record. */
export function reportOf(state: TenantState, now: number): TenantReport {
  const { tenant } = state.options;
  const books = new Books(state.spool);
  const isBackedUp = viewOf(state, { now: () => now }).sources.some((source) => source.isBackedUp);
  const problems: Problem[] = tenantProblems(state, isBackedUp, now);
  const datasets = [...state.sources.values()].map((source) => {
    const found = datasetProblems(state, source, now);
    problems.push(...found);
    return reportDataset(state, source, found, now);
  });
  const destinations = state.members.map((member) => {
    const ledger = books.of(member.id);
    const found = destinationProblems(state, member, ledger, now);
    problems.push(...found);
    return reportDestination(state, member, ledger, found);
  });
  const { isPaused } = state.note;
  return {
    id: tenant.id,
    health: isPaused ? "paused" : worst(problems.map(({ health }) => health)),
    paused: isPaused,
    datasets,
    destinations,
    requests: { lastHour: state.budget.used(), limitPerHour: tenant.maxRequestsPerHour },
    problems,
    spoolBytes: state.spool.segments.bytes,
    reportedAt: new Date(now).toISOString(),
  };
}

function datasetProblems(state: TenantState, source: Source, now: number): Problem[] {
  const subject = `tenant ${state.options.tenant.id} / ${source.name}`;
  const setback = source.liveSetback ?? source.historySetback;
  return [...(setback === null ? [] : [setbackProblem(subject, setback, now)]), ...oddityProblems(subject, source)];
}

function reportDataset(state: TenantState, source: Source, problems: readonly Problem[], now: number): DatasetReport {
  const tallies = [source.live.tally, source.history.tally];
  const sum = (count: (tally: (typeof tallies)[number]) => number): number =>
    tallies.reduce((total, tally) => total + count(tally), 0);
  const newest = Math.max(...tallies.map((tally) => tally.newest ?? -Infinity));
  const isPaused = state.isPaused({ dataset: source.name });
  return {
    name: source.name,
    health: isPaused ? "paused" : worst(problems.map(({ health }) => health)),
    paused: isPaused,
    lastSuccessAt: iso(source.lastSuccessAt),
    nextDueAt: source.lastSlot === null ? null : iso(source.lastSlot + source.everyMs),
    newestRecordAt: Number.isFinite(newest) ? formatInstant(newest) : null,
    collected: sum(({ collected }) => collected),
    duplicates: sum(({ duplicates }) => duplicates),
    late: sum(({ late }) => late),
    drift: sum(({ drift }) => drift),
    backfill: backfillOf(state, source),
    lastDay: lastDay(tallies, now),
  };
}

function backfillOf(state: TenantState, source: Source): DatasetReport["backfill"] {
  if (source.live.isNew) return { state: "none", percent: 0 };
  const range = state.spool.ranges
    .all()
    .find(({ dataset, reason }) => dataset === source.name && reason === "backfill");
  if (range === undefined) return { state: "done", percent: 100 };
  const span = Math.max(1, range.to - range.from);
  return { state: "running", percent: Math.min(99, Math.floor((100 * (range.at - range.from)) / span)) };
}

function destinationProblems(state: TenantState, { id, config }: Member, ledger: Ledger, now: number): Problem[] {
  const subject = `tenant ${state.options.tenant.id} / destination ${id}`;
  const trouble = state.couriers.get(id)?.trouble ?? null;
  const problems = trouble === null ? [] : [troubleProblem(subject, trouble, now)];
  if (ledger.dead > 0) {
    problems.push({
      code: "dead-letters",
      subject,
      message: `${ledger.dead} ${ledger.dead === 1 ? "record was" : "records were"} refused for good`,
      fix: "Look at the dead letters, mend the cause, and redrive or delete them",
      health: "degraded",
    });
  }
  if (ledger.owed > 0) {
    problems.push({
      code: "records-owed",
      subject,
      message: `${ledger.owed} records outgrew the spool; they will be collected again from Kandji for this destination`,
      fix: "Mend the destination; nothing else to do while Kandji keeps them (a year)",
      health: "degraded",
    });
  }
  return [...problems, ...ageProblem(subject, ledger, config?.destination.limits.maxAgeMs, now)];
}

function reportDestination(
  state: TenantState,
  member: Member,
  ledger: Ledger,
  problems: readonly Problem[],
): DestinationReport {
  const { id, standing } = member;
  const note = state.noteOf(id);
  const isPaused = state.isPaused({ destination: id }) || standing === "absent";
  const { oldestPendingAt, lastDeliveredAt, ...counts } = ledger;
  const trouble = state.couriers.get(id)?.trouble;
  return {
    name: id,
    ...identityOf(member, note),
    health: isPaused ? "paused" : healthOf(standing, problems),
    paused: isPaused,
    ...counts,
    owedMissing: note?.owedMissing ?? 0,
    requests: requestsTo(state, id),
    oldestPendingAt: iso(oldestPendingAt),
    lastDeliveredAt: iso(lastDeliveredAt),
    retryAt: iso(trouble?.retryAt ?? null),
    skippedWhy: rulesOf(member, ledger),
    lastError: standing === "absent" ? absentText(note?.absentSince) : (trouble?.why ?? null),
  };
}

const healthOf = (standing: Member["standing"], problems: readonly Problem[]): Health =>
  standing === "broken" ? "failing" : worst(problems.map(({ health }) => health));

const identityOf = ({ config }: Member, note: DestinationNote | undefined): { type: string; target: string } =>
  config === undefined
    ? { type: note?.type ?? "unknown", target: note?.host ?? "" }
    : { type: config.type, target: config.destination.host };

const requestsTo = (state: TenantState, id: string): number =>
  state.spool.offsets
    .of(id)
    .reduce((sum, { requests }) => sum + requests, state.couriers.get(id)?.unwrittenRequests ?? 0);

/** By which rules a destination's records are skipped. */
function rulesOf({ config }: Member, { skipped }: Ledger): string | null {
  if (skipped === 0) return null;
  const rules = ["dead letters that somebody deleted"];
  const { maxAgeMs } = config?.destination.limits ?? {};
  if (config?.oldRecords === "skip" && maxAgeMs !== undefined) {
    rules.unshift(
      `older than ${maxAgeMs / 3_600_000} h, which this intake drops without a word ("oldRecords": "skip")`,
    );
  }
  if (config?.datasets !== undefined) rules.push('of a dataset that its secret does not list ("datasets")');
  return `Skipped: records ${rules.join("; or ")}`;
}

const absentText = (since: number | null | undefined): string =>
  `No secret for it, or the tenant does not list it; its state is kept 30 days${since ? ` from ${new Date(since).toISOString()}` : ""}`;
