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
    // Written piece by piece: one object of all of it would cost half as much again.
    return (
      `{"@timestamp":${quoted(timestampOf(record, meaning, context))},"ecs":{"version":"${version}"},` +
      `"event":${eventOf(record, meaning, { read: category, written: document?.category }, dataset)},` +
      `"observer":{"vendor":"Iru","product":"Iru Endpoint"},"organization":{"id":${quoted(tenant)}}` +
      `${fieldsText(meaning, document?.fields)}${iruText(dataset, value)}}`
    );
  },
};

const quoted = (text: string): string => JSON.stringify(text);

const isoOf = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();

/** When it happened. A device's is its last check-in, as in Elastic's package. */
function timestampOf({ value, time }: ReadRecord, meaning: Meaning, { dataset, collectedAt }: FormatContext): string {
  const happened = meaning.kind === "activity" ? meaning.at : undefined;
  const checkedIn = dataset === "devices" ? momentAt(value, "last_check_in") : undefined;
  return isoOf(happened ?? checkedIn) ?? time?.text ?? new Date(collectedAt).toISOString();
}

interface Categories {
  readonly read: Category;
  /** By Kandji itself. */
  readonly written: WrittenCategory | undefined;
}

function eventOf({ id, raw }: ReadRecord, meaning: Meaning, { read, written }: Categories, dataset: string): string {
  const finding = "finding" in meaning ? meaning.finding : undefined;
  const sorted = {
    kind: written?.kind ?? read.kind,
    category: written?.category ?? read.category,
    type: written?.type ?? read.type,
    outcome: written?.outcome ?? read.outcome,
    action: read.action?.replaceAll("_", "-"),
    start: isoOf(finding?.firstSeenAt),
    end: isoOf(finding?.lastSeenAt),
  };
  return (
    `{"id":${quoted(id)}${membersOf(sorted)},"module":"iru","dataset":${quoted(datasetName(dataset))},` +
    `"original":${quoted(raw)}}`
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** What Kandji wrote in ECS itself takes the place of what was read. */
function fieldsText(meaning: Meaning, hoisted: Fields | undefined): string {
  const related = membersOf({ related: relatedTo(meaning) });
  const fields = fieldsOf(meaning);
  return (
    related + (hoisted === undefined ? membersOf(fields) : (copied({ ...fields, ...hoisted }) ?? membersOf(fields)))
  );
}

function iruText(dataset: string, value: unknown): string {
  if (dataset === "devices") return membersOf({ entity: entityOf(value), iru: { device: iruDevice(value) } });
  return dataset === "audit-events" ? (copied({ iru: { audit: iruAudit(value) } }) ?? "") : "";
}

/** Undefined where brackets lie within each other by the thousand: that is JSON, and too deep to be written again. */
function copied(fields: Fields): string | undefined {
  try {
    return membersOf(fields);
  } catch {
    return undefined;
  }
}
