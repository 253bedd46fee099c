import { identityOf } from "../collection/listing/row.ts";
import { idOf } from "../collection/page.ts";
import type { Micros } from "../datasets/dataset.ts";
import { parseInstant } from "../datasets/instant.ts";
import type { Listing } from "../datasets/listing.ts";
import { datasets, type Dataset } from "../datasets/registry.ts";
import { fieldOf } from "../json.ts";

interface Identity {
  readonly id: string;
  readonly time: Micros | null;
}

function datasetOf(name: string): Dataset {
  const dataset = datasets.get(name);
  if (dataset === undefined) throw new Error(`No dataset "${name}"`);
  return dataset;
}

const instantOf = (text: unknown): Micros | null => (typeof text === "string" ? (parseInstant(text) ?? null) : null);

/** Reads a spooled record again: who it is and of when; null where it does not say. */
export function identify(name: string, raw: string): Identity {
  const dataset = datasetOf(name);
  const record: unknown = JSON.parse(raw);
  return dataset.reading === "feed"
    ? { id: idOf(dataset, record, raw), time: instantOf(dataset.timeOf(record)) }
    : { id: identityOf(dataset, record).id, time: ownTime(dataset, record) ?? seenAt(record) };
}

function ownTime({ times }: Listing, record: unknown): Micros | null {
  return instantOf(times.map((field) => fieldOf(record, field)).find((value) => typeof value === "string"));
}

const seenAt = (record: unknown): Micros | null => instantOf(fieldOf(fieldOf(record, "_forwarder"), "seenAt"));

/** A longer id stands in the row of a dead letter beside the record itself, and both would not fit. */
const shownIdLength = 200;

/** The record's own id, as a person would look for it; null when it has none. */
export function recordIdOf(name: string, raw: string): string | null {
  const dataset = datasets.get(name);
  if (dataset === undefined) return null;
  const record: unknown = JSON.parse(raw);
  const id = dataset.reading === "feed" ? dataset.idOf(record) : identityOf(dataset, record).shown;
  return id?.slice(0, shownIdLength) ?? null;
}
