import * as z from "zod";
import type { Meanings } from "./answers.ts";
import { type BatchContext, defineDestination, type OutgoingRequest } from "./destination.ts";
import { jsonArray } from "./frames.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import { judgeReceipt } from "./receipts.ts";
import { checkedText, type Complaint, credential, issueOf, webAddress } from "./settings.ts";

/** Better Stack Logs (once Logtail): an array of events, each with the record whole under one key. */

const source = new URL("https://betterstack.com/docs/logs/ingesting-data/http/logs/");

// Same page: "The maximum allowed size of a single request … is 10 MiB of compressed data. Each log record is limited to
// 10 MiB maximum uncompressed size"; it names no number of events. We send uncompressed, so one number bounds both, and
// 1,000 records keep a refused batch quick to split.
const limits = { records: 1000, bytes: 10 * 1024 * 1024 };

const settings = z
  .strictObject({
    sourceToken: credential.meta({ description: "Source token of the source in Better Stack", examples: ["…"] }),
    ingestingHost: checkedText(checkHost)
      .optional()
      .meta({
        description: "Ingesting host of the source, as Better Stack shows it",
        examples: ["s1234567.eu-nbg-2.betterstackdata.com"],
      }),
    url: webAddress.optional().meta({
      description: 'Address that the records are posted to; replaces what "ingestingHost" leads to',
      format: "uri",
      examples: ["https://s1234567.eu-nbg-2.betterstackdata.com"],
    }),
  })
  .superRefine((chosen, context) => {
    if (chosen.ingestingHost !== undefined || chosen.url !== undefined) return;
    context.addIssue(
      issueOf({ what: "is missing", fix: "Add the ingesting host that Better Stack shows beside the source token" }, [
        "ingestingHost",
      ]),
    );
  })
  .meta({ anyOf: [{ required: ["ingestingHost"] }, { required: ["url"] }] });
type Settings = z.infer<typeof settings>;

function checkHost(value: string): Complaint | undefined {
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/iu.test(value) && URL.canParse(`https://${value}`)) return undefined;
  return { what: "is not the name of a host", fix: "Leave out https:// and everything after the name" };
}

function url(chosen: Settings): URL {
  if (chosen.url !== undefined) return chosen.url;
  if (chosen.ingestingHost === undefined)
    throw new Error('Cannot address Better Stack without "ingestingHost" or "url"');
  return new URL(`https://${chosen.ingestingHost}/`);
}

/** `dt` is the time of the event: "String formatted according to RFC 3339", with as many digits as Kandji gave. Without one it is the time of receipt. */
function encode(record: OutgoingRecord, { tenant, dataset }: BatchContext): string {
  const time = record.time;
  const about = JSON.stringify({
    ...(time === undefined ? {} : { dt: time.text }),
    tenant,
    dataset,
    forwarder: "kandji-forwarder",
  });
  // Put in as it is: writing it anew would change numbers beyond 2^53.
  return `${about.slice(0, -1)},"record":${record.text}}`;
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      Authorization: `Bearer ${chosen.sourceToken.reveal()}`,
      "Content-Type": "application/json",
    },
    gzip: false,
  };
}

const checkToken = 'Put the token of the source in "sourceToken", and the ingesting host of the same source beside it';
const checkAddress = 'Check "ingestingHost", and "url" if it is set: both are shown with the source in Better Stack';

const meanings: Meanings = {
  who: "Better Stack",
  // 406: "The body is not a valid JSON or MessagePack."
  refused: new Set([400, 406]),
  lockedOut: new Map([
    [401, { means: "the source token is missing or unknown", fix: checkToken }],
    [
      402,
      {
        means: "the quota of the plan or your spending limit is used up",
        fix: "Raise the spending limit or the plan in Better Stack; the records wait until it takes them again",
      },
    ],
    [403, { means: "the source token is unknown at this host", fix: checkToken }],
    [404, { means: "there is no intake at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

export const betterStack = defineDestination<Settings>({
  type: "better-stack",
  title: "Better Stack",
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
