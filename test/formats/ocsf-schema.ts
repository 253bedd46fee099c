/**
 * The part of OCSF 1.5.0 that the forwarder speaks, written down from the published schema
 * (https://schema.ocsf.io/1.5.0/classes/entity_management and so on; https://github.com/ocsf/ocsf-schema, tag 1.5.0). What does
 * not stand here is an error, though the schema may have it.
 */

type Primitive = "string" | "integer" | "float" | "timestamp" | "json";

interface Attribute {
  /** A primitive, or the name of an object. */
  readonly type: string;
  readonly list?: true;
  readonly required?: true;
  /** What a number means; its name stands in the attribute of `sibling`. */
  readonly values?: Readonly<Record<number, string>>;
  readonly sibling?: string;
}

interface Shape {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly atLeastOne?: readonly string[];
}

const text: Attribute = { type: "string" };
const texts: Attribute = { type: "string", list: true };
const needed: Attribute = { type: "string", required: true };
const time: Attribute = { type: "timestamp" };
const one = (type: string): Attribute => ({ type });
const must = (type: string): Attribute => ({ type, required: true });
const enumerated = (values: Readonly<Record<number, string>>, sibling: string, required?: true): Attribute => ({
  type: "integer",
  values: { 0: "Unknown", 99: "Other", ...values },
  sibling,
  ...(required === undefined ? {} : { required }),
});

/** https://schema.ocsf.io/1.5.0/objects/ */
const objects: Readonly<Record<string, Shape>> = {
  metadata: {
    attributes: {
      version: needed,
      product: must("product"),
      tenant_uid: text,
      uid: text,
      log_name: text,
      event_code: text,
      original_time: text,
      logged_time: time,
    },
  },
  product: {
    attributes: { name: text, vendor_name: text, version: text, uid: text, path: text },
    atLeastOne: ["name", "uid"],
  },
  device: {
    attributes: {
      uid: text,
      name: text,
      hostname: text,
      model: text,
      type: text,
      type_id: enumerated(
        { 1: "Server", 2: "Desktop", 3: "Laptop", 4: "Tablet", 5: "Mobile", 6: "Virtual", 7: "IOT", 8: "Browser" },
        "type",
        true,
      ),
      hw_info: one("device_hw_info"),
      os: one("os"),
      owner: one("user"),
    },
    atLeastOne: ["ip", "uid", "name", "hostname", "instance_uid", "interface_uid", "interface_name"],
  },
  device_hw_info: { attributes: { serial_number: text } },
  os: {
    attributes: {
      name: needed,
      type: text,
      type_id: enumerated(
        { 100: "Windows", 200: "Linux", 201: "Android", 300: "macOS", 301: "iOS", 302: "iPadOS" },
        "type",
        true,
      ),
      version: text,
      build: text,
    },
  },
  user: {
    attributes: {
      uid: text,
      name: text,
      email_addr: text,
      type: text,
      type_id: enumerated({ 1: "User", 2: "Admin", 3: "System", 4: "Service" }, "type"),
    },
    atLeastOne: ["account", "name", "uid"],
  },
  actor: {
    attributes: { user: one("user") },
    atLeastOne: ["process", "user", "invoked_by", "session", "app_name", "app_uid"],
  },
  managed_entity: {
    attributes: {
      uid: text,
      name: text,
      type: text,
      type_id: enumerated({ 1: "Device", 2: "User", 3: "Group", 4: "Organization", 5: "Policy", 6: "Email" }, "type"),
      device: one("device"),
      user: one("user"),
    },
    atLeastOne: ["name", "uid"],
  },
  finding_info: {
    attributes: {
      uid: needed,
      title: text,
      desc: text,
      src_url: text,
      first_seen_time: time,
      last_seen_time: time,
      analytic: one("analytic"),
    },
  },
  analytic: {
    attributes: {
      uid: text,
      type: text,
      type_id: enumerated({ 1: "Rule", 2: "Behavioral", 3: "Statistical" }, "type", true),
    },
    atLeastOne: ["name", "uid"],
  },
  compliance: {
    attributes: {
      control: text,
      category: text,
      status: text,
      status_code: text,
      status_id: enumerated({ 1: "Pass", 2: "Warning", 3: "Fail" }, "status"),
    },
  },
  vulnerability: {
    attributes: {
      cve: one("cve"),
      severity: text,
      first_seen_time: time,
      last_seen_time: time,
      affected_packages: { type: "affected_package", list: true },
      vendor_name: text,
    },
    atLeastOne: ["advisory", "cve", "cwe"],
  },
  cve: { attributes: { uid: needed, desc: text, created_time: time, modified_time: time, references: texts } },
  affected_package: { attributes: { name: needed, version: needed, uid: text, path: text } },
  malware: {
    attributes: {
      name: text,
      uid: text,
      classification_ids: {
        type: "integer",
        list: true,
        required: true,
        values: { 0: "Unknown", 1: "Adware", 10: "Ransomware", 17: "Spyware", 18: "Trojan", 99: "Other" },
        sibling: "classifications",
      },
      classifications: texts,
    },
    atLeastOne: ["name", "uid"],
  },
  evidences: {
    attributes: { file: one("file"), process: one("process") },
    atLeastOne: ["file", "process"],
  },
  file: {
    attributes: {
      name: needed,
      path: text,
      type_id: { type: "integer", required: true, values: { 0: "Unknown", 1: "Regular File", 99: "Other" } },
      hashes: { type: "fingerprint", list: true },
    },
  },
  fingerprint: {
    attributes: {
      algorithm: text,
      algorithm_id: { type: "integer", required: true, values: { 0: "Unknown", 3: "SHA-256" } },
      value: needed,
    },
  },
  process: {
    attributes: {
      pid: one("integer"),
      name: text,
      cmd_line: text,
      file: one("file"),
      user: one("user"),
      parent_process: one("process"),
    },
    atLeastOne: ["pid", "uid", "cpid"],
  },
};

const severity = { 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical", 6: "Fatal" };
const outcome = { 1: "Success", 2: "Failure" };
const life = { 1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved", 5: "Archived" };

interface Class extends Shape {
  readonly name: string;
}

const classOf = (
  name: string,
  activities: Readonly<Record<number, string>>,
  own: Readonly<Record<string, Attribute>>,
  status: Readonly<Record<number, string>> = outcome,
): Class => ({
  name,
  attributes: {
    time: must("timestamp"),
    class_uid: must("integer"),
    class_name: text,
    category_uid: must("integer"),
    type_uid: must("integer"),
    activity_id: enumerated(activities, "activity_name", true),
    activity_name: text,
    severity_id: enumerated(severity, "severity", true),
    severity: text,
    status_id: enumerated(status, "status"),
    status: text,
    status_code: text,
    message: text,
    metadata: must("metadata"),
    // Ours: the schema does not ask for it.
    raw_data: must("string"),
    unmapped: one("json"),
    ...own,
  },
});

const finding = (name: string, own: Readonly<Record<string, Attribute>>): Class =>
  classOf(
    name,
    { 1: "Create", 2: "Update", 3: "Close" },
    { finding_info: must("finding_info"), device: one("device"), ...own },
    life,
  );

const discovery = (name: string, own: Readonly<Record<string, Attribute>>): Class =>
  classOf(name, { 1: "Log", 2: "Collect" }, own);

/** https://schema.ocsf.io/1.5.0/classes/ */
const classes: Readonly<Record<number, Class>> = {
  0: classOf("Base Event", {}, {}),
  2002: finding("Vulnerability Finding", { vulnerabilities: { type: "vulnerability", list: true, required: true } }),
  2003: finding("Compliance Finding", { compliance: must("compliance") }),
  2004: finding("Detection Finding", { malware: one("malware"), evidences: { type: "evidences", list: true } }),
  3001: classOf(
    "Account Change",
    { 1: "Create", 2: "Enable", 3: "Password Change", 4: "Password Reset", 5: "Disable", 6: "Delete" },
    { user: must("user"), actor: one("actor") },
  ),
  3004: classOf(
    "Entity Management",
    { 1: "Create", 2: "Read", 3: "Update", 4: "Delete", 5: "Move", 6: "Enroll", 7: "Unenroll" },
    { entity: must("managed_entity"), actor: one("actor") },
  ),
  5001: discovery("Device Inventory Info", { device: must("device") }),
  5003: discovery("User Inventory Info", { user: must("user") }),
  5020: discovery("Software Inventory Info", { device: must("device"), product: one("product") }),
};

type Json = Readonly<Record<string, unknown>>;

const primitives: Readonly<Record<Primitive, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isSafeInteger(value),
  float: (value) => typeof value === "number",
  // Milliseconds since 1970.
  timestamp: (value) => Number.isSafeInteger(value),
  json: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Everything that is wrong with an event, each with its path. */
export function wrongInOcsf(event: Json): readonly string[] {
  const id = event["class_uid"];
  const schema = typeof id === "number" ? classes[id] : undefined;
  if (schema === undefined) return [`class_uid: ${JSON.stringify(id)} is unknown`];
  const wrong = wrongIn(event, schema, "");
  const expect = (path: string, wanted: unknown): void => {
    if (event[path] !== wanted) wrong.push(`${path}: ${String(event[path])} is not ${String(wanted)}`);
  };
  expect("class_name", schema.name);
  expect("category_uid", Math.floor(Number(id) / 1000));
  expect("type_uid", Number(id) * 100 + Number(event["activity_id"]));
  const metadata = event["metadata"] as Json | undefined;
  if (metadata?.["version"] !== "1.5.0") wrong.push("metadata.version: is not 1.5.0");
  for (const key of ["uid", "tenant_uid"]) if (metadata?.[key] === undefined) wrong.push(`metadata.${key}: is missing`);
  return wrong;
}

function wrongIn(value: Json, { attributes, atLeastOne }: Shape, path: string): string[] {
  const wrong = Object.keys(value).flatMap((key) => {
    const attribute = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    return attribute === undefined ? [`${path}${key}: is unknown`] : wrongAttribute(value, key, attribute, path);
  });
  for (const [key, { required }] of Object.entries(attributes)) {
    if (required === true && value[key] === undefined) wrong.push(`${path}${key}: is missing`);
  }
  if (atLeastOne !== undefined && atLeastOne.every((key) => value[key] === undefined)) {
    wrong.push(`${path}: has none of ${atLeastOne.join(", ")}`);
  }
  return wrong;
}

function wrongAttribute(owner: Json, key: string, attribute: Attribute, path: string): string[] {
  const value = owner[key];
  if (attribute.list !== true)
    return [...wrongValue(value, attribute, path + key), ...wrongName(owner, key, attribute, path)];
  if (!Array.isArray(value)) return [`${path}${key}: is no list`];
  if (value.length === 0) return [`${path}${key}: is empty`];
  return value.flatMap((item: unknown, index) => wrongValue(item, attribute, `${path}${key}[${index}]`));
}

function wrongValue(value: unknown, { type, values }: Attribute, path: string): string[] {
  if (Object.hasOwn(primitives, type)) {
    if (!primitives[type as Primitive](value)) return [`${path}: ${JSON.stringify(value)} is no ${type}`];
    return values === undefined || values[value as number] !== undefined
      ? []
      : [`${path}: ${String(value)} is no value`];
  }
  const shape = objects[type];
  if (shape === undefined) return [`${path}: no table for ${type}`];
  return primitives.json(value) ? wrongIn(value as Json, shape, `${path}.`) : [`${path}: is no ${type}`];
}

/** The name beside a number: its caption; for 99 the vendor's own word, which must not be missing. */
function wrongName(owner: Json, key: string, { values, sibling }: Attribute, path: string): string[] {
  if (values === undefined || sibling === undefined) return [];
  const [id, name] = [owner[key] as number, owner[sibling]];
  const isRight = id === 99 ? typeof name === "string" && name !== "" : name === undefined || name === values[id];
  return isRight ? [] : [`${path}${sibling}: ${JSON.stringify(name)} does not fit ${id}`];
}
