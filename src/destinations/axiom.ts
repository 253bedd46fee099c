import * as z from "zod";
import { judgeStatus, type Meanings } from "./answers.ts";
import { addPath, baseAddress } from "./base-address.ts";
import {
  type Answer,
  type BatchContext,
  defineDestination,
  type OutgoingRequest,
  type Verdict,
  shownDataset,
} from "./destination.ts";
import { jsonArray } from "./frames.ts";
import type { OutgoingRecord } from "./record.ts";
import { vendorShapes } from "./shapes.ts";
import { jsonOf } from "../json.ts";
import { checkedText, credential } from "./settings.ts";

/** Axiom, an array of events for one of its datasets. */

const source = new URL("https://axiom.co/docs/restapi/ingest");
const usualBase = "https://api.axiom.co";

// https://axiom.co/docs/reference/limits: "Maximum field size 1 MB" (a longer text is replaced by `<invalid string: too long>`,
// with a 200), "Maximum events in a batch 10,000". No page says how large a request may be: a megabyte is what the others take.
const limits = { records: 10_000, bytes: 1_000_000, recordBytes: 1_000_000 };

const name = checkedText((value) =>
  /^\w[\w.-]*$/u.test(value)
    ? undefined
    : { what: "is not a name that Axiom gives", fix: "Copy it as Axiom shows it: letters, digits, - and _" },
);

const settings = z.strictObject({
  token: credential.meta({
    description: "API token that may ingest into the dataset, or a personal token with orgId",
    examples: ["xaat-…"],
  }),
  dataset: name.meta({ description: "Name of the dataset in Axiom that the records go to", examples: ["kandji"] }),
  orgId: name
    .optional()
    .meta({ description: "ID of the organisation, which a personal token needs", examples: ["acme-x1y2"] }),
  url: baseAddress(/\/v1(?:\/datasets(?:\/.*)?|\/ingest(?:\/.*)?)?$/u, "/v1 and what follows it")
    .optional()
    .meta({
      description: `Base URL of the API; ${usualBase} if absent`,
      format: "uri",
      examples: ["https://api.eu.axiom.co"],
    }),
});
type Settings = z.infer<typeof settings>;

const url = (chosen: Settings): URL =>
  addPath(chosen.url ?? new URL(usualBase), `/v1/datasets/${encodeURIComponent(chosen.dataset)}/ingest`);

/**
 * The record is one text: as an object it would bring a field for each key that it ever had, and from the 257th (or 1,025th)
 * field on Axiom refuses events. And a text keeps every digit.
 */
function encode(record: OutgoingRecord, batch: BatchContext): string {
  const time = record.time;
  return JSON.stringify({
    ...(time === undefined ? {} : { _time: time.text }),
    tenant: batch.tenant,
    dataset: shownDataset(batch),
    forwarder: "kandji-forwarder",
    record: record.text,
  });
}

function request(chosen: Settings): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      Authorization: `Bearer ${chosen.token.reveal()}`,
      "Content-Type": "application/json",
      ...(chosen.orgId === undefined ? {} : { "X-Axiom-Org-Id": chosen.orgId }),
    },
    gzip: false,
  };
}

const copyToken =
  'Copy the API token again from Settings, API tokens; one of another region goes with its "url", and a personal token with "orgId"';
const allowToken =
  'Give the API token in Axiom, Settings, API tokens, the permission to ingest into "dataset"; a personal token comes with "orgId"';
const checkAddress =
  'Check "dataset", and "url" if it is set: it is the base URL of the API of your region, without /v1';

const meanings: Meanings = {
  who: "Axiom",
  refused: new Set([400, 422]),
  lockedOut: new Map([
    [401, { means: "the token is missing or unknown", fix: copyToken }],
    [403, { means: "the token may not ingest into this dataset", fix: allowToken }],
    [404, { means: "there is no such dataset at this address", fix: checkAddress }],
  ]),
  otherwise: checkAddress,
};

/** Axiom tells in a 200 how many events it took, and of a refused one its time and no index: so halves find out which. */
function judge(answer: Answer): Verdict {
  const verdict = judgeStatus(answer.status, meanings);
  if (verdict.kind !== "accepted") return verdict;
  const answered = `Axiom answered ${answer.status}`;
  const { ingested, failed } = countsOf(answer);
  if (!isCount(ingested) || !isCount(failed)) {
    return { kind: "try-later", why: `${answered} without the counts that say that it has the records` };
  }
  return failed === 0
    ? verdict
    : { kind: "refused", why: `${answered}: of ${ingested + failed} records it refuses ${failed}` };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function countsOf({ body }: Answer): { readonly ingested?: unknown; readonly failed?: unknown } {
  const said = jsonOf(body ?? "");
  return typeof said === "object" && said !== null ? said : {};
}

export const axiom = defineDestination<Settings>({
  type: "axiom",
  title: "Axiom",
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
  judge,
});
