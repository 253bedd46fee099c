import type { KandjiFeed } from "../datasets/dataset.ts";
import type { Check } from "./check.ts";

/** What records have and their API page has not. Names only: nobody reads a value here but a word of those that hold one of a few. */

/** Beyond it the rest is counted. */
const mostNamed = 20;

/** How an API writes a name. What looks otherwise may be anything, also somebody's. */
const isName = (text: string): boolean => /^[A-Za-z_][\w.-]{0,63}$/u.test(text);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Holds a sample of a dataset's records to what is documented. `mayName`: whether words of records may be told here. */
export function checkRecords(dataset: KandjiFeed, records: readonly unknown[], mayName: boolean): Check {
  const name = `Kandji: records of ${dataset.name}`;
  const lacking = records.filter(
    (record) => dataset.idOf(record) === undefined || dataset.timeOf(record) === undefined,
  );
  const found = [...new Set(records.flatMap((record) => driftIn(record, dataset, mayName)))];
  const drift = found.slice(0, mostNamed);
  if (found.length > mostNamed) drift.push(`${found.length - mostNamed} more`);
  const told = drift.length === 0 ? {} : { drift };
  const looked = `${records.length} ${records.length === 1 ? "record was" : "records were"} looked at`;
  if (lacking.length > 0) {
    return {
      name,
      ok: false,
      message: `${looked}, ${lacking.length} without an id or a time`,
      fix: "Report it to Kandji/Iru; such records are forwarded and counted all the same",
      ...told,
    };
  }
  const message =
    drift.length === 0
      ? `${looked}: as the API page has them`
      : `${looked}: forwarded as they are, with what the API page does not have: ${drift.join(", ")}`;
  return { name, ok: true, message, ...told };
}

function driftIn(record: unknown, { documented }: KandjiFeed, mayName: boolean): string[] {
  if (!isObject(record)) return ["a record that is no object"];
  const fields = Object.keys(record).filter((field) => !documented.fields.includes(field));
  const words = Object.entries(documented.words).flatMap(([field, known]) => {
    const word = record[field];
    return typeof word !== "string" || known.includes(word) ? [] : [`${field} ${shown(word, mayName)}`];
  });
  return [...fields.map((field) => `field ${shown(field, mayName)}`), ...words];
}

const shown = (text: string, mayName: boolean): string => (mayName && isName(text) ? `"${text}"` : "‹unknown›");
