import type { WalkOddity } from "../collection/listing/walk-state.ts";
import type { Oddity } from "../collection/walk.ts";
import type { Trouble } from "../delivery/trouble.ts";
import { datasets } from "../datasets/registry.ts";
import type { FailureKind } from "../kandji/failure.ts";
import type { Ledger } from "../spool/ledger.ts";
import { pagesOf } from "./heartbeat.ts";
import { cronSilentAfterMs } from "./plan.ts";
import type { Problem } from "./report.ts";
import type { Setback } from "./setback.ts";
import type { Source } from "./source.ts";
import type { TenantState } from "./state.ts";
import type { WalkSource } from "./walk-source.ts";

/** Failures that pass by themselves are called failing only when they last. */
const passingMs = 5 * 60_000;

const passes: ReadonlySet<FailureKind> = new Set([
  "kandji-unavailable",
  "kandji-unreachable",
  "rate-limited",
  "unreadable-answer",
  "own-log-unreadable",
]);

export function setbackProblem(subject: string, { failure, since }: Setback, now: number): Problem {
  const isPassing = passes.has(failure.kind) && now - since < passingMs;
  return {
    code: failure.kind,
    subject,
    message: failure.message,
    fix: failure.fix,
    health: isPassing ? "degraded" : "failing",
  };
}

const troubleCodes = {
  unavailable: "destination-unavailable",
  "locked-out": "destination-locked-out",
  "refuses-everything": "refuses-everything",
} as const satisfies Record<Trouble["kind"], string>;

export function troubleProblem(subject: string, trouble: Trouble, now: number): Problem {
  const isPassing = trouble.kind === "unavailable" && now - trouble.since < passingMs;
  return {
    code: troubleCodes[trouble.kind],
    subject,
    message: trouble.why,
    fix: trouble.fix,
    health: isPassing ? "degraded" : "failing",
  };
}

const oddityTexts: Record<Oddity, { message: string; fix: string }> = {
  "repeated-next": {
    message: 'Kandji offers the same "next" again; it was left alone and reading went on from the last time seen',
    fix: "Nothing to do; report it to Kandji/Iru",
  },
  "foreign-next": {
    message:
      'Kandji\'s "next" points to another host; the token was not sent there and reading went on from the last time seen',
    fix: "Nothing to do; if you moved to another host, put that one into the secret",
  },
  "hidden-ties": {
    message: "More events share one microsecond than a page holds, and Kandji shows no way to the rest of them",
    fix: "Compare that moment with the console's activity page; report it to Kandji/Iru",
  },
};

export function oddityProblems(subject: string, source: Source): Problem[] {
  return source.oddities().map((code) => ({ code, subject, ...oddityTexts[code], health: "degraded" }));
}

const walkOddityTexts: Record<WalkOddity, { message: string; fix: string }> = {
  "filter-matches-nothing": {
    message: 'No row passes the "filters" of this tenant',
    fix: "Compare them with the console: blueprints by id, tags by name, families as Mac, iPhone, iPad, AppleTV, Windows, Android",
  },
  "device-unreadable": {
    message:
      "Kandji's answer for a device could not be read, again and again; what is known of it stays and the walk went on",
    fix: "Nothing to do unless it lasts; it is asked again at the next walk",
  },
  "row-unreadable": {
    message: "A page could not be read even when it was as small as can be; the walk went on behind it",
    fix: "Report it to Kandji/Iru; the rows around it are collected, and nothing is called deleted by that walk",
  },
  "list-never-still": {
    message: "The list changed its length each time it was read; nothing is called deleted by that walk",
    fix: "Nothing to do; the next walk finds what this one missed",
  },
  "repeated-next": {
    message: "Kandji led back to a page that had been read; the walk ended there and nothing is called deleted by it",
    fix: "Nothing to do unless it lasts; report it to Kandji/Iru",
  },
};

export function walkOddityProblems(subject: string, source: Pick<WalkSource, "oddities">): Problem[] {
  return source.oddities().map((code) => ({ code, subject, ...walkOddityTexts[code], health: "degraded" }));
}

/** Raised at half of the age that the intake still accepts, while there is time to act. */
export function ageProblem(subject: string, ledger: Ledger, maxAgeMs: number | undefined, now: number): Problem[] {
  if (maxAgeMs === undefined || ledger.oldestPendingAt === null || now - ledger.oldestPendingAt < maxAgeMs / 2)
    return [];
  const hours = Math.round((now - ledger.oldestPendingAt) / 3_600_000);
  return [
    {
      code: "records-growing-old",
      subject,
      message: `Records wait since ${hours} h and the intake drops what is older than ${maxAgeMs / 3_600_000} h`,
      fix: 'Mend the destination soon; later, records are treated as its "oldRecords" says',
      health: "failing",
    },
  ];
}

export function tenantProblems(state: TenantState, isBackedUp: boolean, now: number): Problem[] {
  const { tenant, config } = state.options;
  const subject = `tenant ${tenant.id}`;
  const problems: Problem[] = [];
  const unknown = (tenant.destinations ?? []).filter((id) => !config.destinations.has(id));
  for (const id of unknown) {
    problems.push({
      code: "destination-unknown",
      subject,
      message: `The secret ${tenant.secretName} lists the destination "${id}", and there is no secret for it`,
      fix: `Put the secret DESTINATION_${id.toUpperCase().replaceAll("-", "_")}, or take the name off the list`,
      health: "degraded",
    });
  }
  if ([...datasets.keys()].every((name) => !tenant.datasets.has(name) || !state.hasTaker(name))) {
    problems.push({
      code: "no-destination",
      subject,
      message: "No destination takes its records, so it is not polled; Kandji keeps them",
      fix: "Put a secret DESTINATION_<NAME>",
      health: "failing",
    });
  }
  if (state.lastTickAt !== null && now - state.lastTickAt > cronSilentAfterMs) {
    problems.push({
      code: "cron-silent",
      subject,
      message: "The cron has not fired for this tenant; it polls slowly by itself",
      fix: "Look at the Worker's cron triggers in the Cloudflare dashboard and deploy again",
      health: "failing",
    });
  }
  if (isBackedUp) {
    problems.push({
      code: "spool-full",
      subject,
      message: "Every destination is far behind, so collection rests; Kandji keeps the records",
      fix: "Mend a destination; collection goes on by itself when one has caught up",
      health: "failing",
    });
  }
  return [...problems, ...requestProblems(state, subject)];
}

/** What stands in the way of asking Kandji at all. */
function requestProblems({ budget, walks, sources, options }: TenantState, subject: string): Problem[] {
  const problems: Problem[] = [];
  if (budget.isScarce && walks.all.length > 0) {
    problems.push({
      code: "quota-scarce",
      subject,
      message:
        "Less than a fifth of the tenant's 10,000 requests of this hour is left for all of its tools, so datasets that are read whole wait",
      fix: "Nothing to do; audit events are polled all the same, and the others go on when there is room",
      health: "degraded",
    });
  }
  // Fewer are left than the next poll takes.
  if (budget.left("live") < Math.max(1, ...[...sources.values()].map(pagesOf))) {
    problems.push({
      code: "share-used-up",
      subject,
      message: `The ${options.tenant.maxRequestsPerHour} requests an hour of this tenant are used up; polling goes on as they become free`,
      fix: 'Raise "maxRequestsPerHour", or poll less often with "every"',
      health: "degraded",
    });
  }
  return problems;
}
