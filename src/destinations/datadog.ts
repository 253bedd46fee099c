import * as z from "zod";
import { version } from "../version.ts";
import type { Meanings } from "./answers.ts";
import { type BatchContext, defineDestination, type OutgoingRequest } from "./destination.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import { judgeReceipt } from "./receipts.ts";
import { renameTopLevelKey } from "./rename-key.ts";
import { credential, issueOf, webAddress } from "./settings.ts";

/** Datadog Logs, in the shape that Datadog's own Kandji pipeline and dashboards expect. */

const source = new URL("https://docs.datadoghq.com/api/latest/logs/#send-logs");
const path = "/api/v2/logs";

// The page's list of intakes; it grows, and `url` serves a site that is missing here.
const sites = [
  "datadoghq.com",
  "us3.datadoghq.com",
  "us5.datadoghq.com",
  "datadoghq.eu",
  "ap1.datadoghq.com",
  "ap2.datadoghq.com",
  "uk1.datadoghq.com",
  "ddog-gov.com",
  "us2.ddog-gov.com",
] as const;

// Same page: "Maximum content size per payload (uncompressed): 5MB … maximum array size if sending multiple logs: 1000
// entries … Maximum size for a single log: 1MB" (a longer one is truncated and answered 202), "you can send logs with a timestamp up to 18h in the past". What is older is answered 202 and dropped.
const limits = { records: 1000, bytes: 5_000_000, recordBytes: 1_000_000, maxAgeMs: 18 * 3_600_000 };

const settings = z
  .strictObject({
    apiKey: credential.meta({
      description: "API key of the Datadog organisation (not an application key)",
      examples: ["…"],
    }),
    site: z
      .enum(sites)
      .optional()
      .meta({
        description: "Datadog site of the organisation, as in the address of its pages",
        examples: ["datadoghq.com", "datadoghq.eu"],
      }),
    url: webAddress.optional().meta({
      description: `Base URL of the intake, without ${path}; replaces what "site" leads to`,
      format: "uri",
      examples: ["https://http-intake.logs.datadoghq.eu"],
    }),
  })
  .superRefine((chosen, context) => {
    if (chosen.site === undefined && chosen.url === undefined) {
      context.addIssue(
        issueOf({ what: "is missing", fix: 'Add the site of your organisation, such as "site": "datadoghq.eu"' }, [
          "site",
        ]),
      );
    }
    if (chosen.url instanceof URL && chosen.url.pathname.replace(/\/+$/u, "").endsWith(path)) {
      context.addIssue(
        issueOf({ what: "is not a base URL", fix: `Leave out ${path}, the forwarder adds it` }, ["url"]),
      );
    }
  })
  .meta({ anyOf: [{ required: ["site"] }, { required: ["url"] }] });
type Settings = z.infer<typeof settings>;

function url(chosen: Settings): URL {
  if (chosen.url === undefined && chosen.site === undefined)
    throw new Error('Cannot address Datadog without "site" or "url"');
  const base = new URL(chosen.url?.href ?? `https://http-intake.logs.${chosen.site}`);
  base.pathname = base.pathname.replace(/\/+$/u, "") + path;
  return base;
}

// Datadog's pipeline `source:kandji` knows the services `audit` and `detection` and no other:
// https://github.com/DataDog/integrations-core/blob/master/kandji/assets/logs/kandji.yaml
const services: ReadonlyMap<string, string> = new Map([["audit-events", "audit"]]);

/** A name for what is shown on no dashboard: a record of a verification counts nowhere. */
const testTags = { ddsource: "kandji-forwarder", service: "verification" };

function encode(record: OutgoingRecord, batch: BatchContext): string {
  const ddtags = `tenant:${batch.tenant},dataset:${batch.dataset},forwarder:kandji-forwarder`;
  if (batch.test === true) return JSON.stringify({ ...testTags, ddtags, message: record.raw });
  const ddsource = "kandji";
  const service = services.get(batch.dataset) ?? batch.dataset;
  if (record.restampedAt === undefined) return JSON.stringify({ ddsource, service, ddtags, message: record.raw });
  // The pipeline takes `occurred_at` for the date of the log, whatever `timestamp` says, and would drop the record again.
  const message = renameTopLevelKey(record.raw, "occurred_at", "original_occurred_at");
  return JSON.stringify({ ddsource, service: `${service}-history`, ddtags, timestamp: record.restampedAt, message });
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      "Content-Type": "application/json",
      "DD-API-KEY": chosen.apiKey.reveal(),
      "DD-EVP-ORIGIN": "kandji-forwarder",
      "DD-EVP-ORIGIN-VERSION": version,
      "User-Agent": `kandji-forwarder/${version}`,
    },
    gzip: false,
  };
}

const checkAddress = `Check "site", and "url" if it is set: it is the base URL of the intake, without ${path}`;

const meanings: Meanings = {
  who: "Datadog",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "the API key is missing or unknown", fix: 'Put a valid API key of your organisation in "apiKey"' }],
    [
      403,
      {
        means: "the API key is wrong, or belongs to another site",
        fix: 'Check that "apiKey" is an API key, not an application key, and that "site" is the site of its organisation',
      },
    ],
    [404, { means: "there is no intake at this address", fix: checkAddress }],
    [405, { means: "it takes no POST requests at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

export const datadog = defineDestination<Settings>({
  type: "datadog",
  title: "Datadog",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 1,
  url,
  frame: () => ({ open: "[", separator: ",", close: "]" }),
  encode,
  request: (_batch, chosen) => request(chosen),
  judge: (answer) => judgeReceipt(answer, meanings),
});
