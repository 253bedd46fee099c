import { datasets } from "../datasets/registry.ts";
import { categoryOf, type Category } from "./ecs-event.ts";
import { fieldsOf, relatedTo } from "./ecs-fields.ts";
import { categoryIn, documentIn, entityOf, hoist, iruAudit, iruDevice, type WrittenCategory } from "./ecs-iru.ts";
import type { Format, FormatContext, ReadRecord } from "./format.ts";
import { fieldsIn, membersOf, type Fields } from "../json.ts";
import { momentAt } from "./meaning/fields.ts";
import type { Meaning } from "./meaning/meaning.ts";
import { changeOf, meaningOf } from "./meaning/read.ts";

/**
 * Elastic Common Schema 9.5. Audit events and devices come out as Elastic's own package for Iru makes them; `event.original`
 * is the record.
 */

const version = "9.5.0";

const nameOf = (dataset: string): string => `iru.${dataset.replaceAll("-", "_")}`;

/** Under which each dataset is told: the two of Elastic's package have its names. */
const names: ReadonlyMap<string, string> = new Map([
  ...[...datasets.keys()].map((dataset) => [dataset, nameOf(dataset)] as const),
  ["audit-events", "iru.audit"],
  ["devices", "iru.device"],
]);

export const ecs: Format = {
  name: "ecs",
  title: "Elastic Common Schema 9.5",
  source: new URL("https://www.elastic.co/docs/reference/ecs"),
  version: 1,
  shape(record, context) {
    const { value } = record;
    const { tenant, dataset } = context;
    const change = changeOf(value);
    const meaning = meaningOf(dataset, value, change);
    const event = fieldsIn(value);
    const document = dataset === "audit-events" ? documentIn(event) : undefined;
    const written = document && categoryIn(document);
    // Written piece by piece: one object of all of it costs more (`npm run bench`). Tenants and datasets have names of ours.
    return (
      `{"@timestamp":"${timestampOf(record, meaning, context)}","ecs":{"version":"${version}"},` +
      `"event":{"id":${quoted(record.id)}${categoryText(categoryOf(meaning, change), written)}${timesOf(meaning)},` +
      `"module":"iru","dataset":"${names.get(dataset) ?? nameOf(dataset)}","original":${quoted(record.raw)}},` +
      `"observer":{"vendor":"Iru","product":"Iru Endpoint"},"organization":{"id":"${tenant}"}` +
      `${setsOf(dataset, meaning, event, document)}}`
    );
  },
};

const quoted = (text: string): string => JSON.stringify(text);

/** When it happened. A device's is its last check-in, as in Elastic's package. */
function timestampOf({ value, time }: ReadRecord, meaning: Meaning, { dataset, collectedAt }: FormatContext): string {
  const happened = meaning.kind === "activity" ? meaning.at : undefined;
  const checkedIn = dataset === "devices" ? momentAt(value, "last_check_in") : undefined;
  return (happened ?? checkedIn)?.text ?? time?.text ?? new Date(collectedAt).toISOString();
}

const actionText = (action: string): string => `,"action":${quoted(action.replaceAll("_", "-"))}`;

/** Nearly every record has one of these. */
const usualActions: ReadonlyMap<string, string> = new Map(
  ["create", "update", "delete", "detect", "snapshot", "created", "updated", "deleted"].map((action) => [
    action,
    actionText(action),
  ]),
);

/** Where it stands; `written` by Kandji itself counts more than what was read. */
function categoryText({ place, action, outcome }: Category, written: WrittenCategory | undefined): string {
  const what = action === undefined ? "" : (usualActions.get(action) ?? actionText(action));
  if (written === undefined) return `${place.text}${what}${outcome === undefined ? "" : `,"outcome":"${outcome}"`}`;
  const { kind, category, type } = written;
  const own = { kind: kind ?? place.kind, category: category ?? place.category, type: type ?? place.type };
  return `${membersOf({ ...own, outcome: written.outcome ?? outcome })}${what}`;
}

/** When what was found was seen first and last. */
function timesOf(meaning: Meaning): string {
  if (!("finding" in meaning)) return "";
  const { firstSeenAt: start, lastSeenAt: end } = meaning.finding;
  return `${start === undefined ? "" : `,"start":"${start.text}"`}${end === undefined ? "" : `,"end":"${end.text}"`}`;
}

/** All other field sets. What Kandji wrote in ECS itself takes the place of what was read. */
function setsOf(dataset: string, meaning: Meaning, event: Fields, document: Fields | undefined): string {
  const sets: Record<string, unknown> = fieldsOf(meaning);
  sets["related"] = relatedTo(meaning);
  if (dataset === "devices") {
    sets["entity"] = entityOf(event);
    sets["iru"] = { device: iruDevice(event) };
  }
  if (dataset !== "audit-events") return membersOf(sets);
  if (document !== undefined) hoist(document, event, sets);
  sets["iru"] = { audit: iruAudit(event) };
  try {
    return membersOf(sets);
  } catch {
    // Thousands of brackets within each other are JSON, and too deep to be written again. The record is in `event.original`.
    return membersOf({ related: relatedTo(meaning), ...fieldsOf(meaning) });
  }
}
