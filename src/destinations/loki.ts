import * as z from "zod";
import { fieldOf } from "../json.ts";
import type { Meanings } from "./answers.ts";
import { addPath, baseAddress } from "./base-address.ts";
import {
  type Answer,
  type BatchContext,
  defineDestination,
  type OutgoingRequest,
  type Verdict,
} from "./destination.ts";
import { labels, streamLabels } from "./loki-labels.ts";
import { judgeReceipt } from "./receipts.ts";
import type { OutgoingRecord } from "./record.ts";
import { checkedText, credential, issueOf } from "./settings.ts";
import { vendorShapes } from "./shapes.ts";

/** Grafana Loki, its own or the one of Grafana Cloud: the push API in JSON. */

const source = new URL("https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs");
const path = "/loki/api/v1/push";

const minute = 60_000;

// https://grafana.com/docs/loki/latest/configure/#limits_config: `max_line_size` 256KB, `reject_old_samples_max_age` 1w,
// `creation_grace_period` 10m. An encoded record is longer than its line, so its line is never too long. Loki takes bodies of
// 100 MB, but only 4 MB a second of a tenant and 3 MB of a stream: a megabyte leaves room for the others who send to it.
const limits = {
  records: 1000,
  bytes: 1_000_000,
  recordBytes: 256 * 1024,
  maxAgeMs: 7 * 24 * 60 * minute,
  maxAheadMs: 10 * minute,
};

// https://grafana.com/docs/loki/latest/operations/multi-tenancy: what a tenant ID may be.
const orgId = checkedText((value) =>
  /^(?!\.{1,2}$)[\w!.*'()-]{1,150}$/u.test(value)
    ? undefined
    : { what: "is not the ID of a tenant of Loki", fix: "Use letters, digits and !-_.*'() only" },
);

const username = checkedText((value) =>
  /^[\x21-\x39\x3b-\x7e]+$/u.test(value)
    ? undefined
    : { what: "is not a user name", fix: "Copy it again: printable ASCII, without a colon and blanks" },
);

const settings = z
  .strictObject({
    url: baseAddress(/\/loki\/api(?:\/.*)?$/u, path).meta({
      description: `Base URL of Loki, without ${path}`,
      format: "uri",
      examples: ["https://logs-prod-012.grafana.net"],
    }),
    username: username.optional().meta({ description: "User: in Grafana Cloud a number", examples: ["123456"] }),
    password: credential.optional().meta({
      description: "Password: in Grafana Cloud a token of an access policy with logs:write",
      examples: ["glc_…"],
    }),
    token: credential.optional().meta({ description: "Bearer token, instead of user and password", examples: ["…"] }),
    tenantId: orgId.optional().meta({ description: "X-Scope-OrgID of a Loki with tenants", examples: ["acme"] }),
    labels: labels.optional().meta({ description: "Further labels of every stream", examples: [{ env: "prod" }] }),
  })
  .superRefine((chosen, context) => {
    const says = (key: string, what: string, fix: string) => context.addIssue(issueOf({ what, fix }, [key]));
    if (chosen.token !== undefined && chosen.username !== undefined)
      says("token", "stands beside a user name", 'Keep "token", or "username" and "password"');
    if (chosen.username !== undefined && chosen.password === undefined)
      says("password", "is missing", 'Add the password, or leave out "username"');
    if (chosen.username === undefined && chosen.password !== undefined)
      says("username", "is missing", 'Add the user name, or put the password in "token" if it is a bearer token');
  });
type Settings = z.infer<typeof settings>;

/** A value of structured metadata that is longer names nothing; the line has it all the same. */
const maxMetadataLength = 1000;

const namedKeys = ["action", "actor_id", "actor_type", "target_id", "target_type", "device_id", "device_name"] as const;

/** A record is a stream of one line: streams with the same labels are one to Loki, and the labels tell the hour of an old one. */
function encode(record: OutgoingRecord, batch: BatchContext, chosen: Settings): string {
  const at = record.restampedAt ?? record.time?.milliseconds ?? batch.collectedAt;
  const rest = record.restampedAt === undefined ? (record.time?.nanoseconds ?? 0) : 0;
  const nanoseconds = String(BigInt(at) * 1_000_000n + BigInt(rest));
  const stream = streamLabels({ ...batch, at, isRestamped: record.restampedAt !== undefined }, chosen.labels);
  return JSON.stringify({ stream, values: [[nanoseconds, record.text, metadataOf(record)]] });
}

/** Loki takes texts only. Without a level it looks for one in the line, and finds words of Kandji's. */
function metadataOf({ id, value, time, restampedAt }: OutgoingRecord): Readonly<Record<string, string | undefined>> {
  return {
    level: "info",
    event_id: id,
    ...Object.fromEntries(namedKeys.map((key) => [key, nameIn(value, key)])),
    change: nameIn(fieldOf(value, "_forwarder"), "change"),
    ...(restampedAt === undefined || time === undefined ? {} : { original_time: time.text }),
  };
}

function nameIn(value: unknown, key: string): string | undefined {
  const name = fieldOf(value, key);
  return typeof name === "string" && name !== "" && name.length <= maxMetadataLength ? name : undefined;
}

function authorizationOf({ username: user, password, token }: Settings): Readonly<Record<string, string>> {
  if (token !== undefined) return { Authorization: `Bearer ${token.reveal()}` };
  if (user === undefined || password === undefined) return {};
  return { Authorization: `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString("base64")}` };
}

const url = (chosen: Settings): URL => addPath(chosen.url, path);

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      ...authorizationOf(chosen),
      "Content-Type": "application/json",
      ...(chosen.tenantId === undefined ? {} : { "X-Scope-OrgID": chosen.tenantId }),
    },
    gzip: true,
  };
}

const checkCredentials =
  'Check "username" and "password" (in Grafana Cloud the number of the instance, and a token of an access policy with logs:write), or "token", and "tenantId"';
const checkAddress = `Check "url": it is the base URL of Loki, without ${path}`;

const meanings: Meanings = {
  who: "Loki",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "it does not accept the credentials, or wants to be told a tenant", fix: checkCredentials }],
    [403, { means: "the credentials may not write logs", fix: checkCredentials }],
    [404, { means: "there is no push API at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

// `block_ingestion_status_code` of https://grafana.com/docs/loki/latest/configure/#limits_config.
const blocked = 260;

/** Loki promises a 204; a 200 comes from gateways in front of it. */
function judge(answer: Answer): Verdict {
  if (answer.status === blocked)
    return {
      kind: "locked-out",
      why: `Loki answered ${blocked}: its operator has blocked ingestion`,
      fix: "Ask whoever runs Loki to lift block_ingestion_until for this tenant",
    };
  return judgeReceipt(answer, meanings, [200, 204]);
}

export const loki = defineDestination<Settings>({
  type: "loki",
  title: "Grafana Loki",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 1,
  url,
  frame: () => ({ open: '{"streams":[', separator: ",", close: "]}" }),
  encode,
  request: (_batch, chosen) => request(chosen),
  judge,
});
