import { formatInstant } from "../datasets/instant.ts";
import { iso, type OverlapReport, type Problem, type SweepReport } from "./report.ts";
import type { Source } from "./source.ts";
import { overlapOf, type SweepNote } from "./sweeps.ts";
import type { TenantState } from "./state.ts";

/** What a tenant tells of its sweeps. */

export function overlapReport({ options }: Source, note: SweepNote | undefined): OverlapReport {
  return { askedSeconds: options.overlapMs / 1000, seconds: overlapOf(options, note) / 1000 };
}

export function sweepReport({ sweeps }: TenantState, { name, options }: Source): SweepReport {
  const note = sweeps.noteOf(name);
  const range = sweeps.running(name);
  const resting = options.sweepMs === 0 ? "off" : "waiting";
  return {
    ...lastOf(note),
    state: range === undefined ? resting : "sweeping",
    percent: range === undefined ? 100 : Math.floor((100 * (range.at - range.from)) / (range.to - range.from + 1)),
    nextAt: iso(range === undefined ? (note?.nextAt ?? null) : null),
    finds: (note?.finds ?? []).map(({ at, records, oldest }) => ({
      at: new Date(at).toISOString(),
      records,
      oldestAt: oldest === null ? null : formatInstant(oldest),
    })),
  };
}

function lastOf(note: SweepNote | undefined): Pick<SweepReport, "lastEndedAt" | "since" | "until" | "records"> {
  const last = note?.last ?? null;
  if (last === null) return { lastEndedAt: null, since: null, until: null, records: 0 };
  const { endedAt, from, to, records } = last;
  return { lastEndedAt: iso(endedAt), since: formatInstant(from), until: formatInstant(to), records };
}

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} minutes`;

/** Shown until a day of sweeps has found nothing more. */
const shownMs = 24 * 3_600_000;

export function sweepProblems(subject: string, source: Source, note: SweepNote | undefined, now: number): Problem[] {
  const recent = note?.finds.filter(({ at }) => now - at < shownMs) ?? [];
  const found = recent.reduce((sum, { records }) => sum + records, 0);
  if (found === 0) return [];
  const { overlapMs } = source.options;
  const isWider = overlapOf(source.options, note) > overlapMs;
  return [
    {
      code: "late-beyond-overlap",
      subject,
      message: `${found} events became visible later than the overlap of ${minutes(overlapMs)}; sweeps found them within the last day, and they were sent`,
      fix: isWider
        ? `Nothing: the overlap is ${minutes(overlapOf(source.options, note))} for now, so that polling finds such events itself. Set a longer "overlap" to keep it so`
        : 'Set a longer "overlap", or "sweepEvery" to a shorter time, if you need them sooner',
      health: "degraded",
    },
  ];
}
