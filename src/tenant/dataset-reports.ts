import type { Walk } from "../collection/listing/walk-state.ts";
import type { Tally } from "../collection/tally.ts";
import { last30Days, lastDay } from "../collection/tally.ts";
import { formatInstant } from "../datasets/instant.ts";
import { completenessOf, completenessProblems } from "./completeness.ts";
import { enrichmentProblems } from "./actors.ts";
import { oddityProblems, setbackProblem, walkOddityProblems } from "./problems.ts";
import { worst, iso, type DatasetReport, type Problem, type WalkReport } from "./report.ts";
import { rhythmProblems } from "./rhythm.ts";
import type { Setback } from "./setback.ts";
import type { Source } from "./source.ts";
import { overlapReport, sweepProblems, sweepReport } from "./sweep-reports.ts";
import type { TenantState } from "./state.ts";
import type { WalkSource } from "./walk-source.ts";

/** What a tenant tells of its datasets. */

export interface DatasetAccount {
  readonly report: DatasetReport;
  readonly problems: readonly Problem[];
}

/** `isWhole`: with the hours one by one, which would be much for a report that is sent every minute. */
export function datasetAccounts(state: TenantState, now: number, isWhole: boolean): DatasetAccount[] {
  return [
    ...[...state.sources.values()].map((source) => accountOfSource(state, source, now, isWhole)),
    ...state.walks.all.map((source) => accountOfWalk(state, source, now, isWhole)),
  ];
}

const subjectOf = (state: TenantState, name: string): string => `tenant ${state.options.tenant.id} / ${name}`;

const setbackProblems = (subject: string, setback: Setback | null, now: number): Problem[] =>
  setback === null ? [] : [setbackProblem(subject, setback, now)];

function accountOfSource(state: TenantState, source: Source, now: number, isWhole: boolean): DatasetAccount {
  const subject = subjectOf(state, source.name);
  const setback = source.liveSetback ?? source.historySetback;
  const hours = completenessOf(state, source.name);
  const problems = [
    ...completenessProblems(subject, hours),
    ...setbackProblems(subject, setback, now),
    ...enrichmentProblems(subject, source.enrichmentTrouble),
    ...oddityProblems(subject, source),
    ...sweepProblems(subject, source, state.sweeps.noteOf(source.name), now),
    ...rhythmProblems(subject, source, state.isPaused({ dataset: source.name }), now),
  ];
  const about = { tallies: [source.live.tally, source.history.tally], problems, now, isWhole };
  const overlap = overlapReport(source, state.sweeps.noteOf(source.name));
  const sweep = sweepReport(state, source);
  const report = { ...common(state, source, about), backfill: backfillOf(state, source, now), overlap, sweep };
  return { report: isWhole ? { ...report, completeness: hours } : report, problems };
}

function accountOfWalk(state: TenantState, source: WalkSource, now: number, isWhole: boolean): DatasetAccount {
  const subject = subjectOf(state, source.name);
  const problems = [...setbackProblems(subject, source.setback, now), ...walkOddityProblems(subject, source)];
  const walk = walkOf(source, now);
  const isFirst = source.walker.last === null;
  const backfill = {
    state: !isFirst ? "done" : source.walker.walk === null ? "none" : "running",
    percent: isFirst ? walk.percent : 100,
  } as const;
  const about = { tallies: [source.walker.tally], problems, now, isWhole };
  return { report: { ...common(state, source, about), backfill, walk }, problems };
}

interface Scheduled {
  readonly name: string;
  readonly everyMs: number;
  readonly lastSlot: number | null;
  readonly lastSuccessAt: number | null;
}

interface About {
  readonly tallies: readonly Tally[];
  readonly problems: readonly Problem[];
  readonly now: number;
  readonly isWhole: boolean;
}

function common(
  state: TenantState,
  source: Scheduled,
  { tallies, problems, now, isWhole }: About,
): Omit<DatasetReport, "backfill"> {
  const sum = (count: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + count(tally), 0);
  const newest = Math.max(...tallies.map((tally) => tally.newest ?? -Infinity));
  const newestName = tallies.find((tally) => tally.newest === newest)?.newestName ?? "";
  // Nothing of a record leaves a jurisdiction, not even its name.
  const isNamed = isWhole && newestName !== "" && state.options.tenant.jurisdiction === undefined;
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
    lastDay: lastDay(tallies, now),
    ...(isNamed ? { newestRecord: newestName } : {}),
    ...(isWhole ? { last30Days: last30Days(tallies, now) } : {}),
  };
}

function backfillOf(state: TenantState, source: Source, now: number): DatasetReport["backfill"] {
  if (source.live.isNew) return { state: "none", percent: 0 };
  const range = state.spool.ranges
    .all()
    .find(({ dataset, reason }) => dataset === source.name && reason === "backfill");
  if (range === undefined) return { state: "done", percent: 100 };
  const span = Math.max(1, range.to - range.from);
  const percent = Math.min(99, Math.floor((100 * (range.at - range.from)) / span));
  return { state: "running", percent, endsAt: iso(source.expectedEnd(range, now)) };
}

const noWalk = { startedAt: null, requests: 0, rows: 0, skipped: 0 };

function walkOf(source: WalkSource, now: number): WalkReport {
  const { walk, last, size } = source.walker;
  const { startedAt, requests, rows, skipped } = walk ?? last ?? noWalk;
  const counts = { startedAt: iso(startedAt), requests, rows, skippedDevices: skipped, remembered: size };
  if (walk === null) return { state: "resting", percent: 100, endsAt: iso(last?.endedAt ?? null), ...counts };
  const share = shareDone(walk, source.expected);
  const rest = ((now - walk.startedAt) * (1 - share)) / share;
  // Before a part of it is done nobody can say.
  const endsAt = share === 0 ? null : iso(Math.round(now + rest));
  return { state: "walking", percent: Math.min(99, Math.floor(100 * share)), endsAt, ...counts };
}

const shareDone = ({ stage, requests, skipped }: Walk, expected: number | null): number =>
  stage === "reckoning" ? 1 : Math.min(1, (requests + skipped) / Math.max(1, expected ?? Infinity));
