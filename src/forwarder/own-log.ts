import type { OwnName, Query } from "../datasets/dataset.ts";
import { healthActions } from "../journal/actions.ts";
import type { Sql } from "../ports.ts";

/** Reads the journal as the logs that tenants collect: oldest first, by time. */

/** Whose entries: those that name a tenant, or with `others` those that name none of these. */
export type Whose = { readonly tenant: string } | { readonly others: readonly string[] };

/** `{"entries": […], "next": …}`, the entries to the character; `next` is null at the end of what was asked for. */
export function pageOfLog(sql: Sql, name: OwnName, whose: Whose, query: Query): string {
  const { limit, order } = query;
  const [condition, values] = conditionOf(name, whose, query);
  const rows = sql.exec<{ id: number; body: string }>(
    `SELECT id, body FROM journal WHERE ${condition} ORDER BY ${order === "id" ? "id" : "at, id"} LIMIT ?`,
    ...values,
    limit + 1,
  );
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? JSON.stringify(String(shown.at(-1)?.id)) : "null";
  return `{"entries":[${shown.map(({ body }) => body).join(",")}],"next":${next}}`;
}

// One value, however many there are: a statement takes a hundred (https://developers.cloudflare.com/durable-objects/platform/limits/).
const listed = "(SELECT value FROM json_each(?))";

/** Entries have milliseconds, and a query microseconds. */
function conditionOf(name: OwnName, whose: Whose, query: Query): [string, (string | number)[]] {
  const { since, until, order, cursor } = query;
  const terms: [string, (string | number)[]][] = [
    ["at >= ?", [Math.ceil(since / 1_000)]],
    [`action ${name === "forwarder-health" ? "" : "NOT "}IN ${listed}`, [JSON.stringify(healthActions)]],
    "tenant" in whose
      ? ["tenant = ?", [whose.tenant]]
      : [`(tenant IS NULL OR tenant NOT IN ${listed})`, [JSON.stringify(whose.others)]],
  ];
  if (until !== undefined) terms.push(["at <= ?", [Math.floor(until / 1_000)]]);
  if (order === "id" && cursor !== undefined) terms.push(["id > ?", [Number(cursor)]]);
  return [terms.map(([text]) => text).join(" AND "), terms.flatMap(([, values]) => values)];
}
