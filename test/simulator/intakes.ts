/** Every kind of intake: how it reads a request, what it does to records that it does not like, and the vendor's limits; a test may set others. */
import { readAxiom } from "./axiom-intake.ts";
import { BETTER_STACK_MAX_BYTES, readBetterStack } from "./better-stack-intake.ts";
import { MAX_AGE_MS as DATADOG_MAX_AGE_MS, readDatadog } from "./datadog-intake.ts";
import type { IntakeSettings, Reading, ReadingContext } from "./intake.ts";
import { LOGSCALE_MAX_BYTES, readLogscale } from "./logscale-intake.ts";
import { NEW_RELIC_MAX_AGE_MS, NEW_RELIC_MAX_BYTES, readNewRelic } from "./new-relic-intake.ts";
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
  datadog: { read: readDatadog, limits: { maxRecords: 1000, maxBytes: 5_000_000 }, maxAgeMs: DATADOG_MAX_AGE_MS },
  logscale: { read: readLogscale, limits: { maxBytes: LOGSCALE_MAX_BYTES } },
  "new-relic": { read: readNewRelic, limits: { maxBytes: NEW_RELIC_MAX_BYTES }, maxAgeMs: NEW_RELIC_MAX_AGE_MS },
  "splunk-hec": { read: readSplunkHec, limits: { maxBytes: 1_000_000 }, partly: "again" },
  "sumo-logic": { read: readSumoLogic, limits: { maxBytes: 1_000_000 } },
  webhook: { read: readWebhook, limits: {}, isPlain: true },
} as const satisfies Record<string, IntakeOfKind>;

export const intakes: Readonly<Record<IntakeKind, IntakeOfKind>> = kinds;

export const intakeKinds = Object.keys(kinds) as [IntakeKind, ...IntakeKind[]];
