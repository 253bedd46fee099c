import { UnreadableAnswer, type KandjiFeed, type Query } from "./dataset.ts";
import { formatInstant } from "./instant.ts";

// https://api-docs.kandji.io, "List audit events": limit at most 500; start_date and end_date with microseconds.
const path = "/api/v1/audit/events";
const pageLimit = 500;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textAt = (record: unknown, key: string): string | undefined => {
  const value = isObject(record) ? record[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** The audit log: the only true event feed of Kandji/Iru. */
export const auditEvents: KandjiFeed = {
  name: "audit-events",
  title: "Audit events",
  reading: "feed",
  keeper: "kandji",
  holds: "What people, tokens and Kandji itself did in the tenant",
  source: new URL("https://api-docs.kandji.io/#audit-log"),
  kind: "append-only",
  permission: { label: "List audit events", method: "GET", path },
  defaults: { every: "60s", backfill: "365d", overlap: "10m" },
  enrichments: ["actor"],
  pageLimit,
  recordsKey: "results",
  documented: {
    fields: [
      "id",
      "action",
      "occurred_at",
      "actor_id",
      "actor_type",
      "target_id",
      "target_type",
      "target_component",
      "new_state",
      "metadata",
    ],
    // The page says that the list grows. Some are in public samples only: "detect" and what it is about in
    // https://github.com/DataDog/integrations-core/tree/master/kandji, "api_token" in
    // https://github.com/elastic/integrations/tree/main/packages/iru
    words: {
      action: ["create", "update", "delete", "detect"],
      actor_type: ["user", "kandji", "api_token"],
      target_type: [
        "blueprint",
        "library_item",
        "api_token",
        "device",
        "user",
        "admin",
        "file_detection",
        "vulnerability",
      ],
    },
  },

  ask: ({ limit, since, until, order, cursor }: Query) => ({
    path,
    search: {
      limit: String(limit),
      sort_by: order === "id" ? "id" : "occurred_at",
      start_date: formatInstant(since),
      ...(until === undefined ? {} : { end_date: formatInstant(until) }),
      ...(cursor === undefined ? {} : { cursor }),
    },
  }),

  read(answer) {
    if (!isObject(answer) || !Array.isArray(answer["results"])) {
      throw new UnreadableAnswer('The answer has no array "results"');
    }
    const next = answer["next"] ?? null;
    // Taken for the end, what lies behind it would never be read.
    if (next !== null && typeof next !== "string") {
      throw new UnreadableAnswer('The answer\'s "next" is neither a text nor null');
    }
    return { records: answer["results"], next: next === "" ? null : next };
  },

  idOf: (record) => textAt(record, "id"),
  timeOf: (record) => textAt(record, "occurred_at"),
  nameOf(record) {
    const state = isObject(record) ? record["new_state"] : undefined;
    const what = [textAt(record, "action"), textAt(record, "target_type"), textAt(state, "name")];
    return what.filter((word) => word !== undefined).join(" ");
  },
};
