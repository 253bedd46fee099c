import * as z from "zod";
import type { Meanings } from "./answers.ts";
import { type Answer, defineDestination, type OutgoingRequest, type Verdict } from "./destination.ts";
import { jsonLines } from "./frames.ts";
import { judgeReceipt } from "./receipts.ts";
import { credential, issueOf, webAddress } from "./settings.ts";
import { vendorShapes } from "./shapes.ts";

/** Google SecOps (Chronicle), an HTTPS webhook feed: one JSON object per line. */

const source = new URL("https://cloud.google.com/chronicle/docs/ingestion/setup-siem-webhook");

// The page gives no limit. The ingestion API of the same product takes 1 MB (cloud.google.com/chronicle/docs/reference/ingestion-api),
// and people report 4 MB for feeds: the smaller one is sure.
const limits = { records: 1000, bytes: 1_000_000 };

const settings = z.strictObject({
  url: webAddress
    .superRefine((url, context) => {
      if (!url.searchParams.has("key") && !url.searchParams.has("secret")) return;
      context.addIssue(
        issueOf({
          what: "carries the API key or the secret",
          fix: 'Leave out ? and what follows it, and put them in "apiKey" and "secret"',
        }),
      );
    })
    .meta({
      description: "Endpoint information of the feed, the whole address",
      format: "uri",
      examples: [
        "https://us-chronicle.googleapis.com/v1alpha/projects/1/locations/us/instances/…/feeds/…:importPushLogs",
      ],
    }),
  apiKey: credential.meta({
    description: "API key of the Google Cloud project, restricted to the Chronicle API",
    examples: ["AIza…"],
  }),
  secret: credential.meta({ description: "Secret key of the feed", examples: ["…"] }),
});
type Settings = z.infer<typeof settings>;

function request(chosen: Settings): OutgoingRequest {
  return {
    url: chosen.url.href,
    headers: {
      "Content-Type": "application/json",
      "X-goog-api-key": chosen.apiKey.reveal(),
      "X-Webhook-Access-Key": chosen.secret.reveal(),
    },
    gzip: false,
  };
}

const checkKeys =
  'Check that "apiKey" is an API key for the Chronicle API of the project that the instance is in, and "secret" the secret key that was generated for this feed';
const checkAddress = 'Put the endpoint that SecOps shows in the details of the feed in "url", whole';

const meanings: Meanings = {
  who: "Google SecOps",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "the API key or the secret is missing", fix: checkKeys }],
    [403, { means: "the API key or the secret is wrong, or the key may not be used here", fix: checkKeys }],
    [404, { means: "there is no feed at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

// https://cloud.google.com/docs/authentication/api-keys-use#errors: a wrong key is an argument that is not valid, so a 400.
const wrongKey = "API_KEY_INVALID";

function judge(answer: Answer): Verdict {
  if (answer.status === 400 && answer.body?.includes(wrongKey) === true)
    return { kind: "locked-out", why: "Google SecOps answered 400: the API key is not valid", fix: checkKeys };
  return judgeReceipt(answer, meanings, [200]);
}

export const googleSecops = defineDestination<Settings>({
  type: "google-secops",
  title: "Google SecOps",
  source,
  settings,
  limits,
  prefers: "ocsf",
  refuses: vendorShapes,
  encodingVersion: 1,
  url: (chosen) => chosen.url,
  frame: () => jsonLines,
  encode: (record) => record.text,
  request: (_batch, chosen) => request(chosen),
  judge,
});
