/** Every kind of intake: how it reads a request, and the vendor's limits; a test may set others. */
import { readAxiom } from "./axiom-intake.ts";
import { BETTER_STACK_MAX_BYTES, readBetterStack } from "./better-stack-intake.ts";
import { readDatable } from "./datable-intake.ts";
import { readDatadog } from "./datadog-intake.ts";
import { GOOGLE_SECOPS_MAX_BYTES, readGoogleSecops } from "./google-secops-intake.ts";
import { ELASTIC_MAX_BYTES, readElastic } from "./elastic-intake.ts";
import type { IntakeSettings, Reading, ReadingContext } from "./intake.ts";
import { LOGSCALE_MAX_BYTES, readLogscale } from "./logscale-intake.ts";
import { readLoki } from "./loki-intake.ts";
import { NEW_RELIC_MAX_BYTES, readNewRelic } from "./new-relic-intake.ts";
import { readPanther } from "./panther-intake.ts";
import { readRunreveal } from "./runreveal-intake.ts";
import { readR2 } from "./r2-intake.ts";
import { readSentinel } from "./sentinel-intake.ts";
import { OTLP_MAX_BYTES, readOtlp } from "./otlp-intake.ts";
import { readSplunkHec } from "./splunk-hec-intake.ts";
import { readSumoLogic } from "./sumo-logic-intake.ts";
import { readWebhook } from "./webhook-intake.ts";

interface IntakeOfKind {
  readonly read: (context: ReadingContext) => Reading;
  readonly limits: Partial<Pick<IntakeSettings, "maxRecords" | "maxBytes">>;
}

export type IntakeKind = keyof typeof kinds;

const kinds = {
  axiom: { read: readAxiom, limits: { maxRecords: 10_000 } },
  "better-stack": { read: readBetterStack, limits: { maxBytes: BETTER_STACK_MAX_BYTES } },
  datable: { read: readDatable, limits: {} },
  datadog: { read: readDatadog, limits: { maxRecords: 1000, maxBytes: 5_000_000 } },
  "google-secops": { read: readGoogleSecops, limits: { maxBytes: GOOGLE_SECOPS_MAX_BYTES } },
  elastic: { read: readElastic, limits: { maxBytes: ELASTIC_MAX_BYTES } },
  logscale: { read: readLogscale, limits: { maxBytes: LOGSCALE_MAX_BYTES } },
  loki: { read: readLoki, limits: { maxBytes: 100_000_000 } },
  "new-relic": { read: readNewRelic, limits: { maxBytes: NEW_RELIC_MAX_BYTES } },
  panther: { read: readPanther, limits: {} },
  runreveal: { read: readRunreveal, limits: { maxBytes: 1_000_000 } },
  r2: { read: readR2, limits: {} },
  sentinel: { read: readSentinel, limits: {} },
  otlp: { read: readOtlp, limits: { maxBytes: OTLP_MAX_BYTES } },
  "splunk-hec": { read: readSplunkHec, limits: { maxBytes: 1_000_000 } },
  "sumo-logic": { read: readSumoLogic, limits: { maxBytes: 1_000_000 } },
  webhook: { read: readWebhook, limits: {} },
} as const satisfies Record<string, IntakeOfKind>;

export const intakes: Readonly<Record<IntakeKind, IntakeOfKind>> = kinds;
