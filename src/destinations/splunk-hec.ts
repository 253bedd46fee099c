import { createHash } from "node:crypto";
import * as z from "zod";
import { judgeStatus, type Meanings } from "./answers.ts";
import { addPath, baseAddress } from "./base-address.ts";
import {
  type Answer,
  type BatchContext,
  defineDestination,
  type OutgoingRequest,
  type SentBatch,
  type Verdict,
} from "./destination.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import type { EventTime } from "../formats/event-time.ts";
import { jsonOf } from "../json.ts";
import { checkedText, credential, issueOf } from "./settings.ts";
import { datasets } from "../datasets/registry.ts";

/** Splunk HTTP Event Collector, JSON events: the text of a record becomes `_raw`, to the character. */

const source = new URL(
  "https://help.splunk.com/splunk-enterprise/get-data-in/collect-http-event-data/format-events-for-http-event-collector",
);
const path = "/services/collector/event";

// Splunk Enterprise takes far more (`max_content_length` in limits.conf); Splunk Cloud advises 1 MB, and Vector stops there too:
// https://github.com/vectordotdev/vector/blob/master/src/sinks/splunk_hec/logs/config.rs. Events are not counted.
const limits = { records: 1000, bytes: 1_000_000 };

const name = checkedText((value) =>
  value.trim() === "" ? { what: "is empty", fix: "Write a name, or leave the key out" } : undefined,
);

const isDataset = (key: string): boolean => key === everyOther || datasets.has(key) || key.startsWith("forwarder-");
const everyOther = "*";

/** One index for all, or one for each dataset. */
const index = z.union([name, z.record(z.string(), name)]).superRefine((chosen, context) => {
  if (typeof chosen === "string") return;
  const keys = Object.keys(chosen);
  if (keys.length === 0) context.addIssue(issueOf({ what: "names no index", fix: "Name one, or leave the key out" }));
  for (const key of keys.filter((one) => !isDataset(one)))
    context.addIssue(
      issueOf({ what: "is not a dataset", fix: `Write the name of a dataset, or "${everyOther}" for every other` }, [
        key,
      ]),
    );
});

const settings = z.strictObject({
  url: baseAddress(/\/services\/collector(?:\/(?:event|raw)(?:\/1\.0)?)?$/u, path).meta({
    description: `Base URL of the collector, with its port and without ${path}`,
    format: "uri",
    examples: ["https://http-inputs-acme.splunkcloud.com", "https://splunk.example.com:8088"],
  }),
  token: credential.meta({ description: "Token of the HTTP Event Collector", examples: ["…"] }),
  index: index.optional().meta({
    description: `Index that the token may write to, or one for each dataset and "${everyOther}" for every other; the token's default if absent`,
    examples: ["kandji", { "audit-events": "security", [everyOther]: "kandji" }],
  }),
  sourcetype: name
    .optional()
    .meta({ description: "Source type of every event; kandji: and the dataset if absent", examples: ["kandji"] }),
});
type Settings = z.infer<typeof settings>;

function indexFor(dataset: string, { index: chosen }: Settings): string | undefined {
  if (typeof chosen !== "object") return chosen;
  return Object.hasOwn(chosen, dataset) ? chosen[dataset] : chosen[everyOther];
}

function encode(record: OutgoingRecord, batch: BatchContext, chosen: Settings): string {
  const time = record.time;
  const into = indexFor(batch.dataset, chosen);
  const sourcetype =
    batch.test === true ? "kandji-forwarder:verification" : (chosen.sourcetype ?? `kandji:${batch.dataset}`);
  const envelope = JSON.stringify({
    host: batch.tenant,
    source: "kandji-forwarder",
    sourcetype,
    ...(into === undefined ? {} : { index: into }),
    fields: { tenant: batch.tenant, dataset: batch.dataset },
    // A text and not an object: `_raw` is then what Kandji wrote, whatever Splunk would make of its numbers and blanks.
    event: record.text,
  });
  return time === undefined || time.milliseconds < 0 ? envelope : `{"time":${epochSeconds(time)},${envelope.slice(1)}`;
}

/** With all digits, and so written by hand: a number could not hold nine of them beside the seconds. */
function epochSeconds({ milliseconds, nanoseconds }: EventTime): string {
  const fraction = String(milliseconds % 1000).padStart(3, "0") + String(nanoseconds).padStart(6, "0");
  return `${Math.floor(milliseconds / 1000)}.${fraction.replace(/000$/u, "")}`;
}

/**
 * A token with indexer acknowledgement takes nothing without a channel, a GUID; without acknowledgement it is ignored. One
 * per tenant, and always the same, since Splunk remembers channels.
 */
function channelOf(tenant: string): string {
  const digits = createHash("sha256").update(`kandji-forwarder/${tenant}`).digest("hex");
  return [0, 8, 12, 16, 20].map((start, at) => digits.slice(start, [8, 12, 16, 20, 32][at])).join("-");
}

function request(batch: BatchContext, chosen: Settings): OutgoingRequest {
  return {
    url: addPath(chosen.url, path).href,
    headers: {
      Authorization: `Splunk ${chosen.token.reveal()}`,
      "Content-Type": "application/json",
      "X-Splunk-Request-Channel": channelOf(batch.tenant),
    },
    gzip: false,
  };
}

const checkAddress = `Check "url": it is the base URL of the collector, without ${path}`;
const collector = "Settings, Data inputs, HTTP Event Collector";
const checkToken = `Check in Splunk, ${collector}, that the token in "token" is there and enabled`;
const enableToken = `Enable the token in Splunk, ${collector}; or all tokens, under Global Settings there`;
const copyToken = `Copy the token value from ${collector} of the Splunk that "url" leads to`;

const meanings: Meanings = {
  who: "Splunk",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "the token is missing or malformed", fix: checkToken }],
    [403, { means: "the token is unknown or disabled", fix: checkToken }],
    [404, { means: "there is no collector at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

/**
 * Codes that speak of the set-up and of no record; 5, 6, 12, 13 and 15 speak of records. The table:
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector
 */
const checkChannel = "Turn indexer acknowledgement off for this token, or use another token";
const setupCodes: ReadonlyMap<unknown, { readonly means: string; readonly fix: string }> = new Map([
  [1, { means: "the token is disabled", fix: enableToken }],
  [2, { means: "it wants a token", fix: copyToken }],
  [3, { means: "the token is not in the form that it wants", fix: copyToken }],
  [4, { means: "the token is unknown", fix: copyToken }],
  [
    7,
    {
      means: "the token may not write to this index, or there is no such index",
      fix: `Add the index to "Selected Indexes" of the token in ${collector}, or change "index"`,
    },
  ],
  [10, { means: "it wants a channel", fix: checkChannel }],
  [11, { means: "it does not accept the channel", fix: checkChannel }],
  [14, { means: "acknowledgement is disabled", fix: checkChannel }],
  [16, { means: "it takes no token from the address", fix: 'Leave the token out of "url"' }],
  [21, { means: "the token is invalid", fix: copyToken }],
  [22, { means: "the token is disabled", fix: enableToken }],
]);

function judge(answer: Answer, { records }: SentBatch): Verdict {
  const verdict = judgeStatus(answer.status, meanings);
  const { code, "invalid-event-number": bad } = answerOf(answer);
  const answered = `Splunk answered ${answer.status}`;
  if (verdict.kind === "refused" || verdict.kind === "locked-out") {
    const setup = setupCodes.get(code);
    if (setup === undefined) return verdict.kind === "refused" ? refusal(verdict.why, code, bad, records) : verdict;
    return { kind: "locked-out", why: `${answered} with code ${Number(code)}: ${setup.means}`, fix: setup.fix };
  }
  if (verdict.kind !== "accepted" || code === 0) return verdict;
  // A proxy may answer 200 by itself, and only code 0 says that Splunk has the events.
  const said = typeof code === "number" ? `code ${code}` : "no code";
  return { kind: "try-later", why: `${answered} with ${said}, and only code 0 says that it has the events` };
}

/**
 * Splunk counts events from 0 (but for code 7, which is none of these). Those before the bad one may be stored already, which
 * no page promises: so none is left out, and the number only tells where to part the batch.
 */
function refusal(why: string, code: unknown, bad: unknown, records: number): Verdict {
  if (typeof code !== "number") return { kind: "refused", why };
  const isNamed = typeof bad === "number" && Number.isInteger(bad) && bad >= 0 && bad < records;
  return {
    kind: "refused",
    why: `${why} (code ${code}${eventOf(bad)})`,
    ...(isNamed ? { culprit: bad } : {}),
  };
}

/** What Splunk says beside the status; nothing of its words may be shown, they could repeat the token. */
function answerOf({ body }: Answer): { readonly code?: unknown; readonly "invalid-event-number"?: unknown } {
  const said = jsonOf(body ?? "");
  return typeof said === "object" && said !== null ? said : {};
}

const eventOf = (number: unknown): string => (typeof number === "number" ? `, event ${number}` : "");

export const splunkHec = defineDestination<Settings>({
  type: "splunk-hec",
  title: "Splunk HTTP Event Collector",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: vendorShapes,
  encodingVersion: 1,
  url: (chosen) => addPath(chosen.url, path),
  frame: () => ({ open: "", separator: "\n", close: "" }),
  encode,
  request,
  judge,
});
