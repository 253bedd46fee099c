import * as z from "zod";
import { version } from "../version.ts";
import { judgeStatus, type Meanings } from "./answers.ts";
import {
  type Answer,
  type BatchRequest,
  defineDestination,
  type OutgoingRequest,
  type Verdict,
} from "./destination.ts";
import { jsonLines } from "./frames.ts";
import { checkedText } from "./settings.ts";

/** Cloudflare R2: an object of lines for each batch, in a bucket that is bound to the Worker. Its name tells where it belongs. */

const source = new URL(
  "https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#bucket-method-definitions",
);

// R2 takes 5 GiB in one upload (https://developers.cloudflare.com/r2/platform/limits/); a batch is never more than one page
// of the spool, so these are ours: an object that memory holds twice.
const limits = { records: 10_000, bytes: 10_000_000 };

// Same page: "Object key length: 1,024 bytes". What follows the prefix has at most 400.
const maxPrefixLength = 512;

const bucket = checkedText((value) =>
  /^[A-Z_][A-Z0-9_]{0,63}$/u.test(value)
    ? undefined
    : {
        what: "is not the name of a binding",
        fix: 'Write what stands behind "binding" in [[r2_buckets]] of wrangler.toml, in capitals, such as ARCHIVE',
      },
);

// Letters that no address, shell or table format reads as anything else.
const prefix = checkedText((value) =>
  value.length <= maxPrefixLength && /^[\w=-][\w.=-]*(?:\/[\w=-][\w.=-]*)*$/u.test(value)
    ? undefined
    : {
        what: "is not a prefix of keys",
        fix: `Use letters, digits, -, _, = and dots, with / between: at most ${maxPrefixLength}, such as "logs/kandji"`,
      },
);

const settings = z.strictObject({
  bucket: bucket.meta({
    description: "Name of the binding of the bucket in wrangler.toml (not of the bucket itself)",
    pattern: "^[A-Z_][A-Z0-9_]*$",
    examples: ["ARCHIVE"],
  }),
  prefix: prefix
    .default("kandji")
    .meta({ description: "What every key begins with, without a / at its end", examples: ["kandji", "logs/kandji"] }),
  gzip: z
    .boolean()
    .default(true)
    .meta({ description: "Compresses the objects", examples: [false] }),
});
type Settings = z.infer<typeof settings>;

/** The hour is that in which the records were read: the same at each retry, and `dt=` and `hr=` are columns to most readers. */
function keyOf({ tenant, dataset, collectedAt, id, test }: BatchRequest, chosen: Settings): string {
  const file = `${id}.ndjson${chosen.gzip ? ".gz" : ""}`;
  if (test === true) return `${chosen.prefix}/verification/${file}`;
  const [date = "", time = ""] = new Date(collectedAt).toISOString().split("T");
  return `${chosen.prefix}/${tenant}/${dataset}/dt=${date}/hr=${time.slice(0, 2)}/${file}`;
}

function request(batch: BatchRequest, chosen: Settings): OutgoingRequest {
  return {
    url: `r2://${chosen.bucket}/${keyOf(batch, chosen)}`,
    // All but the first are kept with the object.
    headers: {
      "Content-Type": "application/x-ndjson",
      forwarder: `kandji-forwarder/${version}`,
      tenant: batch.tenant,
      dataset: batch.dataset,
    },
    gzip: chosen.gzip,
  };
}

const bind =
  'Make the bucket ("npx wrangler r2 bucket create <name>"), add [[r2_buckets]] with the "binding" that stands in "bucket" and the "bucket_name" to wrangler.toml, and deploy';
const entitle =
  "Check in the Cloudflare dashboard that R2 is switched on for this account and that the bucket is there";

// R2's own codes and their statuses: https://developers.cloudflare.com/r2/api/error-codes/
const meanings: Meanings = {
  who: "R2",
  // Too long a key, or too much beside the object: both come of the batch.
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "this account may not write to the bucket", fix: entitle }],
    [403, { means: "this account may not write to the bucket", fix: entitle }],
    [404, { means: 'no bucket is bound to the Worker under the name in "bucket", or it was deleted', fix: bind }],
  ]),
  otherwise: bind,
};

/** A key is written once. That it is there already means that this very batch is: its name has the batch's id. */
function judge({ status }: Answer): Verdict {
  return status === 412 ? { kind: "accepted" } : judgeStatus(status, meanings);
}

export const r2 = defineDestination<Settings>({
  type: "r2",
  title: "Cloudflare R2",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: {},
  encodingVersion: 1,
  isBound: true,
  url: (chosen) => new URL(`r2://${chosen.bucket}/${chosen.prefix}`),
  frame: () => jsonLines,
  encode: (record) => record.text,
  request,
  judge,
});
