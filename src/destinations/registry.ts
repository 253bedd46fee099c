import { betterStack } from "./better-stack.ts";
import { datadog } from "./datadog.ts";
import type { DestinationType } from "./destination.ts";
import { elastic } from "./elastic.ts";
import { logscale } from "./logscale.ts";
import { newRelic } from "./new-relic.ts";
import { otlp } from "./otlp.ts";
import { axiom } from "./axiom.ts";
import { splunkHec } from "./splunk-hec.ts";
import { sumoLogic } from "./sumo-logic.ts";
import { webhook } from "./webhook.ts";

/** Every destination type of this version, by the name that the operator writes. */
export const destinationTypes: ReadonlyMap<string, DestinationType> = new Map(
  [
    // One line each, so that two new types are two new lines.
    betterStack,
    datadog,
    elastic,
    logscale,
    newRelic,
    otlp,
    axiom,
    splunkHec,
    sumoLogic,
    webhook,
  ].map((type) => [type.type, type]),
);
