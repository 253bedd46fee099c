/**
 * The part of ECS that the forwarder speaks, written down from Elastic's pages: the field sets
 * (https://www.elastic.co/docs/reference/ecs/ecs-field-reference), the allowed values of the categories and the types that each
 * category expects (https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category).
 */

type Json = Readonly<Record<string, unknown>>;

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isNumber = (value: unknown): boolean => typeof value === "number";
const isLong = (value: unknown): boolean => Number.isSafeInteger(value);
const isDate = (value: unknown): boolean =>
  typeof value === "string" &&
  /^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/u.test(value.replace(/^[+-]\d\d/u, ""));
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText);
const within =
  (words: readonly string[]) =>
  (value: unknown): boolean =>
    words.includes(String(value));

const process = {
  name: isText,
  pid: isLong,
  command_line: isText,
  executable: isText,
  "hash.sha256": isText,
  "user.name": isText,
};
const user = { id: isText, name: isText, full_name: isText, email: isText, roles: isTexts };

const under = (
  prefix: string,
  fields: Readonly<Record<string, (value: unknown) => boolean>>,
): Readonly<Record<string, (value: unknown) => boolean>> =>
  Object.fromEntries(Object.entries(fields).map(([name, test]) => [`${prefix}.${name}`, test]));

/** Every field that is written, and what it must be. */
const fields: Readonly<Record<string, (value: unknown) => boolean>> = {
  "@timestamp": isDate,
  "ecs.version": within(["9.5.0"]),
  ...under("event", {
    id: isText,
    kind: within(["alert", "asset", "enrichment", "event", "metric", "signal", "state", "pipeline_error"]),
    category: isTexts,
    type: isTexts,
    action: isText,
    outcome: within(["failure", "success", "unknown"]),
    module: isText,
    dataset: isText,
    start: isDate,
    end: isDate,
    original: (value) => typeof value === "string",
  }),
  "observer.vendor": within(["Iru"]),
  "observer.product": within(["Iru Endpoint"]),
  "organization.id": isText,
  ...under("related", { hosts: isTexts, user: isTexts, hash: isTexts }),
  ...under("host", {
    id: isText,
    name: isText,
    hostname: isText,
    "os.name": isText,
    "os.version": isText,
    "os.platform": isText,
    "os.type": within(["linux", "macos", "unix", "windows", "ios", "android"]),
  }),
  ...under("device", { id: isText, serial_number: isText, "model.name": isText, "model.identifier": isText }),
  ...under("user", user),
  ...under("user.target", user),
  ...under("file", { path: isText, name: isText, "hash.sha256": isText }),
  ...under("process", process),
  ...under("process.parent", process),
  ...under("rule", { id: isText, name: isText, category: isText, description: isText }),
  ...under("vulnerability", {
    id: isText,
    enumeration: within(["CVE"]),
    severity: isText,
    description: isText,
    reference: isText,
    classification: within(["CVSS"]),
    "score.base": isNumber,
    "scanner.vendor": isText,
  }),
  ...under("package", { name: isText, version: isText, path: isText, architecture: isText }),
  ...under("entity", { id: isText, name: isText, type: isTexts, source: within(["iru"]), last_seen_timestamp: isDate }),
};

/** What each category expects. */
const expectedTypes: Readonly<Record<string, readonly string[]>> = {
  configuration: ["access", "change", "creation", "deletion", "info"],
  file: ["access", "change", "creation", "deletion", "info"],
  host: ["access", "change", "end", "info", "start"],
  iam: ["admin", "change", "creation", "deletion", "group", "info", "user"],
  intrusion_detection: ["allowed", "denied", "info"],
  malware: ["info"],
  package: ["access", "change", "deletion", "info", "installation", "start"],
  process: ["access", "change", "end", "info", "start"],
  vulnerability: ["info"],
};

const allowedTypes = (
  "access admin allowed change connection creation deletion denied device end error group indicator info installation " +
  "protocol start user"
).split(" ");
const allowedCategories = (
  "api authentication configuration database driver email file host iam intrusion_detection library malware network " +
  "package process registry session threat vulnerability web"
).split(" ");

/** In these a document of Kandji's own may stand, in ECS but of any depth. */
const documents = ["file", "process", "host", "user", "vulnerability"];

/** Everything that is wrong with a document. `hoisted`: Kandji wrote parts of it. */
export function wrongInEcs(document: Json, { hoisted }: { readonly hoisted: boolean }): readonly string[] {
  const free = new Set(["iru", ...(hoisted ? documents : [])]);
  const wrong = Object.entries(document).flatMap(([key, value]) => {
    if (free.has(key)) return isObject(value) ? [] : [`${key}: is no object`];
    return wrongIn(key, value);
  });
  const required = ["@timestamp", "ecs", "event", "observer", "organization"];
  wrong.push(...required.filter((key) => document[key] === undefined).map((key) => `${key}: is missing`));
  return [...wrong, ...wrongCategories(document["event"] as Json, hoisted)];
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function wrongIn(path: string, value: unknown): string[] {
  if (!Object.hasOwn(fields, path) && isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return [`${path}: is empty`];
    return entries.flatMap(([key, inner]) => wrongIn(`${path}.${key}`, inner));
  }
  const test = Object.hasOwn(fields, path) ? fields[path] : undefined;
  if (test === undefined) return [`${path}: is unknown`];
  return test(value) ? [] : [`${path}: ${JSON.stringify(value)}`];
}

function wrongCategories(event: Json, hoisted: boolean): string[] {
  const categories = (event["category"] ?? []) as readonly string[];
  const types = (event["type"] ?? []) as readonly string[];
  const expected = new Set(categories.flatMap((category) => expectedTypes[category] ?? []));
  return [
    ...["id", "kind", "original", "dataset", "module"]
      .filter((key) => event[key] === undefined)
      .map((key) => `event.${key}: is missing`),
    ...categories
      .filter((category) => !allowedCategories.includes(category))
      .map((category) => `event.category: ${category}`),
    ...types.filter((type) => !allowedTypes.includes(type)).map((type) => `event.type: ${type}`),
    // Which types fit which categories is a recommendation, and Kandji's own documents are theirs.
    ...(hoisted
      ? []
      : types.filter((type) => !expected.has(type)).map((type) => `event.type: ${type} is not expected`)),
  ];
}
