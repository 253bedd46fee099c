/** Every kind of intake: how it reads a request, what it does to records that it does not like, and the vendor's limits; a test may set others. */
import { readAxiom } from "./axiom-intake.ts";
import { BETTER_STACK_MAX_BYTES, readBetterStack } from "./better-stack-intake.ts";
import { readDatable } from "./datable-intake.ts";
import { MAX_AGE_MS as DATADOG_MAX_AGE_MS, readDatadog } from "./datadog-intake.ts";
import { ELASTIC_MAX_BYTES, readElastic } from "./elastic-intake.ts";
import { GOOGLE_SECOPS_MAX_BYTES, readGoogleSecops } from "./google-secops-intake.ts";
import type { IntakeSettings, Reading, ReadingContext } from "./intake.ts";
import { LOGSCALE_MAX_BYTES, readLogscale } from "./logscale-intake.ts";
import { LOKI_MAX_AGE_MS, readLoki } from "./loki-intake.ts";
import { NEW_RELIC_MAX_AGE_MS, NEW_RELIC_MAX_BYTES, readNewRelic } from "./new-relic-intake.ts";
import { OTLP_MAX_BYTES, readOtlp } from "./otlp-intake.ts";
import { readPanther } from "./panther-intake.ts";
import { readR2 } from "./r2-intake.ts";
import { readRunreveal } from "./runreveal-intake.ts";
import { readSentinel } from "./sentinel-intake.ts";
import { readSplunkHec } from "./splunk-hec-intake.ts";
import { readSumoLogic } from "./sumo-logic-intake.ts";
import { readWebhook } from "./webhook-intake.ts";

export interface IntakeOfKind {
  readonly read: (context: ReadingContext) => Reading;
  readonly limits: Partial<Pick<IntakeSettings, "maxRecords" | "maxBytes">>;
  /** Older records are answered well and thrown away, or refused for their age; absent where it takes any. Milliseconds. */
  readonly maxAgeMs?: number;
  /** Any 2xx is its word, whatever comes with it; of the others, a page of markup is known for none of theirs. */
  readonly isPlain?: true;
  /** A record that it has is answered well, and is not kept twice. */
  readonly dedupes?: true;
  /**
   * What its protocol says of a request of which it kept a part: it `names` the records that it refused, so that no other
   * comes again; it leaves it to the sender to send all `again`; or it wants `none` of them again. Absent where it keeps
   * all or nothing.
   */
  readonly partly?: "names" | "again" | "none";
}

export type IntakeKind = keyof typeof kinds;

const kinds = {
  axiom: { read: readAxiom, limits: { maxRecords: 10_000 }, partly: "again" },
  "better-stack": { read: readBetterStack, limits: { maxBytes: BETTER_STACK_MAX_BYTES } },
  datable: { read: readDatable, limits: {} },
  datadog: { read: readDatadog, limits: { maxRecords: 1000, maxBytes: 5_000_000 }, maxAgeMs: DATADOG_MAX_AGE_MS },
  elastic: { read: readElastic, limits: { maxBytes: ELASTIC_MAX_BYTES }, dedupes: true, partly: "names" },
  "google-secops": { read: readGoogleSecops, limits: { maxBytes: GOOGLE_SECOPS_MAX_BYTES } },
  logscale: { read: readLogscale, limits: { maxBytes: LOGSCALE_MAX_BYTES } },
  loki: {
    read: readLoki,
    limits: { maxBytes: 100_000_000 },
    maxAgeMs: LOKI_MAX_AGE_MS,
    dedupes: true,
    partly: "again",
  },
  "new-relic": { read: readNewRelic, limits: { maxBytes: NEW_RELIC_MAX_BYTES }, maxAgeMs: NEW_RELIC_MAX_AGE_MS },
  otlp: { read: readOtlp, limits: { maxBytes: OTLP_MAX_BYTES }, partly: "none" },
  panther: { read: readPanther, limits: {} },
  r2: { read: readR2, limits: {}, isPlain: true, dedupes: true },
  runreveal: { read: readRunreveal, limits: { maxBytes: 1_000_000 } },
  sentinel: { read: readSentinel, limits: {}, maxAgeMs: 2 * 24 * 3_600_000 },
  "splunk-hec": { read: readSplunkHec, limits: { maxBytes: 1_000_000 }, partly: "again" },
  "sumo-logic": { read: readSumoLogic, limits: { maxBytes: 1_000_000 } },
  webhook: { read: readWebhook, limits: {}, isPlain: true },
} as const satisfies Record<string, IntakeOfKind>;

export const intakes: Readonly<Record<IntakeKind, IntakeOfKind>> = kinds;

export const intakeKinds = Object.keys(kinds) as [IntakeKind, ...IntakeKind[]];
