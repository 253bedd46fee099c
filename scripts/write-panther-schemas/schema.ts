import type { Listing } from "../../src/datasets/listing.ts";
import { rowsOf } from "../../test/datasets/records.ts";
import { indicatorsOf } from "./indicators.ts";

/**
 * A schema of Panther for the records of a dataset, derived from what the dataset says of itself and from the recorded answers of
 * Kandji. A value that does not fit its type costs Panther the whole event, so whatever Kandji is seen to send in two types,
 * or not seen to send at all, is `json`, which takes anything.
 * https://docs.panther.com/data-onboarding/custom-log-types/reference
 */

export type Value =
  | { readonly type: "string"; readonly indicators?: readonly string[] }
  | { readonly type: "bigint" | "float" | "boolean" | "json" }
  | { readonly type: "timestamp"; readonly timeFormats: readonly string[]; readonly isEventTime?: true }
  | { readonly type: "array"; readonly element: Value }
  | { readonly type: "object"; readonly fields: readonly Field[] };

export type Field = Value & { readonly name: string; readonly required?: true; readonly description?: string };

export interface Schema {
  readonly schema: string;
  readonly description: string;
  readonly referenceURL: string;
  /** New keys of Kandji's become fields by themselves. */
  readonly fieldDiscoveryEnabled: true;
  readonly fields: readonly Field[];
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `Custom.Kandji.DeviceApps` */
export const nameOf = ({ name }: Pick<Listing, "name">): string =>
  `Custom.Kandji.${name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
export const time = { type: "timestamp", timeFormats: ["rfc3339"] } as const;

/** What a number of this name is of: it was a whole one by chance. */
const fractions = /score|percent/;

function valueOf(name: string, seen: readonly unknown[], isTop: boolean): Value {
  const values = seen.filter((value) => value !== null && value !== undefined);
  const are = (kind: string): boolean => values.length > 0 && values.every((value) => typeof value === kind);
  if (are("string")) return { type: "string", ...indicatorsOf(name) };
  if (are("boolean")) return { type: "boolean" };
  if (are("number")) return { type: values.every(Number.isSafeInteger) && !fractions.test(name) ? "bigint" : "float" };
  if (!isTop || values.length === 0) return { type: "json" };
  if (values.every(Array.isArray)) {
    const elements = values.flat();
    const areTexts = elements.length > 0 && elements.every((element) => typeof element === "string");
    return { type: "array", element: { type: areTexts ? "string" : "json" } };
  }
  return values.every(isObject) ? objectOf(values) : { type: "json" };
}

/** An object is spelled out for its indicators alone: as `json` it keeps the keys that nobody foresaw. */
function objectOf(objects: readonly Json[]): Value {
  const fields = fieldsOf(objects, false);
  return fields.some((field) => field.type === "string" && field.indicators !== undefined)
    ? { type: "object", fields }
    : { type: "json" };
}

/** Every key of the objects, in the order in which they come. */
function fieldsOf(objects: readonly Json[], isTop: boolean): Field[] {
  const names = new Set(objects.flatMap((object) => Object.keys(object)));
  return [...names].map((name) => ({
    name,
    ...valueOf(
      name,
      objects.map((object) => object[name]),
      isTop,
    ),
  }));
}

/** What the format adds: src/formats/panther.ts. */
export const added: readonly Field[] = [
  { name: "received_at", description: "When the forwarder read it from Kandji", ...time },
  { name: "tenant_id", description: "The forwarder's name of the tenant", type: "string", indicators: ["trace_id"] },
];

/** What the forwarder noticed of a row: src/collection/listing/row.ts. */
function noted({ sends, scope, ways }: Listing): Field[] {
  // Rows that never change are sent as they are.
  if (sends === "once") return [];
  const perDevice = [scope, ...ways.map((way) => way.scope)].includes("device");
  const device: Field = {
    name: "device",
    description: "The device that the row is of, where the row does not say",
    type: "object",
    fields: [
      { name: "id", type: "string", indicators: ["trace_id"] },
      { name: "name", type: "string" },
      { name: "serialNumber", type: "string", indicators: ["serial_number"] },
    ],
  };
  const note: Field = {
    name: "_forwarder",
    required: true,
    description: "What became of the row since it was last seen",
    type: "object",
    fields: [
      { name: "change", description: "snapshot, created, updated or deleted", type: "string" },
      { name: "changed", description: "The fields that changed", type: "array", element: { type: "string" } },
      { name: "seenAt", description: "When it was seen", ...time, isEventTime: true },
      ...(perDevice ? [device] : []),
    ],
  };
  return [note];
}

export function schemaOf(dataset: Listing): Schema {
  const rows = rowsOf(dataset).map(({ row }) => row.value as Json);
  const fields = fieldsOf(rows, true).map((field): Field => {
    const values = rows.map((row) => row[field.name]);
    const why = dataset.sensitive[field.name];
    // Its own time says when something happened, but for a row of state, which is as it is when it is seen. Kandji's other times
    // are an empty text now and then, and stay texts.
    const isOwnTime =
      dataset.times.includes(field.name) && values.every((value) => typeof value === "string" && rfc3339.test(value));
    const isEventTime = isOwnTime && dataset.kind === "append-only";
    const { name, ...value } = field;
    return {
      name,
      // A notice of what is gone has its identity, without what is null in it.
      ...(dataset.identity.includes(name) && values.every((one) => (one ?? "") !== "") ? { required: true } : {}),
      ...(why === undefined ? {} : { description: `Cut out unless the tenant's secret names it: it ${why}` }),
      ...(isOwnTime ? { ...time, ...(isEventTime ? { isEventTime } : {}) } : value),
    };
  });
  return {
    schema: nameOf(dataset),
    description: dataset.holds,
    referenceURL: dataset.source.href,
    fieldDiscoveryEnabled: true,
    fields: [...fields, ...noted(dataset), ...added],
  };
}
