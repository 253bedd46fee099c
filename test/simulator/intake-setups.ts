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
  readonly knows: Pick<IntakePlan, "apiKey" | "signingSecret">;
  /** The secret of a destination that sends to the intake at `url`, an address without a slash at its end. */
  readonly secret: (url: string) => Readonly<Record<string, unknown>>;
}

const apiKey = "key-of-the-simulated-intakes";
const axiomToken = "xaat-token-of-the-simulated-intakes";
const sumoCode = "code-of-the-simulated-sumo-logic";
const signingSecret = `whsec_${Buffer.from("a signing secret of the simulation").toString("base64")}`;

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
  datadog: {
    title: "Datadog",
    knows: { apiKey },
    secret: (url) => ({ type: "datadog", url, apiKey }),
  },
  logscale: {
    title: "LogScale",
    knows: { apiKey },
    secret: (url) => ({ type: "logscale", url, ingestToken: apiKey }),
  },
  "new-relic": {
    title: "New Relic",
    knows: { apiKey },
    secret: (url) => ({ type: "new-relic", url, licenseKey: apiKey }),
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
    Object.values(intakeSetups).flatMap(({ knows }) => Object.values(knows).filter((value) => value !== undefined)),
  ),
];
