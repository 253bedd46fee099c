import * as z from "zod";
import type { Meanings } from "./answers.ts";
import { addPath, baseAddress } from "./base-address.ts";
import { type BatchContext, defineDestination, type OutgoingRequest } from "./destination.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import { judgeReceipt } from "./receipts.ts";
import { credential } from "./settings.ts";

/** New Relic's Log API, with the record as the text of `message`: New Relic makes attributes of it. */

const source = new URL("https://docs.newrelic.com/docs/logs/log-api/introduction-log-api/");
const path = "/log/v1";

// Same page, "HTTP endpoint".
const hosts = {
  us: "https://log-api.newrelic.com",
  eu: "https://log-api.eu.newrelic.com",
  fedramp: "https://gov-log-api.newrelic.com",
} as const;

// Same page: "Payload total size: 1MB(10^6 bytes) maximum per POST" (which does not say before or after compression, so
// before), "Payloads with timestamps older than 48 hours may be dropped": they are answered 202, too. It names no number of
// logs; 1,000 keep a refused batch quick to split.
const limits = { records: 1000, bytes: 1_000_000, maxAgeMs: 48 * 3_600_000 };

const settings = z.strictObject({
  licenseKey: credential.meta({
    description: "License key of the account (an ingest key, not a user key)",
    examples: ["…"],
  }),
  region: z
    .enum(["us", "eu", "fedramp"])
    .default("us")
    .meta({ description: "Data center of the account; keys of the EU begin with eu01", examples: ["us", "eu"] }),
  url: baseAddress(/\/log\/v1$/u, path)
    .optional()
    .meta({
      description: `Base URL of the Log API, without ${path}; replaces what "region" leads to`,
      format: "uri",
      examples: ["https://log-api.eu.newrelic.com"],
    }),
});
type Settings = z.infer<typeof settings>;

const url = (chosen: Settings): URL => addPath(chosen.url ?? new URL(hosts[chosen.region]), path);

/** `logtype` is New Relic's "primary field for identifying logs and matching parsing rules". */
const common = JSON.stringify({ attributes: { logtype: "kandji", forwarder: "kandji-forwarder" } });

/**
 * `message` is text because arrays are "unsupported" as values of attributes: of a text that is JSON, New Relic makes the
 * attributes itself, arrays as texts. `timestamp` takes milliseconds; the rest of the digits is in the record.
 */
function encode(record: OutgoingRecord, { tenant, dataset }: BatchContext): string {
  const timestamp = record.restampedAt ?? record.time?.milliseconds;
  return JSON.stringify({
    ...(timestamp === undefined ? {} : { timestamp }),
    message: record.text,
    // They stand beside those of the record, so ours have a prefix.
    attributes: {
      "forwarder.tenant": tenant,
      "forwarder.dataset": dataset,
      ...(record.restampedAt === undefined
        ? {}
        : { "forwarder.restamped": true, "forwarder.original_time": record.time?.text }),
    },
  });
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      "Api-Key": chosen.licenseKey.reveal(),
      "Content-Type": "application/json",
    },
    // "We highly recommend using compression."
    gzip: true,
  };
}

const checkKey =
  'Check that "licenseKey" is a license key, not a user key, and that "region" is the region of its account';
const checkAddress = `Check "region", and "url" if it is set: it is the base URL of the Log API, without ${path}`;

const meanings: Meanings = {
  who: "New Relic",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "the license key is missing or unknown", fix: checkKey }],
    [403, { means: "the license key is wrong, or belongs to another region", fix: checkKey }],
    [404, { means: "there is no intake at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

export const newRelic = defineDestination<Settings>({
  type: "new-relic",
  title: "New Relic",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 2,
  url,
  frame: () => ({ open: `[{"common":${common},"logs":[`, separator: ",", close: "]}]" }),
  encode,
  request: (_batch, chosen) => request(chosen),
  judge: (answer) => judgeReceipt(answer, meanings),
});
