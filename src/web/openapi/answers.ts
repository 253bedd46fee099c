/** What routes answer, as schemas. The types hold them to what is sent, and the tests hold what is sent to them. */

import * as z from "zod";
import { journalEntry } from "../../journal/entry.ts";
import type {
  ChainStanding,
  Check,
  DeadLetterReport,
  Figure,
  ReplayPreview,
  ReplayReport,
  Verification,
} from "../../tenant/report.ts";
import type { Status, StatusOfOne } from "../../status/overview.ts";
import type { RefusalText } from "../refusal.ts";
import type { ToldProblem } from "../../status/told-problem.ts";
import type { TenantSettings, TenantStatus } from "../../status/tenant-status.ts";
import { component, count, health, maybe, time } from "./components.ts";
import { dataset } from "./dataset-answer.ts";
import { destination } from "./destination-answer.ts";

const overallHealth = component("OverallHealth", z.enum(["ok", "degraded", "failing"]));

const problem: z.ZodType<ToldProblem> = component(
  "Problem",
  z.object({
    code: z.string().describe("Stable; docs/operating.md has a paragraph for each"),
    subject: z.string().describe("Who has it"),
    message: z.string(),
    fix: z.string(),
    health: z.enum(["degraded", "failing"]),
    docs: z.string().describe("Address of that paragraph, on this forwarder"),
  }),
);

const replay: z.ZodType<ReplayReport> = component(
  "Replay",
  z.object({
    dataset: z.string(),
    destination: z.string().nullable().describe("Null for all of them"),
    since: time,
    until: maybe.describe("Null where the dataset is sent as it is now"),
    percent: z.number(),
  }),
);

const settings: z.ZodType<TenantSettings> = component(
  "TenantSettings",
  z.object({
    apiHost: z.string().nullable(),
    jurisdiction: z.string().nullable(),
    datasets: z.array(
      z.object({
        name: z.string(),
        everyMs: count,
        backfillMs: count,
        overlapMs: count,
        snapshotEveryMs: count.nullable(),
      }),
    ),
    destinations: z.array(z.string()).nullable().describe("Null means all"),
  }),
);

const tenantFields = {
  id: z.string(),
  health,
  paused: z.boolean(),
  datasets: z.array(dataset),
  destinations: z.array(destination),
  requests: z.object({
    lastHour: count,
    limitPerHour: count,
    left: count,
    byDataset: z.record(z.string(), count),
  }),
  problems: z.array(problem),
  replays: z.array(replay),
  spoolBytes: count,
  reportedAt: maybe,
  notes: z.array(z.string()),
  settings: settings.nullable(),
};
const tenant: z.ZodType<TenantStatus> = component("Tenant", z.object(tenantFields));

const wholeFields = {
  version: z.string(),
  now: time,
  cron: z.object({ lastTickAt: maybe, health: overallHealth }),
  problems: z.array(problem),
  tenants: z.array(tenant),
};

export const status: z.ZodType<Status> = component("Status", z.object({ health: overallHealth, ...wholeFields }));
export const statusOfOne: z.ZodType<StatusOfOne> = component(
  "StatusOfTenant",
  z.object({ ...tenantFields, ...wholeFields }),
);

const check: z.ZodType<Check> = z.object({
  name: z.string(),
  ok: z.boolean(),
  message: z.string(),
  fix: z.exactOptional(z.string()),
  drift: z.exactOptional(z.array(z.string())).describe("What a sample has and the API page has not"),
});
export const verification: z.ZodType<Verification> = component(
  "Verification",
  z.object({ ok: z.boolean(), checks: z.array(check) }),
);

export const accepted = component(
  "Accepted",
  z.object({ accepted: z.string().describe("The operation"), tenant: z.string() }),
);
export const acceptedReplay = component(
  "AcceptedReplay",
  z.object({
    accepted: z.string(),
    tenant: z.string(),
    replay: z.enum(["begun", "waiting"]).describe("waiting: the same was asked for before and is not done yet"),
  }),
);
const figure: z.ZodType<Figure> = component(
  "Figure",
  z.object({
    atLeast: count.describe("What is sure"),
    likely: count.nullable().describe("What it comes to as far as anybody can tell; null where nobody can"),
  }),
);
export const replayPreview: z.ZodType<ReplayPreview> = component(
  "ReplayPreview",
  z.object({
    dataset: z.string(),
    destination: z.string().nullable().describe("Null for all of them"),
    since: time,
    until: maybe.describe("Null where the dataset is sent as it is now"),
    records: figure,
    hours: z
      .object({
        inRange: count,
        counted: count.describe("In Kandji, by a sweep"),
        collected: count.describe("Not by a sweep, but what was collected of them is counted"),
        unknown: count,
      })
      .nullable()
      .describe("Null where the dataset is sent as it is now"),
    kandji: z.object({
      requests: figure,
      perHour: count.describe("What the past may make in an hour, polling included"),
      left: count.describe("Of them, what may be made now"),
      minutes: figure,
    }),
    destinations: z.array(
      z.object({
        name: z.string(),
        takes: z.boolean().describe("False: all of it would be counted as skipped"),
        paused: z.boolean(),
        requestsAtLeast: count.nullable().describe("By the number of records; null while its secret cannot be read"),
        skipsBefore: maybe.describe("What is older is skipped"),
      }),
    ),
  }),
);
export const acceptedDeadLetters = component(
  "AcceptedDeadLetters",
  z.object({ accepted: z.string(), tenant: z.string(), deadLetters: count.describe("How many it is about") }),
);

const deadLetter: z.ZodType<DeadLetterReport> = component(
  "DeadLetter",
  z.object({
    id: z.int().positive(),
    dataset: z.string(),
    destination: z.string(),
    recordId: z.string().nullable(),
    status: count.describe("HTTP status of the refusal; 0 when the record never left"),
    reason: z.string(),
    excerpt: z.exactOptional(z.string()).describe("Absent for a tenant with a jurisdiction"),
    at: time,
  }),
);
export const deadLetters = component("DeadLetters", z.object({ deadLetters: z.array(deadLetter) }));

const mac = z.string().regex(/^[0-9a-f]{64}$/);
const head: z.ZodType<ChainStanding["head"]> = z.object({ seq: count, mac });
const entry = component(
  "ChainEntry",
  z.object({
    seq: count,
    dataset: z.string(),
    stream: z.enum(["live", "history", "redriven"]),
    id: z.string(),
    at: time,
    records: count,
    digest: mac,
    first: z.string().regex(/^[0-9a-f]{16}$/),
    key: z.string().nullable(),
    mac,
  }),
);
export const chain = component(
  "Chain",
  z.object({
    format: z.literal("kandji-forwarder-chain/1"),
    tenant: z.string(),
    at: time,
    manifests: z.array(
      z.object({
        destination: z.string(),
        generation: z.string().nullable(),
        before: head,
        entries: z.array(entry),
        head,
      }),
    ),
  }),
);

const refusalText: z.ZodType<RefusalText> = z.object({ what: z.string(), where: z.string(), mend: z.string() });
export const refusal = component("Refusal", z.object({ error: refusalText }));
export const wellness = component("Wellness", z.object({ ok: z.boolean() }));

export const journal = component(
  "Journal",
  z.object({
    entries: z.array(component("JournalEntry", journalEntry)),
    next: z.string().nullable().describe("For ?cursor=, behind the oldest entry of this page; null at the end"),
  }),
);
