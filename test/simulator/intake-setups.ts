/**
 * One way to set up each kind of intake: what it knows of whoever sends, and the secret with which a forwarder sends to it.
 * The demo, the histories and the tests from outside all take theirs from here.
 */
import type { IntakeKind } from "./intakes.ts";
import type { IntakePlan } from "./world.ts";

export interface IntakeSetup {
  /** As people call it. */
  readonly title: string;
  /** What the intake is told besides its kind. */
  readonly knows: Pick<IntakePlan, "apiKey" | "signingSecret" | "feedSecret" | "panther" | "runreveal">;
  /** The secret of a destination that sends to the intake at `url`, an address without a slash at its end. */
  readonly secret: (url: string) => Readonly<Record<string, unknown>>;
}

const apiKey = "key-of-the-simulated-intakes";
const axiomToken = "xaat-token-of-the-simulated-intakes";
const elasticKey = Buffer.from("id:key-of-the-simulated-elastic").toString("base64");
const feedSecret = "secret-of-the-simulated-feed";
const sumoCode = "code-of-the-simulated-sumo-logic";
const signingSecret = `whsec_${Buffer.from("a signing secret of the simulation").toString("base64")}`;

/** The name of an intake is the last part of its address. */
const nameOf = (url: string): string => new URL(url).pathname.split("/").at(-1) ?? "";

/** The bucket that stands for an intake: `siem` is bound as `SIEM`. */
export const bucketOf = (name: string): string => name.toUpperCase().replaceAll("-", "_");

/** The directory of Microsoft's whose login leads to an intake. */
export const directoryOf = (name: string): string =>
  `00000000-0000-4000-8000-${Buffer.from(name).toString("hex").padEnd(12, "0").slice(0, 12)}`;

export const intakeSetups: Readonly<Record<IntakeKind, IntakeSetup>> = {
  axiom: {
    title: "Axiom",
    knows: { apiKey: axiomToken },
    secret: (url) => ({ type: "axiom", url, dataset: "kandji", token: axiomToken }),
  },
  "better-stack": {
    title: "Better Stack",
    knows: { apiKey },
    secret: (url) => ({ type: "better-stack", url, sourceToken: apiKey }),
  },
  datable: {
    title: "Datable",
    knows: { apiKey },
    secret: (url) => ({ type: "datable", url, headers: { Authorization: `Bearer ${apiKey}` } }),
  },
  datadog: {
    title: "Datadog",
    knows: { apiKey },
    secret: (url) => ({ type: "datadog", url, apiKey }),
  },
  elastic: {
    title: "Elastic",
    knows: { apiKey: elasticKey },
    secret: (url) => ({ type: "elastic", url, apiKey: elasticKey }),
  },
  "google-secops": {
    title: "Google SecOps",
    knows: { apiKey, feedSecret },
    secret: (url) => ({ type: "google-secops", url: `${url}/feeds/f:importPushLogs`, apiKey, secret: feedSecret }),
  },
  logscale: {
    title: "LogScale",
    knows: { apiKey },
    secret: (url) => ({ type: "logscale", url, ingestToken: apiKey }),
  },
  loki: {
    title: "Loki",
    knows: { apiKey },
    secret: (url) => ({ type: "loki", url, token: apiKey }),
  },
  "new-relic": {
    title: "New Relic",
    knows: { apiKey },
    secret: (url) => ({ type: "new-relic", url, licenseKey: apiKey }),
  },
  otlp: {
    title: "OpenTelemetry",
    knows: { apiKey },
    secret: (url) => ({ type: "otlp", url, headers: { Authorization: `Bearer ${apiKey}` } }),
  },
  panther: {
    title: "Panther",
    knows: { panther: { kind: "bearer", token: apiKey } },
    secret: (url) => ({ type: "panther", url, bearerToken: apiKey }),
  },
  r2: {
    title: "R2",
    knows: {},
    secret: (url) => ({ type: "r2", bucket: bucketOf(nameOf(url)) }),
  },
  runreveal: {
    title: "RunReveal",
    // A source of the generic kind takes events of any shape.
    knows: { apiKey, runreveal: "generic" },
    secret: (url) => ({ type: "runreveal", url: `${url}/sources/hook/s`, token: apiKey }),
  },
  sentinel: {
    title: "Microsoft Sentinel",
    knows: { apiKey },
    secret: (url) => ({
      type: "sentinel",
      url,
      // Elsewhere than here it is Microsoft's own.
      ...(url.startsWith("http:") ? { loginUrl: url } : {}),
      tenantId: directoryOf(nameOf(url)),
      clientId: "00000000-0000-0000-0000-000000000002",
      clientSecret: apiKey,
      dcrImmutableId: "dcr-00000000000000000000000000000001",
    }),
  },
  "splunk-hec": {
    title: "Splunk",
    knows: { apiKey },
    secret: (url) => ({ type: "splunk-hec", url, token: apiKey }),
  },
  "sumo-logic": {
    title: "Sumo Logic",
    knows: { apiKey: sumoCode },
    secret: (url) => ({ type: "sumo-logic", url: `${url}/receiver/v1/http/${sumoCode}` }),
  },
  webhook: {
    title: "Webhook",
    knows: { signingSecret },
    secret: (url) => ({ type: "webhook", url, signingSecret }),
  },
};

/** What no line of a log and no page may hold. */
export const intakeCredentials: readonly string[] = [
  ...new Set(
    Object.values(intakeSetups).flatMap(({ knows: { apiKey: key, feedSecret: feed, signingSecret: signing } }) =>
      [key, feed, signing].filter((value) => value !== undefined),
    ),
  ),
];
