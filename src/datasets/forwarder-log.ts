import { createHash } from "node:crypto";
import { fieldOf } from "../json.ts";
import { UnreadableAnswer, type OwnFeed } from "./dataset.ts";

/** What this forwarder writes down of itself, as datasets that go to destinations like any other (contract §4, §8). */

/** The tenant under which records go out that concern none of the others (contract §7.3); no secret may name it. */
export const ownTenantId = "forwarder";

type Own = Pick<OwnFeed, "name" | "title" | "holds">;

const source = new URL("https://docs.panther.com/data-onboarding/supported-logs/panther-audit-logs");

const own = (about: Own): OwnFeed => ({
  ...about,
  reading: "feed",
  keeper: "forwarder",
  // The attributes of the entries are those of Panther's audit log.
  source,
  kind: "append-only",
  defaults: { every: "60s", backfill: "365d", overlap: "10m" },
  pageLimit: 500,
  recordsKey: "entries",
  read(answer) {
    const [entries, next] = [fieldOf(answer, "entries"), fieldOf(answer, "next")];
    if (!Array.isArray(entries)) throw new UnreadableAnswer('The answer has no array "entries"');
    return { records: entries, next: typeof next === "string" ? next : null };
  },
  idOf,
  timeOf: (record) => {
    const time = fieldOf(record, "timestamp");
    return typeof time === "string" ? time : undefined;
  },
  nameOf(record) {
    const name = fieldOf(record, "actionName");
    return typeof name === "string" ? name : "";
  },
});

/** An entry has no id of its own: its time, and a hash of all that it says. */
function idOf(record: unknown): string {
  const time = fieldOf(record, "timestamp");
  const hash = createHash("sha256").update(JSON.stringify(record)).digest("hex");
  return `${typeof time === "string" ? time.slice(0, 30) : ""}-${hash.slice(0, 32)}`;
}

export const forwarderJournal = own({
  name: "forwarder-journal",
  title: "Journal of the forwarder",
  holds: "What people and programs did to this forwarder: its own audit log",
});

export const forwarderHealth = own({
  name: "forwarder-health",
  title: "Health of the forwarder",
  holds: "A tenant, dataset or destination turned bad or good again",
});
