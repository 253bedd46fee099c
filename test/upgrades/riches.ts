/** What a state must have to be worth keeping: each part of it that a later version might read wrongly. */
import type { StoredDatabase, StoredTable, StoredValue } from "./databases.ts";

type Row = Readonly<Record<string, StoredValue>>;
type Has = (rows: (table: string) => readonly Row[]) => boolean;

interface RangeState {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly ids: readonly string[];
}
interface OffsetState {
  readonly ends: readonly number[];
  readonly suspects: readonly unknown[];
}

function textIn(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : "";
}

const json = <T>(row: Row, column: string): T => JSON.parse(textIn(row, column)) as T;
const rangeOf = (row: Row): RangeState => json(row, "state");
const offsetOf = (row: Row): OffsetState => json(row, "state");
const owns = (rows: readonly Row[], kind: string): boolean => rows.some((row) => textIn(row, "owner").startsWith(kind));
const document = (rows: readonly Row[], name: string): Row | undefined => rows.find((row) => row["name"] === name);

const riches: Readonly<Record<string, Has>> = {
  "history half read": (rows) =>
    rows("ranges").some((row) => {
      const { from, to, at } = rangeOf(row);
      return row["reason"] === "backfill" && row["destination"] === null && at > from && at < to;
    }),
  "past of a destination that came later": (rows) =>
    rows("ranges").some(({ reason, destination }) => reason === "backfill" && destination !== null),
  "owed range": (rows) => rows("ranges").some((row) => row["reason"] === "owed" && rangeOf(row).ids.length > 0),
  "remembered ids": (rows) => rows("seen").length > 0,
  "frontier of the live tail": (rows) =>
    rows("lanes").some(
      (row) =>
        row["stream"] === "live" && json<{ live: { frontier: unknown[] } }>(row, "state").live.frontier.length > 0,
    ),
  "end of a batch that was split": (rows) => rows("offsets").some((row) => offsetOf(row).ends.length > 0),
  "record that was refused alone": (rows) => rows("offsets").some((row) => offsetOf(row).suspects.length > 0),
  "dead letter": (rows) => rows("dead_letters").length > 0,
  "rest of a long dead letter": (rows) => owns(rows("overflow"), "dead letter"),
  "rest of a long segment": (rows) => owns(rows("overflow"), "segment"),
  heartbeat: (rows) => document(rows("documents"), "heartbeat") !== undefined,
  "time that an intake asked to wait": (rows) =>
    rows("documents").some((row) => json<{ trouble?: { isAsked: boolean } | null }>(row, "body").trouble?.isAsked),
  "paused destination": (rows) => {
    const note = document(rows("documents"), "tenant");
    return note !== undefined && json<{ pausedDestinations: string[] }>(note, "body").pausedDestinations.length > 0;
  },
};

/** What of it a state has not. */
export function poorIn(databases: readonly StoredDatabase[]): string[] {
  const tenant = databases.find(({ tables }) => tables.some(({ name }) => name === "migrations"))?.tables ?? [];
  const rows = (name: string): readonly Row[] => rowsOf(tenant.find((table) => table.name === name));
  const missing = Object.entries(riches).flatMap(([what, has]) => (has(rows) ? [] : [what]));
  const alarms = databases.flatMap(({ tables }) => tables).filter(({ name }) => name === "_cf_ALARM");
  return alarms.some((table) => table.rows.length > 0) ? missing : [...missing, "alarm"];
}

/** Rows with the names of their columns, from the statement that made the table. */
function rowsOf(table: StoredTable | undefined): Row[] {
  if (table === undefined) return [];
  const columns = [...table.sql.matchAll(/[(,]\s*(\w+) (?:TEXT|INTEGER)/g)].map(([, name = ""]) => name);
  return table.rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
}
