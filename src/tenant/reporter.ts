import { Books, type Ledger } from "../spool/ledger.ts";
import { datasetAccounts } from "./dataset-reports.ts";
import { ageProblem, tenantProblems, troubleProblem } from "./problems.ts";
import { replayReports } from "./replay.ts";
import { iso, worst, type DestinationReport, type Health, type Problem, type TenantReport } from "./report.ts";
import { figuresOf } from "./destination-figures.ts";
import type { DestinationNote, Member } from "./roster.ts";
import type { TenantState } from "./state.ts";
import { settledRequests, unwrittenOf } from "./unwritten-requests.ts";
import { viewOf } from "./view.ts";

/** Tells how a tenant does: counts, times and problems, never a record. `isWhole`: also hour by hour. */
export function reportOf(state: TenantState, now: number, isWhole = false): TenantReport {
  const { tenant } = state.options;
  const books = new Books(state.spool);
  const isBackedUp = viewOf(state, { now: () => now }).sources.some((source) => source.isBackedUp);
  const problems: Problem[] = tenantProblems(state, isBackedUp, now);
  const accounts = datasetAccounts(state, now, isWhole);
  problems.push(...accounts.flatMap((account) => account.problems));
  const destinations = state.members.map((member) => {
    const ledger = books.of(member.id);
    const found = destinationProblems(state, member, ledger, now);
    problems.push(...found);
    return { ...reportDestination(state, member, ledger, found), ...figuresOf(state, member.id, now, isWhole) };
  });
  const { isPaused } = state.note;
  return {
    id: tenant.id,
    health: isPaused ? "paused" : worst(problems.map(({ health }) => health)),
    paused: isPaused,
    datasets: accounts.map(({ report }) => report),
    destinations,
    requests: {
      lastHour: state.budget.used(),
      limitPerHour: tenant.maxRequestsPerHour,
      left: state.budget.left("live"),
      byDataset: state.budget.byDataset(),
    },
    problems,
    replays: replayReports(state),
    spoolBytes: state.spool.segments.bytes,
    reportedAt: new Date(now).toISOString(),
  };
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
  settledRequests(state.spool, id) + unwrittenOf(state, id).requests;

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
