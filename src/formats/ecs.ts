import { categoryOf } from "./ecs-event.ts";
import { fieldsOf, relatedTo } from "./ecs-fields.ts";
import { documentOf, entityOf, iruOf } from "./ecs-iru.ts";
import type { Format, FormatContext, ReadRecord } from "./format.ts";
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
    const { own, copied } = documentsOf(record, context);
    try {
      return JSON.stringify(copied === undefined ? own : { ...own, ...copied });
    } catch {
      // Thousands of brackets within each other are JSON, and too deep to be written. The record is in `event.original`.
      return JSON.stringify(own);
    }
  },
};

/** What was read into words, and what is copied out of the record as it is. */
function documentsOf(record: ReadRecord, { tenant, dataset, collectedAt }: FormatContext) {
  const { value } = record;
  const change = changeOf(value);
  const meaning = meaningOf(dataset, value, change);
  const document = dataset === "audit-events" ? documentOf(value) : undefined;
  const { action, ...category } = { ...categoryOf(meaning, change), ...document?.category };
  const finding = "finding" in meaning ? meaning.finding : undefined;
  const own = {
    "@timestamp": timestampOf(record, meaning, dataset) ?? isoOf(collectedAt),
    ecs: { version },
    event: {
      id: record.id,
      ...category,
      action: action?.replaceAll("_", "-"),
      module: "iru",
      dataset: datasetName(dataset),
      created: isoOf(collectedAt),
      start: isoOf(finding?.firstSeenAt),
      end: isoOf(finding?.lastSeenAt),
      original: record.raw,
    },
    observer: { vendor: "Iru", product: "Iru Endpoint" },
    organization: { id: tenant },
    related: relatedTo(meaning),
    ...fieldsOf(meaning),
    entity: dataset === "devices" ? entityOf(value) : undefined,
  };
  const iru = iruOf(dataset, value);
  return { own, copied: iru === undefined ? undefined : { ...document?.fields, iru } };
}

const isoOf = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();

/** When it happened. A device's is its last check-in, as in Elastic's package. */
function timestampOf({ value, time }: ReadRecord, meaning: Meaning, dataset: string): string | undefined {
  const happened = meaning.kind === "activity" ? meaning.at : undefined;
  const checkedIn = dataset === "devices" ? momentAt(value, "last_check_in") : undefined;
  return isoOf(happened ?? checkedIn) ?? time?.text;
}
