import { axiomFixture } from "./axiom.fixture.ts";
import { betterStackFixture } from "./better-stack.fixture.ts";
import { datadogFixture } from "./datadog.fixture.ts";
import type { Fixture } from "./fixture.ts";
import { googleSecopsFixture } from "./google-secops.fixture.ts";
import { logscaleFixture } from "./logscale.fixture.ts";
import { lokiFixture } from "./loki.fixture.ts";
import { newRelicFixture } from "./new-relic.fixture.ts";
import { sentinelFixture } from "./sentinel.fixture.ts";
import { splunkHecFixture } from "./splunk-hec.fixture.ts";
import { sumoLogicFixture } from "./sumo-logic.fixture.ts";
import { webhookFixture } from "./webhook.fixture.ts";

/** What every destination type must hold, by its name. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map([
  ["axiom", axiomFixture],
  ["better-stack", betterStackFixture],
  ["datadog", datadogFixture],
  ["google-secops", googleSecopsFixture],
  ["logscale", logscaleFixture],
  ["loki", lokiFixture],
  ["new-relic", newRelicFixture],
  ["sentinel", sentinelFixture],
  ["splunk-hec", splunkHecFixture],
  ["sumo-logic", sumoLogicFixture],
  ["webhook", webhookFixture],
]);
