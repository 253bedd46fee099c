import * as z from "zod";
import type {
  DelayReport,
  DestinationReport,
  PeriodReport,
  SpanReport,
  UnacceptedReport,
} from "../../tenant/report.ts";
import { component, count, health, maybe, time } from "./components.ts";

/** What is told of a destination, as a schema. */

const delay: z.ZodType<DelayReport> = component(
  "Delay",
  z
    .object({
      events: count,
      seconds: z.number().min(0).describe("The sum of their delays"),
      within: z
        .array(z.object({ seconds: z.number(), events: count }))
        .describe("How many took so many seconds at the most, each with those before it"),
    })
    .describe("From the time of live events to their acceptance, ever"),
);

const unaccepted: z.ZodType<UnacceptedReport> = z.object({
  outcome: z.enum(["refused", "retried"]).describe("refused: parted or given up; retried: sent again as it is"),
  answer: z.string().describe("HTTP status, or timed-out, broken-off, no-connection, other"),
  requests: count,
});

const span: z.ZodType<SpanReport> = component(
  "Span",
  z.object({
    since: time,
    records: count.describe("Accepted, of all streams"),
    delaySeconds: z
      .object({ median: z.number(), p95: z.number() })
      .nullable()
      .describe("From the time of live events to their acceptance, within 20 %; null where there were none"),
    refused: z.record(z.string(), count).describe("Requests by answer"),
    retried: z.record(z.string(), count).describe("Requests by answer"),
  }),
);

const period: z.ZodType<PeriodReport> = component(
  "Period",
  z.object({ total: span, parts: z.array(span).describe("Equally long, oldest first") }),
);

export const destination: z.ZodType<DestinationReport> = component(
  "Destination",
  z.object({
    name: z.string(),
    type: z.string(),
    health,
    paused: z.boolean(),
    target: z.string().describe("Host of the intake"),
    collected: count.describe("delivered + pending + skipped + dead"),
    delivered: count,
    pending: count,
    skipped: count,
    dead: count,
    owed: count.describe("The part of pending that will be collected again"),
    owedMissing: count,
    requests: count,
    oldestPendingAt: maybe,
    lastDeliveredAt: maybe,
    retryAt: maybe,
    lastError: z.string().nullable(),
    skippedWhy: z.string().nullable(),
    delay: z.exactOptional(delay),
    unaccepted: z
      .exactOptional(z.array(unaccepted))
      .describe("Requests that were not accepted, ever, as far as they were written down: up to 13 minutes late"),
    lastDay: z
      .exactOptional(period)
      .describe("In the answer for one tenant: by hour; the last part is the current one"),
    last30Days: z.exactOptional(period).describe("In the answer for one tenant: by day in UTC; the last part is today"),
  }),
);
