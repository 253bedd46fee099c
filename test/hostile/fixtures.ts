import { gunzipSync } from "node:zlib";
import type { HttpRequest } from "../../src/ports.ts";
import type { Fixture } from "../destinations/fixture.ts";
import { betterStackFixture } from "../destinations/better-stack.fixture.ts";
import { datadogFixture } from "../destinations/datadog.fixture.ts";
import { elasticFixture } from "../destinations/elastic.fixture.ts";
import { logscaleFixture } from "../destinations/logscale.fixture.ts";
import { newRelicFixture } from "../destinations/new-relic.fixture.ts";
import { otlpFixture } from "../destinations/otlp.fixture.ts";
import { axiomFixture } from "../destinations/axiom.fixture.ts";
import { splunkHecFixture } from "../destinations/splunk-hec.fixture.ts";
import { sumoLogicFixture } from "../destinations/sumo-logic.fixture.ts";
import { webhookFixture } from "../destinations/webhook.fixture.ts";

/** How the requests of each destination type are read. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map<string, Fixture>([
  ["better-stack", betterStackFixture],
  ["datadog", datadogFixture],
  ["elastic", elasticFixture],
  ["logscale", logscaleFixture],
  ["new-relic", newRelicFixture],
  ["otlp", otlpFixture],
  ["axiom", axiomFixture],
  ["splunk-hec", splunkHecFixture],
  ["sumo-logic", sumoLogicFixture],
  ["webhook", webhookFixture],
]);

export const textOf = ({ body }: HttpRequest): string =>
  typeof body === "string" ? body : gunzipSync(body ?? "").toString();

/** With what body, and status 200, an intake of this type says that it has the records of a request. */
export function acceptanceOf(type: string, request: HttpRequest): string {
  const fixture = fixtures.get(type);
  const said = fixture?.acceptance?.(fixture.rawOf(textOf(request)).length);
  return said ?? fixture?.bodies?.get(200) ?? "{}";
}
