import { categoryOf, type Category } from "./ecs-event.ts";
import { fieldsOf, relatedTo } from "./ecs-fields.ts";
import { documentOf, entityOf, iruAudit, iruDevice, type WrittenCategory } from "./ecs-iru.ts";
import type { Format, FormatContext, ReadRecord } from "./format.ts";
import { membersOf } from "./json.ts";
import { momentAt } from "./meaning/fields.ts";
import type { Meaning } from "./meaning/meaning.ts";
import { changeOf, meaningOf } from "./meaning/read.ts";

/**
 * Elastic Common Schema 9.5. Audit events and devices come out as Elastic's own package for Iru makes them; `event.original`
 * is the record.
 */

const version = "9.5.0";

/** Of its data streams. */
const names: Readonly<Record<string, string>> = { "audit-events": "audit", devices: "device" };
const datasetName = (dataset: string): string =>
  `iru.${Object.hasOwn(names, dataset) ? names[dataset] : dataset.replaceAll("-", "_")}`;

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
    const document = dataset === "audit-events" ? documentOf(value) : undefined;
    const category = categoryOf(meaning, change);
    // Written piece by piece: one object of all of it costs more (`npm run bench`). Tenants and datasets have names of ours.
    return (
      `{"@timestamp":"${timestampOf(record, meaning, context)}","ecs":{"version":"${version}"},` +
      `"event":{"id":${JSON.stringify(record.id)}${membersOf(eventFields(meaning, category, document?.category))},` +
      `"module":"iru","dataset":"${datasetName(dataset)}","original":${JSON.stringify(record.raw)}},` +
      `"observer":{"vendor":"Iru","product":"Iru Endpoint"},"organization":{"id":"${tenant}"}` +
      `${setsOf(dataset, meaning, value, document?.fields)}}`
    );
  },
};

const isoOf = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();

/** When it happened. A device's is its last check-in, as in Elastic's package. */
function timestampOf({ value, time }: ReadRecord, meaning: Meaning, { dataset, collectedAt }: FormatContext): string {
  const happened = meaning.kind === "activity" ? meaning.at : undefined;
  const checkedIn = dataset === "devices" ? momentAt(value, "last_check_in") : undefined;
  return isoOf(happened ?? checkedIn) ?? time?.text ?? new Date(collectedAt).toISOString();
}

/** Where it stands, and when; `written` by Kandji itself counts more than what was read. */
function eventFields(meaning: Meaning, read: Category, written: WrittenCategory | undefined): Fields {
  const finding = "finding" in meaning ? meaning.finding : undefined;
  return {
    ...(written === undefined ? read : preferred(written, read)),
    action: read.action?.replaceAll("_", "-"),
    start: isoOf(finding?.firstSeenAt),
    end: isoOf(finding?.lastSeenAt),
  };
}

const preferred = (written: WrittenCategory, read: Category): Fields => ({
  kind: written.kind ?? read.kind,
  category: written.category ?? read.category,
  type: written.type ?? read.type,
  outcome: written.outcome ?? read.outcome,
});

type Fields = Readonly<Record<string, unknown>>;

/** All other field sets. What Kandji wrote in ECS itself takes the place of what was read. */
function setsOf(dataset: string, meaning: Meaning, value: unknown, hoisted: Fields | undefined): string {
  const own = { related: relatedTo(meaning), ...fieldsOf(meaning) };
  if (dataset === "devices") return membersOf({ ...own, entity: entityOf(value), iru: { device: iruDevice(value) } });
  if (dataset !== "audit-events") return membersOf(own);
  try {
    return membersOf({ ...own, ...hoisted, iru: { audit: iruAudit(value) } });
  } catch {
    // Thousands of brackets within each other are JSON, and too deep to be written again. The record is in `event.original`.
    return membersOf(own);
  }
}
