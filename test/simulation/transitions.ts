/** The changes of state that a tenant can go through, as its reports tell them: which of them did these histories see? */
import type { DestinationReport, TenantReport } from "../../src/tenant/report.ts";
import type { Tally } from "./story.ts";

type Seen<T> = (before: T, after: T) => boolean;

const codesOf = (report: TenantReport, subject: string): ReadonlySet<string> =>
  new Set(report.problems.filter((problem) => problem.subject.endsWith(subject)).map(({ code }) => code));

const onDataset = "/ audit-events";
const hasBegun =
  (code: string): Seen<TenantReport> =>
  (before, after) =>
    !codesOf(before, onDataset).has(code) && codesOf(after, onDataset).has(code);
const hasEnded =
  (code: string): Seen<TenantReport> =>
  (before, after) =>
    hasBegun(code)(after, before);

const failures = [
  "token-rejected",
  "token-lacks-permission",
  "rate-limited",
  "kandji-unavailable",
  "kandji-unreachable",
  "unreadable-answer",
] as const;

const ofTenant: Readonly<Record<string, Seen<TenantReport>>> = {
  "tenant: ok → degraded": (before, after) => before.health === "ok" && after.health === "degraded",
  "tenant: degraded → failing": (before, after) => before.health === "degraded" && after.health === "failing",
  "tenant: failing → ok": (before, after) => before.health === "failing" && after.health === "ok",
  "tenant: runs → paused": (before, after) => !before.paused && after.paused,
  "tenant: paused → runs": (before, after) => before.paused && !after.paused,
  "spool: empty → filled": (before, after) => before.spoolBytes === 0 && after.spoolBytes > 0,
  "spool: filled → empty": (before, after) => before.spoolBytes > 0 && after.spoolBytes === 0,
  "backfill: none → running": (before, after) => isBackfill(before, "none") && isBackfill(after, "running"),
  "backfill: running → done": (before, after) => isBackfill(before, "running") && isBackfill(after, "done"),
  "late records met": (before, after) => lateOf(after) > lateOf(before),
  "records without id or time met": (before, after) => driftOf(after) > driftOf(before),
  "oddity of paging noticed": (before, after) =>
    !codesOf(before, onDataset).has("foreign-next") && codesOf(after, onDataset).has("foreign-next"),
  ...Object.fromEntries(
    failures.flatMap((code) => [
      [`collection: well → ${code}`, hasBegun(code)],
      [`collection: ${code} → well`, hasEnded(code)],
    ]),
  ),
};

const isBackfill = ({ datasets }: TenantReport, state: string): boolean => datasets[0]?.backfill.state === state;
const lateOf = ({ datasets }: TenantReport): number => datasets[0]?.late ?? 0;
const driftOf = ({ datasets }: TenantReport): number => datasets[0]?.drift ?? 0;

const ofDestination: Readonly<Record<string, Seen<DestinationReport>>> = {
  "record: pending → delivered": (before, after) => after.delivered > before.delivered,
  "record: pending → dead": (before, after) => after.dead > before.dead,
  "record: dead → pending": (before, after) => after.dead < before.dead && after.skipped === before.skipped,
  "record: dead → skipped": (before, after) => after.dead < before.dead && after.skipped > before.skipped,
  "record: pending → skipped": (before, after) => after.skipped > before.skipped && after.dead >= before.dead,
  "record: pending → owed": (before, after) => after.owed > before.owed,
  "record: owed → pending": (before, after) => after.owed < before.owed,
  "destination: runs → paused": (before, after) => !before.paused && after.paused,
  "destination: paused → runs": (before, after) => before.paused && !after.paused,
};

const troubles = ["destination-unavailable", "destination-locked-out", "refuses-everything"] as const;
const states = ["well", ...troubles] as const;

function troubleOf(report: TenantReport, destination: string): (typeof states)[number] {
  const codes = codesOf(report, `/ destination ${destination}`);
  return troubles.find((code) => codes.has(code)) ?? "well";
}

const namesOfTroubles = states.flatMap((from) =>
  states.filter((to) => to !== from).map((to) => `destination: ${from} → ${to}`),
);

/** All of them. */
export const transitions: readonly string[] = [
  ...Object.keys(ofTenant),
  ...Object.keys(ofDestination),
  ...namesOfTroubles,
  "destination: joins later",
];

/** Notes what happened between two reports of a tenant. */
export function seeTransitions(before: TenantReport | undefined, after: TenantReport, tally: Tally): void {
  if (before === undefined) return;
  for (const [name, isSeen] of Object.entries(ofTenant)) if (isSeen(before, after)) tally.add(name);
  for (const destination of after.destinations) {
    const old = before.destinations.find(({ name }) => name === destination.name);
    if (old === undefined) tally.add("destination: joins later");
    else seeDestination(before, after, [old, destination], tally);
  }
}

function seeDestination(
  before: TenantReport,
  after: TenantReport,
  [old, now]: readonly [DestinationReport, DestinationReport],
  tally: Tally,
): void {
  for (const [name, isSeen] of Object.entries(ofDestination)) if (isSeen(old, now)) tally.add(name);
  const [from, to] = [troubleOf(before, old.name), troubleOf(after, now.name)];
  if (from !== to) tally.add(`destination: ${from} → ${to}`);
}
