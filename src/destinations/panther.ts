import * as z from "zod";
import type { Meanings } from "./answers.ts";
import { defineDestination, type OutgoingRequest } from "./destination.ts";
import { jsonLines } from "./frames.ts";
import { judgeReceipt } from "./receipts.ts";
import {
  type Authentication,
  authenticationKeys,
  authenticationOf,
  checkAuthentication,
  ways,
} from "./panther-auth.ts";
import { vendorShapes } from "./shapes.ts";
import { webAddress } from "./settings.ts";

/** Panther, an HTTP source: one JSON object per line, of which Panther finds the schema by itself. */

const source = new URL("https://docs.panther.com/data-onboarding/data-transports/http");

// Same page: "The maximum supported payload size is 1 MB. This limit includes headers." Whether it counts before or after
// compression it does not say, so before. Ours are a credential, the address and a few words of our own; a secret of a Worker
// holds 5 KB at most (https://developers.cloudflare.com/workers/platform/limits/), and what Cloudflare adds is well below
// the rest of the 10,000 bytes that are left. No number of records is named; 1,000 keep a refused batch quick to split.
const limits = { records: 1000, bytes: 990_000 };

const settings = z
  .strictObject({
    url: webAddress.meta({
      description: "HTTP Source URL, as Panther shows it",
      format: "uri",
      examples: ["https://logs.acme.runpanther.net/http/…"],
    }),
    ...authenticationKeys,
    gzip: z
      .boolean()
      .default(true)
      .meta({ description: "Compresses the body; a signature is made over the compressed bytes", examples: [false] }),
  })
  .superRefine(checkAuthentication)
  .meta({ oneOf: ways.map((way) => ({ required: [...way] })) });
type Settings = z.infer<typeof settings>;

function request(chosen: Settings): OutgoingRequest {
  const { headers, signature }: Authentication = authenticationOf(chosen);
  return {
    url: chosen.url.href,
    headers: {
      "Content-Type": "application/x-ndjson",
      ...headers,
    },
    gzip: chosen.gzip,
    ...(signature === undefined ? {} : { signature }),
  };
}

const checkCredentials =
  "Check that the way of authentication and its values are those of the HTTP source in Panther, header names among them";
const checkAddress = 'Check "url": it is the whole HTTP Source URL that Panther shows';

// Panther publishes no list of answers: what says nothing of credentials is judged as everywhere else.
const meanings: Meanings = {
  who: "Panther",
  refused: new Set([400, 422]),
  lockedOut: new Map([
    [401, { means: "it does not know who we are", fix: checkCredentials }],
    [403, { means: "it does not let us in", fix: checkCredentials }],
    [404, { means: "there is no HTTP source at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

const { runreveal } = vendorShapes;

export const panther = defineDestination<Settings>({
  type: "panther",
  title: "Panther",
  source,
  settings,
  limits,
  prefers: "panther",
  refuses: { runreveal },
  encodingVersion: 1,
  url: (chosen) => chosen.url,
  frame: () => jsonLines,
  encode: (record) => record.text,
  request: (_batch, chosen) => request(chosen),
  judge: (answer) => judgeReceipt(answer, meanings),
});
