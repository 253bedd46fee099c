import * as z from "zod";
import type { Meanings } from "./answers.ts";
import { azureLogin, clouds } from "./azure-login.ts";
import { addPath, baseAddress } from "./base-address.ts";
import { type Answer, defineDestination, type OutgoingRequest, type Verdict } from "./destination.ts";
import { jsonArray } from "./frames.ts";
import { judgeReceipt } from "./receipts.ts";
import { rowOf } from "./sentinel-table.ts";
import { checkedText, credential, webAddress } from "./settings.ts";
import { vendorShapes } from "./shapes.ts";
import type { Secret } from "../secret.ts";

/** Microsoft Sentinel: the Logs Ingestion API of Azure Monitor, into one table of the workspace. */

const source = new URL("https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview");

const day = 24 * 3_600_000;

// https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#logs-ingestion-api: "Maximum size of API call:
// 1 MB", compressed and not. Rows are not counted. What `TimeGenerated` may be: "not older than 2 days before … or more than
// a day in the future", or it is set to the time of receipt: https://github.com/MicrosoftDocs/azure-docs/issues/116191.
const limits = { records: 1000, bytes: 1_000_000, maxAgeMs: 2 * day, maxAheadMs: day };

const named = (pattern: RegExp, what: string, fix: string) =>
  checkedText((value) => (pattern.test(value) ? undefined : { what, fix }));

const settings = z.strictObject({
  tenantId: named(
    /^[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?$/iu,
    "is not the ID of a directory",
    "Copy the Directory (tenant) ID from the overview of the app registration",
  ).meta({
    description: "Directory (tenant) ID of the app registration",
    examples: ["00000000-0000-0000-0000-000000000000"],
  }),
  clientId: named(
    /^[0-9a-z-]+$/iu,
    "is not the ID of an app",
    "Copy the Application (client) ID from the overview of the app registration",
  ).meta({
    description: "Application (client) ID of the app registration",
    examples: ["00000000-0000-0000-0000-000000000000"],
  }),
  clientSecret: credential.meta({ description: "Value of a client secret of the app", examples: ["…"] }),
  url: baseAddress(/\/dataCollectionRules(?:\/.*)?$/u, "/dataCollectionRules and what follows it").meta({
    description: "Logs ingestion endpoint of the data collection rule, or of a data collection endpoint",
    format: "uri",
    examples: ["https://kandji-a1b2-westeurope.logs.z1.ingest.monitor.azure.com"],
  }),
  dcrImmutableId: named(
    /^dcr-[0-9a-z]+$/iu,
    "is not the immutable ID of a data collection rule",
    'Copy the "immutableId" of the rule; it begins with dcr-',
  ).meta({
    description: "Immutable ID of the data collection rule",
    examples: ["dcr-00000000000000000000000000000000"],
  }),
  streamName: named(
    /^Custom-\w+$/u,
    "is not the name of a custom stream",
    "Copy it from the data collection rule; it begins with Custom-",
  )
    .default("Custom-Kandji_CL")
    .meta({ description: "Stream of the data collection rule", examples: ["Custom-Kandji_CL"] }),
  cloud: z
    .enum(Object.keys(clouds) as (keyof typeof clouds)[])
    .default("public")
    .meta({ description: "Azure cloud that the directory and the workspace are in", examples: ["usgov"] }),
  loginUrl: webAddress.optional().meta({
    description: "For development: base URL of what stands for the login; elsewhere Microsoft's only",
    format: "uri",
    examples: ["http://127.0.0.1:9000/intake/siem"],
  }),
});
type Settings = z.infer<typeof settings>;

const url = ({ url: base, dcrImmutableId, streamName }: Settings): URL => {
  const whole = addPath(base, `/dataCollectionRules/${dcrImmutableId}/streams/${streamName}`);
  whole.search = "?api-version=2023-01-01";
  return whole;
};

function request(chosen: Settings, token: Secret | undefined): OutgoingRequest {
  return {
    url: url(chosen).href,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token.reveal()}` }),
      "Content-Type": "application/json",
    },
    gzip: true,
  };
}

const checkRule =
  'Check "url", "dcrImmutableId" and "streamName" against the JSON view of the data collection rule: endpoints, immutableId, streamDeclarations';

const meanings: Meanings = {
  who: "Azure Monitor",
  refused: new Set([400]),
  lockedOut: new Map([
    [401, { means: "it does not accept the token", fix: 'Check that "cloud" is the cloud that the workspace is in' }],
    [
      403,
      {
        means: "the app may not write to the data collection rule",
        fix: "Assign the app the role Monitoring Metrics Publisher on the data collection rule (Access control); it takes up to 30 minutes to work",
      },
    ],
    [404, { means: "there is no such data collection rule or stream", fix: checkRule }],
  ]),
  otherwise: checkRule,
};

/** A 204 without a body is the only success that is documented. */
const judge = (answer: Answer): Verdict => judgeReceipt(answer, meanings, [204]);

const oneTable = "has other fields than the table has columns: Azure drops what no column is declared for";

export const sentinel = defineDestination<Settings>({
  type: "sentinel",
  title: "Microsoft Sentinel",
  source,
  settings,
  limits,
  prefers: "raw",
  refuses: { ...vendorShapes, ocsf: oneTable, ecs: oneTable },
  encodingVersion: 1,
  url,
  frame: () => jsonArray,
  encode: rowOf,
  authorization: azureLogin,
  request: (_batch, chosen, token) => request(chosen, token),
  judge,
});
