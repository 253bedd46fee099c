/**
 * The text of one audit event, as Kandji would send it. Written piece by piece instead of with `JSON.stringify`, because
 * the odd ones (digits beyond 2^53, strange spacing, strange key order) cannot come out of a parsed object.
 */
import { hex, integer, pick, uuid, type Random } from "./random.ts";

export interface RecordIdentity {
  readonly id: string;
  readonly occurredAt: string;
}

const PEOPLE = [
  "Dana Ruiz",
  "Noor Haddad",
  "Iris Vogel",
  "Sam Okafor",
  "Mei Tanaka",
  "Jonas Lind",
  "Ada Moreau",
] as const;
const PLACES = ["Engineering laptops", "Sales iPads", "Kiosk", "Executives", "Loaner pool", "Field team"] as const;
const APPS = ["Slack", "Zoom", "1Password", "Docker", "Figma", "Xcode", "Okta Verify"] as const;

interface Shape {
  readonly action: readonly [string, ...string[]];
  readonly actor: readonly [string, string] | undefined;
  readonly target: string;
  readonly component: string;
  state(random: Random): string;
  metadata(random: Random): string;
}

const noMetadata = (): string => "{}";

const item = (random: Random): string => `{"id":"${uuid(random)}","name":"${pick(random, APPS)}"}`;

const SHAPES: readonly [Shape, ...Shape[]] = [
  {
    action: ["update", "create", "delete"],
    actor: undefined,
    target: "blueprint",
    component: "library_items",
    state: (random) =>
      `{"name":"${pick(random, PLACES)}","type":"classic","library_items_added":[${item(random)}],"library_items_removed":[]}`,
    metadata: noMetadata,
  },
  {
    action: ["create", "update"],
    actor: undefined,
    target: "admin",
    component: "",
    state: (random) => {
      const [first = "", last = ""] = pick(random, PEOPLE).split(" ");
      const email = `${first}.${last}@northbay.example`.toLowerCase();
      return `{"email":"${email}","first_name":"${first}","last_name":"${last}","role":"admin","is_active":true}`;
    },
    metadata: noMetadata,
  },
  {
    action: ["update"],
    actor: ["kandji", "kandji"],
    target: "device",
    component: "enrollment",
    state: (random) =>
      `{"device":{"id":"${uuid(random)}","name":"NB-MBP-${integer(random, 900) + 100}"},` +
      `"blueprint":{"id":"${uuid(random)}","name":"${pick(random, PLACES)}"},"enrollment_type":"ade"}`,
    metadata: noMetadata,
  },
  {
    action: ["create", "update"],
    actor: undefined,
    target: "library_item",
    component: "",
    state: (random) => `{"name":"${pick(random, APPS)}","type":"vpp-app","active":true,"label":"${uuid(random)}"}`,
    metadata: noMetadata,
  },
  {
    action: ["detect"],
    actor: ["VULNERABILITY_MANAGEMENT", "kandji"],
    target: "vulnerability",
    component: "",
    state: (random) =>
      `{"vulnerability":{"id":"CVE-2026-${integer(random, 90000) + 10000}","severity":"High","score":{"base":7.${integer(random, 10)}}},` +
      `"host":{"name":"NB-MBP-${integer(random, 900) + 100}","os":{"name":"macOS"}},"file":{"name":"${pick(random, APPS)}.app"}}`,
    metadata: noMetadata,
  },
  {
    action: ["detect"],
    actor: ["EDR", "kandji"],
    target: "file_detection",
    component: "file",
    state: (random) => `{"file":{"name":"x.bin","hash":{"sha256":"${hex(random, 32)}"}},"event":{"kind":"alert"}}`,
    metadata: () => `{"classification":"Malware","threat_status":"Quarantined"}`,
  },
];

/** A usual event: 300 to 500 bytes, compact, keys in the documented order. */
export function usualRecord(random: Random, identity: RecordIdentity): string {
  const shape = pick(random, SHAPES);
  const [actorId, actorType] = shape.actor ?? [uuid(random), pick(random, ["user", "user", "api_token"])];
  // Joined at once: a string made by many additions stays a tree in memory, and there may be a million of them.
  return [
    `{"id":"${identity.id}","action":"${pick(random, shape.action)}","occurred_at":"${identity.occurredAt}",`,
    `"actor_id":"${actorId}","actor_type":"${actorType}","target_id":"${uuid(random)}","target_type":"${shape.target}",`,
    `"target_component":"${shape.component}","new_state":${shape.state(random)},"metadata":${shape.metadata(random)}}`,
  ].join("");
}

const ODD: readonly [
  (random: Random, identity: RecordIdentity) => string,
  ...((random: Random, identity: RecordIdentity) => string)[],
] = [
  // Digits that a double cannot hold, and zeros that a number printer would drop.
  (random, { id, occurredAt }) =>
    `{"id":"${id}","action":"detect","occurred_at":"${occurredAt}","actor_id":"EDR","actor_type":"kandji","target_id":"${uuid(random)}.16777230.` +
    `1152921500312${integer(random, 900000) + 100000}","target_type":"file_detection","new_state":{"file":{"inode":1152921504606846977,` +
    `"size":1.50,"ratio":1e400,"zero":-0.0}},"metadata":{"n":9007199254740993}}`,
  // Spacing that nobody would write by hand.
  (random, { id, occurredAt }) =>
    `{ "id" :"${id}" ,\t"action": "update",  "occurred_at" : "${occurredAt}", "actor_id":"${uuid(random)}","actor_type" :"user" , ` +
    `"target_id":null,"target_type":"tenant", "target_component": null ,"new_state": { } , "metadata" : null }`,
  // Nested objects first, identity last, and a key that looks like an index.
  (random, { id, occurredAt }) =>
    `{"new_state":{"10":"ten","2":"two","id":"${uuid(random)}","occurred_at":"1999-01-01T00:00:00.000000Z"},"metadata":{},` +
    `"target_type":"blueprint","actor_type":"user","actor_id":"${uuid(random)}","occurred_at":"${occurredAt}","action":"update","id":"${id}"}`,
  // Text outside ASCII, escaped and not, with characters that line based formats trip over.
  (random, { id, occurredAt }) =>
    `{"id":"${id}","action":"create","occurred_at":"${occurredAt}","actor_id":"${uuid(random)}","actor_type":"user","target_id":"${uuid(random)}",` +
    `"target_type":"user","new_state":{"name":"Zoë Łukasz 田中 🧑‍💻","note":"caf\\u00e9\\nline\\u2028next \\"quoted\\" \\/ \\ud83d\\ude00","sep":"a\u2028b"},"metadata":{}}`,
];

/** An event that is valid JSON and that careless handling would change. `which` walks through the kinds. */
export function oddRecord(random: Random, identity: RecordIdentity, which: number): string {
  return (ODD[which % ODD.length] ?? ODD[0])(random, identity);
}

/** An event without `id` (even `which`) or without `occurred_at` (odd `which`): the documented shape has drifted. */
export function bareRecord(random: Random, identity: RecordIdentity, which: number): string {
  const key = which % 2 === 0 ? `"occurred_at":"${identity.occurredAt}"` : `"id":"${identity.id}"`;
  return `{${key},"action":"update","actor_type":"user","target_id":"${uuid(random)}","target_type":"blueprint","new_state":{},"metadata":{}}`;
}
