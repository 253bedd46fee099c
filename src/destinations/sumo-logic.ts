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
import { judgeReceipt } from "./receipts.ts";
import { checkedText, issueOf, webAddress } from "./settings.ts";

/** Sumo Logic, an HTTP Logs and Metrics source of a hosted collector: one JSON object per line. Its address is the credential. */

const source = new URL(
  "https://www.sumologic.com/help/docs/send-data/hosted-collectors/http-source/logs-metrics/upload-logs",
);
const path = "/receiver/v1/http/";

// Same page: "We recommend that the POST data payload have a size, before compression, of 100KB to 1MB." Lines are not counted.
const limits = { records: 1000, bytes: 1_000_000 };

const category = checkedText((value) =>
  /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/u.test(value)
    ? undefined
    : {
        what: "is not a source category",
        fix: "Use printable ASCII, such as kandji/audit, with no blank at the edges",
      },
);

const settings = z.strictObject({
  url: webAddress
    .superRefine((url, context) => {
      const code = url.pathname.split(path)[1] ?? "";
      if (code.replaceAll("/", "") !== "") return;
      context.addIssue(
        issueOf({ what: "is not the address of an HTTP source", fix: `Copy all of it, with what follows ${path}` }),
      );
    })
    .meta({
      description: "HTTP Source Address, as Sumo Logic shows it; it is a credential",
      format: "uri",
      examples: ["https://endpoint4.collection.sumologic.com/receiver/v1/http/…"],
    }),
  sourceCategory: category.optional().meta({
    description: "Source category of every record; kandji/ and the dataset if absent",
    examples: ["security/kandji"],
  }),
});
type Settings = z.infer<typeof settings>;

function encode(record: OutgoingRecord, batch: BatchContext): string {
  const time = record.time;
  // Sumo Logic takes the first date in a line for its time, and a record of state begins with dates of other things.
  const envelope = JSON.stringify({
    ...(time === undefined ? {} : { timestamp: time.text }),
    tenant: batch.tenant,
    dataset: batch.dataset,
  });
  return `${envelope.slice(0, -1)},"record":${record.text}}`;
}

function request(batch: BatchContext, chosen: Settings): OutgoingRequest {
  const usual = batch.test === true ? "kandji-forwarder/verification" : `kandji/${batch.dataset}`;
  return {
    url: chosen.url.href,
    headers: {
      "Content-Type": "application/json",
      "X-Sumo-Category": batch.test === true ? usual : (chosen.sourceCategory ?? usual),
      "X-Sumo-Host": batch.tenant,
      "X-Sumo-Name": "kandji-forwarder",
    },
    gzip: false,
  };
}

const copyAddress = 'Put the address that Sumo Logic shows under "Show URL" of the HTTP source in "url"';

const meanings: Meanings = {
  who: "Sumo Logic",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "the address names no HTTP source, or an old address of one", fix: copyAddress }],
    [403, { means: "the HTTP source does not take records from here", fix: copyAddress }],
    [404, { means: "there is no HTTP source at this address", fix: copyAddress }],
  ]),
  otherwise: copyAddress,
};

// "Each request should receive a 200": https://www.sumologic.com/help/docs/send-data/hosted-collectors/http-source/troubleshooting
const judge = (answer: Answer): Verdict => judgeReceipt(answer, meanings, [200]);

export const sumoLogic = defineDestination<Settings>({
  type: "sumo-logic",
  title: "Sumo Logic",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 1,
  url: (chosen) => chosen.url,
  frame: () => jsonLines,
  encode,
  request,
  judge,
});
