/**
 * The account: what a tenant's API had to give against what an intake holds. Made from the two ends only, never from
 * anything that the forwarder says about itself.
 */
import type { SimulatedEvent } from "./event-store.ts";
import type { SimulatedIntake } from "./intake.ts";
import { intakes, type IntakeKind } from "./intakes.ts";
import type { SimulatedKandji } from "./kandji.ts";

export interface Account {
  readonly tenant: string;
  readonly intake: string;
  readonly kind: IntakeKind;
  /** Made, visible by now or not. */
  readonly events: number;
  readonly visible: number;
  /** Visible events that the API returned in a whole answer at least once. */
  readonly collected: number;
  /** Visible events that the intake accepted and kept, each counted once. */
  readonly delivered: number;
  /** Arrivals beyond the first of each event. */
  readonly repeated: number;
  /** Never accepted, because the intake refuses them. */
  readonly refused: number;
  /** Not sent, and the intake would have dropped them for their age. */
  readonly tooOld: number;
  /** Accepted and silently dropped for their age. */
  readonly dropped: number;
  /** Visible and nowhere. While the forwarder is at work: not arrived yet. */
  readonly lost: number;
  /** The first of them. */
  readonly lostKeys: readonly string[];
  /** Arrived with another text than the API had; `null` when the intake keeps no texts. */
  readonly altered: number | null;
}

const SHOWN_KEYS = 20;

export interface AccountScope {
  readonly now: number;
  /** Events that occurred before this do not count; milliseconds since 1970. */
  readonly since?: number | undefined;
}

type Fate = "delivered" | "refused" | "dropped" | "tooOld" | "lost";

export function accountOf(
  [tenant, kandji]: readonly [string, SimulatedKandji],
  [name, intake]: readonly [string, SimulatedIntake],
  scope: AccountScope,
): Account {
  const counts: Record<Fate, number> = { delivered: 0, refused: 0, dropped: 0, tooOld: 0, lost: 0 };
  const lostKeys: string[] = [];
  let [visible, collected, repeated, altered] = [0, 0, 0, 0];
  for (const event of kandji.store.visible()) {
    if (event.at / 1000 < (scope.since ?? -Infinity)) continue;
    visible += 1;
    if (event.served > 0) collected += 1;
    const fate = fateOf(event, intake, scope.now);
    counts[fate] += 1;
    if (fate === "lost" && lostKeys.length < SHOWN_KEYS) lostKeys.push(event.key);
    repeated += Math.max(0, (intake.memory.times.get(event.key) ?? 0) - 1);
    const text = intake.memory.texts.get(event.key);
    if (text !== undefined && text !== event.raw) altered += 1;
  }
  const keepsTexts = intake.memory.texts.size > 0 || intake.memory.times.size === 0;
  const { total } = kandji.store;
  return {
    tenant,
    intake: name,
    kind: intake.kind,
    events: total,
    visible,
    collected,
    ...counts,
    repeated,
    lostKeys,
    altered: keepsTexts ? altered : null,
  };
}

function fateOf(event: SimulatedEvent, intake: SimulatedIntake, now: number): Fate {
  if (intake.memory.times.has(event.key)) return "delivered";
  if (intake.memory.refused.has(event.key)) return "refused";
  if (intake.memory.dropped.has(event.key)) return "dropped";
  const { maxAgeMs = Infinity } = intakes[intake.kind];
  return now - event.at / 1000 > maxAgeMs ? "tooOld" : "lost";
}
