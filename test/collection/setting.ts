import { kandjiLog } from "../../src/collection/log.ts";
import type { Collection } from "../../src/collection/live-collector.ts";
import type { FeedOptions } from "../../src/config/config.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import type { KandjiFeed } from "../../src/datasets/dataset.ts";
import { parseInstant } from "../../src/datasets/instant.ts";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import type { Ports } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import { Spool } from "../../src/spool/spool.ts";
import { migrate } from "../../src/tenant/migrations.ts";
import { NodeSql } from "../tenant/node-sql.ts";
import { AuditLog } from "./audit-log.ts";

export const minute = 60_000;
export const start = Date.parse("2026-05-01T08:00:00Z");
export const live = { dataset: "audit-events", stream: "live" } as const;
export const history = { dataset: "audit-events", stream: "history" } as const;

export interface Setting {
  readonly clock: { at: number };
  readonly log: AuditLog;
  readonly spool: Spool;
  readonly collection: Collection;
  /** The same tables, read anew. */
  again(): Setting;
}

/** Everything that collection needs around it, with a clock and a log that the test owns. */
export function setting(
  options: Partial<FeedOptions> & { readonly pageLimit?: number; readonly maxSpoolBytes?: number } = {},
  { sql = new NodeSql(), clock = { at: start }, log = new AuditLog(() => clock.at) } = {},
): Setting {
  const { pageLimit = auditEvents.pageLimit, maxSpoolBytes, ...rest } = options;
  const dataset: KandjiFeed = { ...auditEvents, pageLimit };
  migrate(sql);
  const ports: Ports = {
    now: () => clock.at,
    random: () => 0.5,
    sleep: async (ms) => void (clock.at += ms),
    http: log.http,
    sql,
  };
  const spool = new Spool(sql, identify, maxSpoolBytes);
  const budget = new RequestBudget(ports, { perHour: 1e9, forLive: 60 }, noUsage);
  const client = new KandjiClient(ports, "https://acme.api.kandji.io", new Secret("token"), budget);
  const chosen: FeedOptions = {
    everyMs: minute,
    backfillMs: 365 * 24 * 60 * minute,
    overlapMs: 10 * minute,
    sweepMs: 0,
    sweepEveryMs: 0,
    ...rest,
  };
  const overlapMs = (): number => chosen.overlapMs;
  return {
    clock,
    log,
    spool,
    collection: {
      ports,
      spool,
      log: kandjiLog(client, dataset),
      options: chosen,
      overlapMs,
      usage: () => budget.usage(),
    },
    again: () => setting(options, { sql, clock, log }),
  };
}

function identify(_: string, raw: string): { id: string; time: number } {
  const record = JSON.parse(raw) as { id: string; occurred_at?: string };
  return { id: record.id, time: parseInstant(record.occurred_at ?? "") ?? 0 };
}

/** The ids that lie in the spool, in the order of collection. */
export const spooled = ({ spool }: Pick<Setting, "spool">, stream: "live" | "history"): string[] =>
  spool.segments
    .in({ dataset: "audit-events", stream })
    .flatMap((segment) => spool.segments.lines(segment).map((raw) => identify("", raw).id));
