import { axiomFixture } from "./axiom.fixture.ts";
import { betterStackFixture } from "./better-stack.fixture.ts";
import { datableFixture } from "./datable.fixture.ts";
import { datadogFixture } from "./datadog.fixture.ts";
import { elasticFixture } from "./elastic.fixture.ts";
import type { Fixture } from "./fixture.ts";
import { googleSecopsFixture } from "./google-secops.fixture.ts";
import { logscaleFixture } from "./logscale.fixture.ts";
import { lokiFixture } from "./loki.fixture.ts";
import { newRelicFixture } from "./new-relic.fixture.ts";
import { pantherFixture } from "./panther.fixture.ts";
import { runrevealFixture } from "./runreveal.fixture.ts";
import { r2Fixture } from "./r2.fixture.ts";
import { sentinelFixture } from "./sentinel.fixture.ts";
import { otlpFixture } from "./otlp.fixture.ts";
import { splunkHecFixture } from "./splunk-hec.fixture.ts";
import { sumoLogicFixture } from "./sumo-logic.fixture.ts";
import { webhookFixture } from "./webhook.fixture.ts";

/** What every destination type must hold, by its name. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map([
  ["axiom", axiomFixture],
  ["better-stack", betterStackFixture],
  ["datable", datableFixture],
  ["datadog", datadogFixture],
  ["google-secops", googleSecopsFixture],
  ["elastic", elasticFixture],
  ["logscale", logscaleFixture],
  ["loki", lokiFixture],
  ["new-relic", newRelicFixture],
  ["panther", pantherFixture],
  ["runreveal", runrevealFixture],
  ["r2", r2Fixture],
  ["sentinel", sentinelFixture],
  ["otlp", otlpFixture],
  ["splunk-hec", splunkHecFixture],
  ["sumo-logic", sumoLogicFixture],
  ["webhook", webhookFixture],
]);
