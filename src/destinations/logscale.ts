import * as z from "zod";
import type { Meanings } from "./answers.ts";
import {
  type Answer,
  type BatchContext,
  defineDestination,
  type OutgoingRequest,
  type Verdict,
} from "./destination.ts";
import { jsonLines } from "./frames.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import { jsonOf } from "../json.ts";
import { judgeReceipt } from "./receipts.ts";
import { checkedText, credential, webAddress } from "./settings.ts";

/** CrowdStrike Falcon LogScale (once Humio) and Next-Gen SIEM: HEC objects, one after another, with a bearer token. */

const source = new URL("https://library.humio.com/logscale-api/log-shippers-hec.html");
// Same page: "The endpoints for HEC can be found at /api/v1/ingest/hec and /services/collector". A connector of Next-Gen
// SIEM has the second only.
const path = "/services/collector";
const knownPaths = /\/(?:services\/collector|ingest\/hec)$/u;

// https://library.humio.com/falcon-logscale-self-hosted/envar-max-ingest-request-size.html: 33,554,432 bytes "after
// decompressing", unless the cluster is set up otherwise. https://library.humio.com/falcon-logscale-cloud/limits.html: "Max
// event size … 1 MB" (1,000,000 bytes; a longer one is truncated and answered 200). No number of events is named; 1,000
// keep a refused batch quick to split.
const limits = { records: 1000, bytes: 32 * 1024 * 1024, recordBytes: 1_000_000 };

const settings = z.strictObject({
  url: webAddress.meta({
    description: `Address of LogScale, or the API URL of a connector of Next-Gen SIEM; ${path} is added unless it ends so`,
    format: "uri",
    examples: ["https://cloud.us.humio.com"],
  }),
  ingestToken: credential.meta({
    description: "Ingest token of the repository; the API key of a connector of Next-Gen SIEM",
    examples: ["…"],
  }),
  sourcetype: checkedText((value) =>
    /^[\w./:-]+$/u.test(value)
      ? undefined
      : { what: "is not the name of a parser", fix: 'Write it as LogScale shows it, such as "json"' },
  )
    .optional()
    .meta({ description: "Parser to use; the one that the token is bound to when left out", examples: ["json"] }),
});
type Settings = z.infer<typeof settings>;

function url(chosen: Settings): URL {
  const whole = new URL(chosen.url.href);
  const base = whole.pathname.replace(/\/+$/u, "");
  whole.pathname = knownPaths.test(base) ? base : base + path;
  return whole;
}

/**
 * `event` is a text and not an object, so that `@rawstring` holds the record to the character. `time` has milliseconds;
 * what is smaller goes into the field in which LogScale keeps it.
 */
function encode(record: OutgoingRecord, { tenant, dataset }: BatchContext, { sourcetype }: Settings): string {
  const time = record.time;
  return JSON.stringify({
    ...(time === undefined ? {} : { time: time.milliseconds / 1000 }),
    source: "kandji-forwarder",
    ...(sourcetype === undefined ? {} : { sourcetype }),
    // "@timestamp.nanos" as Vector sends it: https://github.com/vectordotdev/vector/blob/master/src/sinks/humio/logs.rs
    // Fields stand beside those that the parser finds in the record, so ours have a prefix.
    fields: {
      "forwarder.tenant": tenant,
      "forwarder.dataset": dataset,
      ...(time === undefined ? {} : { "@timestamp.nanos": time.nanoseconds }),
    },
    event: record.text,
  });
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      Authorization: `Bearer ${chosen.ingestToken.reveal()}`,
      "Content-Type": "application/json",
    },
    gzip: false,
  };
}

const checkToken =
  'Put an ingest token of the repository in "ingestToken" (not an API token of a user), or the API key of the connector, both of the cloud that "url" leads to';
const checkAddress = `Check "url": it is the address of LogScale, or the API URL that the connector shows`;

const meanings: Meanings = {
  who: "LogScale",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "the ingest token is missing or unknown", fix: checkToken }],
    [403, { means: "the ingest token may not write here", fix: checkToken }],
    [404, { means: "there is no intake at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

// https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector: no data, invalid data format,
// event field is required, event field cannot be blank, error in handling indexed fields.
const codesOfBadRecords: ReadonlySet<number> = new Set([5, 6, 12, 13, 15]);

/** HEC tells success in the body, too: `{"text":"Success","code":0}`. Where the body says nothing, the status counts. */
function judge(answer: Answer): Verdict {
  const verdict = judgeReceipt(answer, meanings);
  const code = verdict.kind === "accepted" ? codeIn(answer.body ?? "") : 0;
  if (code === 0) return verdict;
  const why = `LogScale answered ${answer.status} with code ${code}, which is not success`;
  return { kind: codesOfBadRecords.has(code) ? "refused" : "try-later", why };
}

function codeIn(body: string): number {
  const said = jsonOf(body);
  if (typeof said !== "object" || said === null || !("code" in said)) return 0;
  return typeof said.code === "number" ? said.code : Number.NaN;
}

export const logscale = defineDestination<Settings>({
  type: "logscale",
  title: "CrowdStrike Falcon LogScale",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 1,
  url,
  frame: () => jsonLines,
  encode,
  request: (_batch, chosen) => request(chosen),
  judge,
});
