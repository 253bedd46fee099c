import { gunzipSync } from "node:zlib";
import type { HttpRequest } from "../../src/ports.ts";
import type { Fixture } from "../destinations/fixture.ts";
import { betterStackFixture } from "../destinations/better-stack.fixture.ts";
import { datableFixture } from "../destinations/datable.fixture.ts";
import { datadogFixture } from "../destinations/datadog.fixture.ts";
import { googleSecopsFixture } from "../destinations/google-secops.fixture.ts";
import { lokiFixture } from "../destinations/loki.fixture.ts";
import { elasticFixture } from "../destinations/elastic.fixture.ts";
import { logscaleFixture } from "../destinations/logscale.fixture.ts";
import { newRelicFixture } from "../destinations/new-relic.fixture.ts";
import { otlpFixture } from "../destinations/otlp.fixture.ts";
import { axiomFixture } from "../destinations/axiom.fixture.ts";
import { pantherFixture } from "../destinations/panther.fixture.ts";
import { runrevealFixture } from "../destinations/runreveal.fixture.ts";
import { r2Fixture } from "../destinations/r2.fixture.ts";
import { sentinelFixture } from "../destinations/sentinel.fixture.ts";
import { splunkHecFixture } from "../destinations/splunk-hec.fixture.ts";
import { sumoLogicFixture } from "../destinations/sumo-logic.fixture.ts";
import { webhookFixture } from "../destinations/webhook.fixture.ts";

/** How the requests of each destination type are read. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map<string, Fixture>([
  ["better-stack", betterStackFixture],
  ["datable", datableFixture],
  ["datadog", datadogFixture],
  ["google-secops", googleSecopsFixture],
  ["loki", lokiFixture],
  ["elastic", elasticFixture],
  ["logscale", logscaleFixture],
  ["new-relic", newRelicFixture],
  ["otlp", otlpFixture],
  ["axiom", axiomFixture],
  ["panther", pantherFixture],
  ["runreveal", runrevealFixture],
  ["r2", r2Fixture],
  ["sentinel", sentinelFixture],
  ["splunk-hec", splunkHecFixture],
  ["sumo-logic", sumoLogicFixture],
  ["webhook", webhookFixture],
]);

export const textOf = ({ body }: Pick<HttpRequest, "body">): string =>
  typeof body === "string" ? body : gunzipSync(body ?? "").toString();

/** Whether this answer says that the records are there: of a bucket also that they were there before. */
export const isAcceptance = (type: string, status: number): boolean =>
  Math.floor(status / 100) === 2 || (type === "r2" && status === 412);

interface GoodAnswer {
  readonly status: number;
  readonly body: string;
}

/** How an intake of this type says that it has the records of a request, or gives its token where that is asked for. */
export function goodAnswerOf(type: string, request: Pick<HttpRequest, "url" | "body">): GoodAnswer {
  const fixture = fixtures.get(type);
  if (fixture === undefined) return { status: 200, body: "{}" };
  const { login, success, bodies, acceptance, rawOf } = fixture;
  if (login?.host === new URL(request.url).host) return { status: 200, body: login.body };
  // A 200 is what most of them take; the one that takes only another code has no body for it.
  if (success === 204) return { status: success, body: "" };
  return { status: 200, body: acceptance?.(rawOf(textOf(request)).length) ?? bodies?.get(200) ?? "{}" };
}

export const isLogin = (type: string, url: string): boolean => fixtures.get(type)?.login?.host === new URL(url).host;
