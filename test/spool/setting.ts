import type { Lane } from "../../src/spool/lanes.ts";
import type { Suspect } from "../../src/spool/offsets.ts";
import { Books, type Ledger } from "../../src/spool/ledger.ts";
import { Spool } from "../../src/spool/spool.ts";
import { migrate } from "../../src/tenant/migrations.ts";
import { NodeSql } from "../tenant/node-sql.ts";

export const live = { dataset: "audit-events", stream: "live" } as const;
export const history = { dataset: "audit-events", stream: "history" } as const;
export const redriven = { dataset: "audit-events", stream: "redriven" } as const;

/** A record `{"id":"n","t":n}`, padded to so many bytes of UTF-8 where that is given. */
export function record(n: number, bytes = 0, filler = "x"): string {
  const open = `{"id":"${n}","t":${n},"p":"`;
  const room = bytes - open.length - 2;
  if (room <= 0) return `{"id":"${n}","t":${n}}`;
  const size = Buffer.byteLength(filler);
  return `${open}${filler.repeat(Math.floor(room / size))}${"x".repeat(room % size)}"}`;
}

export const records = (from: number, count: number, bytes = 0): string[] =>
  Array.from({ length: count }, (_, index) => record(from + index, bytes));

export const identify = (_: string, raw: string): { id: string; time: number | null } => {
  const { id, t } = JSON.parse(raw) as { id: string; t: number | null };
  return { id, time: t };
};

/** A spool of its own with tables of its own; `again` reads them anew. */
export function spoolOf(maxBytes?: number, ...destinations: readonly string[]) {
  const sql = new NodeSql();
  migrate(sql);
  const spool = new Spool(sql, identify, maxBytes);
  for (const destination of destinations) {
    for (const lane of [live, history, redriven]) spool.join(destination, lane);
  }
  return { sql, spool, again: () => new Spool(sql, identify, maxBytes) };
}

export const linesIn = (spool: Spool, lane: Lane) =>
  spool.segments.in(lane).flatMap((segment) => spool.segments.lines(segment));

export const ledgerOf = (spool: Spool, destination = "siem"): Ledger => new Books(spool).of(destination);

export const isBalanced = ({ collected, delivered, pending, skipped, dead }: Ledger): boolean =>
  collected === delivered + pending + skipped + dead;

export const suspect = (at: number, acceptedThen = 0): Suspect => ({ at, status: 400, reason: "bad", acceptedThen });
