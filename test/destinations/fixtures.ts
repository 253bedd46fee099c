import { axiomFixture } from "./axiom.fixture.ts";
import { betterStackFixture } from "./better-stack.fixture.ts";
import { datadogFixture } from "./datadog.fixture.ts";
import { elasticFixture } from "./elastic.fixture.ts";
import type { Fixture } from "./fixture.ts";
import { logscaleFixture } from "./logscale.fixture.ts";
import { newRelicFixture } from "./new-relic.fixture.ts";
import { otlpFixture } from "./otlp.fixture.ts";
import { splunkHecFixture } from "./splunk-hec.fixture.ts";
import { sumoLogicFixture } from "./sumo-logic.fixture.ts";
import { webhookFixture } from "./webhook.fixture.ts";

/** What every destination type must hold, by its name. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map([
  ["axiom", axiomFixture],
  ["better-stack", betterStackFixture],
  ["datadog", datadogFixture],
  ["elastic", elasticFixture],
  ["logscale", logscaleFixture],
  ["new-relic", newRelicFixture],
  ["otlp", otlpFixture],
  ["splunk-hec", splunkHecFixture],
  ["sumo-logic", sumoLogicFixture],
  ["webhook", webhookFixture],
]);
