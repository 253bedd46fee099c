/** What `day.ts` prints: what the forwarder tells, and what the two ends hold. */
import type { Fleet } from "../../src/forwarder/fleet.ts";
import type { TenantReport } from "../../src/tenant/report.ts";

export interface EventTruth {
  readonly key: string;
  /** Microseconds since 1970. */
  readonly at: number;
  readonly isDated: boolean;
}

export interface Truth {
  /** Every event that Kandji has by now. */
  readonly events: readonly EventTruth[];
  /** Every row that came to the destination that takes all of them, accepted or not: its key and its dataset. */
  readonly rows: readonly (readonly [key: string, dataset: string])[];
}

export interface IntakeTruth {
  /** Keys of the records that it has. */
  readonly accepted: readonly string[];
  /** Keys of those that it refused at some time. */
  readonly refused: readonly string[];
  /** Accepted and thrown away. */
  readonly dropped: number;
}

export interface Told {
  readonly now: number;
  readonly env: Readonly<Record<string, string>>;
  readonly fleet: Fleet;
  readonly reports: Readonly<Record<string, TenantReport>>;
  readonly truth: Readonly<Record<string, Truth>>;
  readonly intakes: Readonly<Record<string, IntakeTruth>>;
  /** The destination that is not sent to any more. */
  readonly paused: string;
}
