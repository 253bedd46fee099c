import { betterStack } from "./better-stack.ts";
import { datable } from "./datable.ts";
import { datadog } from "./datadog.ts";
import type { DestinationType } from "./destination.ts";
import { googleSecops } from "./google-secops.ts";
import { elastic } from "./elastic.ts";
import { logscale } from "./logscale.ts";
import { loki } from "./loki.ts";
import { newRelic } from "./new-relic.ts";
import { otlp } from "./otlp.ts";
import { axiom } from "./axiom.ts";
import { panther } from "./panther.ts";
import { runreveal } from "./runreveal.ts";
import { r2 } from "./r2.ts";
import { sentinel } from "./sentinel.ts";
import { splunkHec } from "./splunk-hec.ts";
import { sumoLogic } from "./sumo-logic.ts";
import { webhook } from "./webhook.ts";

/** Every destination type of this version, by the name that the operator writes. */
export const destinationTypes: ReadonlyMap<string, DestinationType> = new Map(
  [
    // One line each, so that two new types are two new lines.
    betterStack,
    datable,
    datadog,
    elastic,
    logscale,
    newRelic,
    otlp,
    axiom,
    panther,
    runreveal,
    r2,
    googleSecops,
    loki,
    sentinel,
    splunkHec,
    sumoLogic,
    webhook,
  ].map((type) => [type.type, type]),
);
