import * as z from "zod";
import type { Meanings } from "./answers.ts";
import { addPath, baseAddress } from "./base-address.ts";
import { type BatchContext, defineDestination, type OutgoingRequest, shownDataset } from "./destination.ts";
import { jsonArray } from "./frames.ts";
import { judgeReceipt } from "./receipts.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import { checkedText, extraHeaders, issueOf, transportHeaders } from "./settings.ts";

/** Datable, its HTTP source: an array of log objects, each with the record as the text of `body`. */

const source = new URL("https://docs.datable.io/pipelines/sources/http.html");
const path = "/v1/json";

// The page names no limit: this is the largest request that every intake we know takes.
const limits = { records: 1000, bytes: 900_000 };

const reservedHeaders: ReadonlySet<string> = new Set(["content-type", "user-agent", ...transportHeaders]);

const host = checkedText((value) =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/iu.test(value)
    ? undefined
    : { what: "is not the name of a host", fix: "Write what stands before .dtbl.io in the address of your source" },
);

const settings = z
  .strictObject({
    host: host.optional().meta({ description: "Your host at Datable, without .dtbl.io", examples: ["acme"] }),
    url: baseAddress(/\/v1(?:\/json)?$/u, path)
      .optional()
      .meta({
        description: `Base URL of the source, without ${path}; replaces what "host" leads to`,
        format: "uri",
        examples: ["https://acme.dtbl.io:5201"],
      }),
    headers: extraHeaders(reservedHeaders)
      .default({})
      .meta({ description: "Headers to send with every request", examples: [{ Authorization: "Bearer …" }] }),
  })
  .superRefine((chosen, context) => {
    if (chosen.host !== undefined || chosen.url !== undefined) return;
    const fix = 'Add your host at Datable, such as "host": "acme" for https://acme.dtbl.io';
    context.addIssue(issueOf({ what: "is missing", fix }, ["host"]));
  })
  .meta({ anyOf: [{ required: ["host"] }, { required: ["url"] }] });
type Settings = z.infer<typeof settings>;

// 5201 is the port of the page. A Worker reaches it since compatibility date 2024-09-02; earlier ones went to 443 without a word:
// https://developers.cloudflare.com/workers/configuration/compatibility-flags/#allow-specifying-a-custom-port-when-making-a-subrequest-with-the-fetch-api
const url = (chosen: Settings): URL => addPath(chosen.url ?? new URL(`https://${chosen.host}.dtbl.io:5201`), path);

/** `body` and `timestamp` are what an object must have; every other key becomes an attribute. */
function encode(record: OutgoingRecord, batch: BatchContext): string {
  return JSON.stringify({
    timestamp: record.time?.text ?? new Date(batch.collectedAt).toISOString(),
    body: record.text,
    "service.name": "kandji",
    tenant: batch.tenant,
    dataset: shownDataset(batch),
    forwarder: "kandji-forwarder",
    id: record.id,
  });
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      "Content-Type": "application/json",
      ...chosen.headers,
    },
    gzip: false,
  };
}

const checkCredentials = 'Check "host", and "headers" if something in front of Datable asks for credentials';
const checkAddress = 'Check "host", and "url" if it is set: it is the base URL of the HTTP source with its port';

const meanings: Meanings = {
  who: "Datable",
  refused: new Set([400, 422]),
  lockedOut: new Map([
    [401, { means: "it does not know who we are", fix: checkCredentials }],
    [403, { means: "it does not let us in", fix: checkCredentials }],
    [404, { means: "there is no HTTP source at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

export const datable = defineDestination<Settings>({
  type: "datable",
  title: "Datable",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 1,
  url,
  frame: () => jsonArray,
  encode,
  request: (_batch, chosen) => request(chosen),
  judge: (answer) => judgeReceipt(answer, meanings),
});
