import * as z from "zod";
import type { Meanings } from "./answers.ts";
import { defineDestination, type OutgoingRequest } from "./destination.ts";
import { jsonArray } from "./frames.ts";
import { judgeReceipt } from "./receipts.ts";
import { vendorShapes } from "./shapes.ts";
import { credential, webAddress } from "./settings.ts";

/** RunReveal, a structured webhook (or, with `raw`, a generic one): an array of events. */

const source = new URL("https://docs.runreveal.com/sources/source-types/structured-webhooks");

// No page names a limit in bytes: a megabyte is what the others take. Of events,
// https://docs.runreveal.com/sources/reveald/destinations/runreveal advises batches of 100 to 500 and up to 1,000.
const limits = { records: 1000, bytes: 1_000_000 };

const settings = z.strictObject({
  url: webAddress.meta({
    description: "Webhook URL of the source, as RunReveal shows it",
    format: "uri",
    examples: ["https://api.runreveal.com/sources/hook/…"],
  }),
  token: credential.optional().meta({
    description: "Bearer token of the source; absent where it was taken off the source",
    examples: ["…"],
  }),
});
type Settings = z.infer<typeof settings>;

function request({ url, token }: Settings): OutgoingRequest {
  return {
    url: url.href,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` }),
      "Content-Type": "application/json",
    },
    gzip: true,
  };
}

const checkToken = 'Put the bearer token that RunReveal shows under the details of the source in "token"';
const checkAddress = 'Check "url": it is the whole webhook URL that RunReveal shows';

const meanings: Meanings = {
  who: "RunReveal",
  refused: new Set([400, 422]),
  lockedOut: new Map([
    [401, { means: "the token is missing or unknown", fix: checkToken }],
    [403, { means: "the token is missing or is not that of this source", fix: checkToken }],
    [404, { means: "there is no source at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

const { panther } = vendorShapes;

export const runreveal = defineDestination<Settings>({
  type: "runreveal",
  title: "RunReveal",
  source,
  settings,
  limits,
  prefers: "runreveal",
  refuses: { panther },
  encodingVersion: 1,
  url: (chosen) => chosen.url,
  frame: () => jsonArray,
  encode: (record) => record.text,
  request: (_batch, chosen) => request(chosen),
  judge: (answer) => judgeReceipt(answer, meanings),
});
