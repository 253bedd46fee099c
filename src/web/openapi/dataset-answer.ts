import * as z from "zod";
import type { DatasetReport, HourReport, OverlapReport, SweepReport, WalkReport } from "../../tenant/report.ts";
import { component, count, health, maybe, percent, time } from "./components.ts";

/** What is told of a dataset, as a schema. */

const walk: z.ZodType<WalkReport> = component(
  "Walk",
  z.object({
    state: z.enum(["walking", "resting"]),
    percent,
    startedAt: maybe,
    endsAt: maybe.describe("When it is expected to end, or ended"),
    requests: count,
    rows: count,
    skippedDevices: count,
    remembered: count,
  }),
);

const overlap: z.ZodType<OverlapReport> = z.object({
  askedSeconds: z
    .number()
    .describe("How late an event may become visible and still be found by polling, as the secret asks for it"),
  seconds: z.number().describe("As it is: wider while sweeps find events that were later"),
});

const sweep: z.ZodType<SweepReport> = component(
  "Sweep",
  z.object({
    state: z.enum(["off", "waiting", "sweeping"]),
    percent: z.number(),
    lastEndedAt: maybe,
    nextAt: maybe,
    since: maybe,
    until: maybe,
    records: count,
    finds: z
      .array(z.object({ at: time, records: count, oldestAt: maybe }))
      .describe("The last that found something, newest first"),
  }),
);

const completeness: z.ZodType<HourReport> = component(
  "Hour",
  z.object({
    hour: time.describe("When it begins"),
    inKandji: count.describe("Events that Kandji had of it when it was swept last"),
    destinations: z.array(
      z.object({
        name: z.string(),
        delivered: count,
        pending: count,
        skipped: count,
        dead: count,
        missing: z.int().describe("inKandji - delivered - pending - skipped - dead"),
        because: z
          .enum(["owed", "replayed"])
          .nullable()
          .describe("Why some may be missing and no problem: they come back, or the hour was replayed since"),
      }),
    ),
  }),
);

export const dataset: z.ZodType<DatasetReport> = component(
  "Dataset",
  z.object({
    name: z.string(),
    health,
    paused: z.boolean(),
    lastSuccessAt: maybe,
    nextDueAt: maybe,
    newestRecordAt: maybe,
    newestRecord: z
      .exactOptional(z.string())
      .describe("In the answer for one tenant: what the newest record is called; not for a tenant with a jurisdiction"),
    collected: count,
    duplicates: count,
    late: count,
    drift: count,
    backfill: z.object({
      state: z.enum(["none", "running", "done"]),
      percent,
      endsAt: z.exactOptional(maybe.describe("When it is expected to end")),
    }),
    lastDay: z.array(count).describe("Records of each of the last 24 hours, oldest first"),
    last30Days: z
      .exactOptional(z.array(count))
      .describe("In the answer for one tenant: records of each of the last 30 days in UTC, oldest first"),
    walk: z.exactOptional(walk),
    overlap: z.exactOptional(overlap),
    sweep: z.exactOptional(sweep),
    completeness: z.exactOptional(z.array(completeness)).describe("In the answer for one tenant, oldest first"),
  }),
);
