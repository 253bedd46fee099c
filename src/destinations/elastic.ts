import * as z from "zod";
import { fieldOf } from "../json.ts";
import { Secret } from "../secret.ts";
import { addPath, baseAddress } from "./base-address.ts";
import { judgeBulk } from "./bulk-answer.ts";
import { type BatchContext, defineDestination, type OutgoingRequest } from "./destination.ts";
import { jsonLines } from "./frames.ts";
import type { OutgoingRecord } from "./record.ts";
import { checkedText, type Complaint, credential, issueOf } from "./settings.ts";
import { vendorShapes } from "./shapes.ts";

/** Elasticsearch: documents for data streams, in the shape that Elastic's own package for Iru reads where it has one. */

const source = new URL("https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk");
const path = "/_bulk";

// https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/networking-settings: `http.max_content_length`
// is 100 MB. Elastic's exporter in the OpenTelemetry Collector sends 5 MB at a time. Documents are not counted; of 1,000
// of them the answer, which tells of each, stays far below the megabyte that is read of it.
const limits = { records: 1000, bytes: 5_000_000 };

// https://www.elastic.co/docs/reference/ecs/ecs-data_stream, and the rules of index names that it refers to.
const namespace = checkedText((value) =>
  /^[^\\/*?"<>|\s,#:-]+$/u.test(value) && value === value.toLowerCase() && Buffer.byteLength(value) <= 100
    ? undefined
    : {
        what: "is not a namespace",
        fix: String.raw`Use at most 100 bytes in lower case, without - , # : \ / * ? " < > | and blanks`,
      },
);

function checkApiKey(value: string): Complaint | undefined {
  if (/^apikey\s/iu.test(value))
    return { what: "begins with the word ApiKey", fix: "Leave that word out, the forwarder adds it" };
  if (!value.includes(":")) return undefined;
  return { what: "has a colon, which no encoded key has", fix: 'Put the value that Elastic shows as "encoded"' };
}

// RFC 7617 §2: a user name has no colon, neither has control characters.
const username = checkedText((value) =>
  /^[^\p{Cc}:]+$/u.test(value)
    ? undefined
    : { what: "is empty, or has a colon or a line break", fix: "Write the name of the user" },
);
const password = checkedText((value) =>
  /^\P{Cc}+$/u.test(value)
    ? undefined
    : { what: "is empty, or has a line break", fix: "Copy it again, with nothing before and after it" },
);

const settings = z
  .strictObject({
    url: baseAddress(/\/_bulk$/u, path).meta({
      description: `Address of Elasticsearch (not of Kibana), without ${path}`,
      format: "uri",
      examples: ["https://acme.es.eu-west-1.aws.elastic.cloud"],
    }),
    apiKey: checkedText(checkApiKey)
      .pipe(credential)
      .optional()
      .meta({ description: 'API key, as Elastic shows it under "encoded"', examples: ["…"] }),
    username: username
      .optional()
      .meta({ description: "User, in place of an API key, with password", examples: ["kandji-forwarder"] }),
    password: password
      .transform((value) => new Secret(value))
      .optional()
      .meta({ description: "Password of that user", examples: ["…"] }),
    namespace: namespace
      .default("default")
      .meta({ description: "Last part of the names of the data streams", examples: ["default", "production"] }),
  })
  .superRefine((chosen, context) => {
    for (const [key, complaint] of checkWay(chosen)) context.addIssue(issueOf(complaint, [key]));
  })
  .meta({ oneOf: [{ required: ["apiKey"] }, { required: ["username", "password"] }] });
type Settings = z.infer<typeof settings>;

type Way = Partial<Pick<Settings, "apiKey" | "username" | "password">>;

/** There is exactly one way in: two would leave open which one counts. */
function checkWay({ apiKey, username: user, password: word }: Way): [keyof Way, Complaint][] {
  if (apiKey === undefined && user === undefined && word === undefined)
    return [["apiKey", { what: "is missing", fix: 'Add an API key, or "username" and "password"' }]];
  if (apiKey !== undefined) {
    const besides = { what: 'cannot stand beside "apiKey"', fix: 'Remove it, or remove "apiKey"' };
    const given: [keyof Way, unknown][] = [
      ["username", user],
      ["password", word],
    ];
    return given.flatMap(([key, value]) => (value === undefined ? [] : [[key, besides]]));
  }
  if (user === undefined) return [["username", { what: "is missing", fix: 'Add the user whose "password" this is' }]];
  return word === undefined ? [["password", { what: "is missing", fix: 'Add the password of "username"' }]] : [];
}

// Data streams of the package `iru`, version 0.1.0, which read the text of a record out of `message`:
// https://github.com/elastic/integrations/tree/main/packages/iru/data_stream
const ofPackage: ReadonlyMap<string, string> = new Map([
  ["audit-events", "iru.audit"],
  ["devices", "iru.device"],
]);

/** The middle part of a data stream's name, which has no hyphen. */
function streamOf({ dataset, test }: BatchContext, isRaw: boolean): string {
  if (test === true) return "kandji.verification";
  const known = isRaw ? ofPackage.get(dataset) : undefined;
  return known ?? `kandji.${dataset.replaceAll("-", "_")}`;
}

/**
 * An action and its document. Data streams take only `create`, and answer 409 to an id that they have. The package puts
 * another id in its place for events, made from the event's own, and so repeats of these are told, too.
 */
function encode(record: OutgoingRecord, batch: BatchContext, chosen: Settings): string {
  const dataset = streamOf(batch, record.format === "raw");
  const dataStream = { type: "logs", dataset, namespace: chosen.namespace };
  // Tenants share data streams, and the ids of one need not be unknown to another.
  const action = { create: { _index: `logs-${dataset}-${chosen.namespace}`, _id: record.idOfTenant } };
  return `${JSON.stringify(action)}\n${documentOf(record, batch, dataStream)}`;
}

function documentOf(record: OutgoingRecord, batch: BatchContext, dataStream: object): string {
  const time = { "@timestamp": new Date(record.time?.milliseconds ?? batch.collectedAt).toISOString() };
  if (record.format !== "raw") {
    // A document of ECS has its time; to any other one it is added. The rest of the text stays as the format made it.
    const added = { ...(record.format === "ecs" ? {} : time), data_stream: dataStream };
    return `${JSON.stringify(added).slice(0, -1)},${record.text.slice(1)}`;
  }
  return JSON.stringify({
    ...time,
    message: record.text,
    data_stream: dataStream,
    organization: { id: batch.tenant },
    ...userOf(record),
    // Without the first tag Fleet's final pipeline takes the text of the record out of the document:
    // https://github.com/elastic/integrations/issues/9425
    tags: ["preserve_original_event", "forwarded"],
  });
}

/**
 * Who acted, where the operator wants it added (`enrich`). The package reads the name from a key `admin` inside of the record,
 * which is not ours to write; it leaves what stands beside `message`, and adds the id.
 */
function userOf(record: OutgoingRecord): { readonly user?: object } {
  const actor = fieldOf(record.value, "_actor");
  const [email, name, role] = ["email", "name", "role"].map((field) => textOf(fieldOf(actor, field)));
  const user = {
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { roles: [role] }),
  };
  return Object.keys(user).length === 0 ? {} : { user };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function request(chosen: Settings): OutgoingRequest {
  const url = addPath(chosen.url, path);
  // Only what is judged: whole answers are ten times as long.
  url.searchParams.set("filter_path", "errors,items.*.status,items.*.error.type,items.*.error.reason");
  return {
    url: url.href,
    headers: {
      Authorization: authorizationOf(chosen),
      "Content-Type": "application/x-ndjson",
    },
    gzip: true,
  };
}

function authorizationOf({ apiKey, username: user = "", password: word }: Settings): string {
  if (apiKey !== undefined) return `ApiKey ${apiKey.reveal()}`;
  return `Basic ${Buffer.from(`${user}:${word?.reveal() ?? ""}`).toString("base64")}`;
}

export const elastic = defineDestination<Settings>({
  type: "elastic",
  title: "Elastic",
  source,
  settings,
  limits,
  prefers: "ecs",
  prefersFor: new Map([...ofPackage.keys()].map((dataset) => [dataset, "raw"])),
  refuses: vendorShapes,
  encodingVersion: 1,
  url: (chosen) => addPath(chosen.url, path),
  frame: () => jsonLines,
  encode,
  request: (_batch, chosen) => request(chosen),
  judge: judgeBulk,
});
