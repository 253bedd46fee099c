import * as z from "zod";
import { Secret } from "../secret.ts";
import { judgeStatus, type Meanings } from "./answers.ts";
import { type BatchRequest, defineDestination, type Frame, type OutgoingRequest } from "./destination.ts";
import { jsonArray, jsonLines } from "./frames.ts";
import { checkedText, type Complaint, extraHeaders, transportHeaders, webAddress } from "./settings.ts";

/** Any HTTP endpoint: lines or an array of the records as Kandji sent them, signed as Standard Webhooks say when asked to. */

// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
const source = new URL("https://www.standardwebhooks.com/");
const secretPrefix = "whsec_";
const secretBytes = { atLeast: 24, atMost: 64 };

// The largest request that every intake we know takes: Panther, New Relic, Sentinel and Cloudflare Pipelines stop at 1 MB.
const limits = { records: 1000, bytes: 900_000 };

// Set by the forwarder.
const reservedHeaders: ReadonlySet<string> = new Set([
  "x-kandji-tenant",
  "x-kandji-dataset",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  ...transportHeaders,
]);

const settings = z.strictObject({
  url: webAddress.meta({
    description: "Address that the records are posted to",
    format: "uri",
    examples: ["https://logs.example.com/kandji"],
  }),
  encoding: z
    .enum(["ndjson", "json-array"])
    .default("ndjson")
    .meta({ description: "One record per line, or one JSON array of records", examples: ["ndjson", "json-array"] }),
  gzip: z
    .boolean()
    .default(false)
    .meta({ description: "Compresses the body; a signature is made over the compressed bytes", examples: [true] }),
  headers: extraHeaders(reservedHeaders)
    .default({})
    .meta({ description: "Headers to send with every request", examples: [{ Authorization: "Bearer …" }] }),
  signingSecret: checkedText(checkSigningSecret)
    .transform((value) => new Secret(value))
    .optional()
    .meta({
      description: "Signs every request as Standard Webhooks say: whsec_ and 24 to 64 random bytes as base64",
      pattern: "^whsec_[A-Za-z0-9+/]+={0,2}$",
      examples: ["whsec_…"],
    }),
});
type Settings = z.infer<typeof settings>;

function checkSigningSecret(value: string): Complaint | undefined {
  const generate = `Write ${secretPrefix} and then what "openssl rand -base64 32" prints`;
  if (!value.startsWith(secretPrefix)) return { what: `does not begin with ${secretPrefix}`, fix: generate };
  const encoded = value.slice(secretPrefix.length);
  if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/u.test(encoded)) {
    return { what: `is not base64 after ${secretPrefix}`, fix: generate };
  }
  const bytes = atob(encoded).length;
  if (bytes >= secretBytes.atLeast && bytes <= secretBytes.atMost) return undefined;
  return { what: `is not ${secretBytes.atLeast} to ${secretBytes.atMost} bytes long`, fix: generate };
}

const frames: Readonly<Record<Settings["encoding"], Frame>> = {
  ndjson: jsonLines,
  "json-array": jsonArray,
};

const contentTypes: Readonly<Record<Settings["encoding"], string>> = {
  ndjson: "application/x-ndjson",
  "json-array": "application/json",
};

function request(batch: BatchRequest, chosen: Settings): OutgoingRequest {
  const isTypeGiven = Object.keys(chosen.headers).some((name) => name.toLowerCase() === "content-type");
  return {
    url: chosen.url.href,
    headers: {
      ...(isTypeGiven ? {} : { "Content-Type": contentTypes[chosen.encoding] }),
      ...chosen.headers,
      "X-Kandji-Tenant": batch.tenant,
      "X-Kandji-Dataset": batch.dataset,
      "webhook-id": batch.id,
    },
    gzip: chosen.gzip,
    ...(chosen.signingSecret === undefined
      ? {}
      : { signature: { kind: "standard-webhooks", secret: chosen.signingSecret } as const }),
  };
}

const checkAddress = 'Check "url", and that the receiver takes POST requests there';
const checkCredentials = 'Check the credentials in "headers" and "signingSecret"';

const meanings: Meanings = {
  who: "The webhook",
  refused: new Set([400, 422]),
  lockedOut: new Map([
    [401, { means: "it does not know who we are", fix: checkCredentials }],
    [403, { means: "it does not let us in", fix: checkCredentials }],
    [404, { means: "there is nothing at this address", fix: checkAddress }],
    [410, { means: "the endpoint was shut for good", fix: 'Put the new address in "url", or delete this destination' }],
  ]),
  otherwise: checkAddress,
};

export const webhook = defineDestination<Settings>({
  type: "webhook",
  title: "Webhook",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: {},
  encodingVersion: 1,
  url: (chosen) => chosen.url,
  frame: (_batch, chosen) => frames[chosen.encoding],
  encode: (record) => record.text,
  request,
  judge: (answer) => judgeStatus(answer.status, meanings),
});
