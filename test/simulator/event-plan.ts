/** From a short plan to events: how many, over which time, and what is wrong with some of them. */
import { bareRecord, oddRecord, usualRecord } from "./audit-records.ts";
import type { SimulatedEvent } from "./event-store.ts";
import { formatMoment, type Micros } from "./micro-time.ts";
import { integer, randomFrom, ulid, type Random } from "./random.ts";
import { keyOfRecord } from "./record-text.ts";

export interface EventPlan {
  readonly seed: number;
  readonly count: number;
  /** Milliseconds since 1970; events occur from `from` up to, not at, `to`. */
  readonly from: number;
  readonly to: number;
  /** Of the events, so many groups of `size` share one microsecond each. */
  readonly ties?: { readonly groups: number; readonly size: number } | undefined;
  /** Besides `count`: events dated up to `aheadMs` after `to`, visible when the plan is carried out. */
  readonly future?: { readonly count: number; readonly aheadMs: number } | undefined;
  /** Of the events, the share that becomes visible only `byMs` after it occurred. */
  readonly late?: { readonly share: number; readonly byMs: number } | undefined;
  /** Of the events, so many whose text careless handling would change. */
  readonly odd?: number | undefined;
  /** Of the events, so many without `id` or without `occurred_at`, in turn. */
  readonly bare?: number | undefined;
  /** Of the events, so many that carry `text` in a field, for an intake that refuses it. */
  readonly marked?: { readonly count: number; readonly text: string } | undefined;
  /** Pads every record with a field to at least so many bytes. */
  readonly recordBytes?: number | undefined;
}

/** Carries a plan out. `now` is when: nothing that it makes is visible earlier than it occurred, future-dated events apart. */
export function makeEvents(plan: EventPlan, now: number): SimulatedEvent[] {
  const random = randomFrom(plan.seed);
  const times = momentsOf(plan, random);
  const strange = strangeOnes(plan, random);
  const events: SimulatedEvent[] = [];
  for (const [index, at] of times.entries()) {
    const occurred = at / 1000;
    const delay = 62 + integer(random, 608);
    const isLate = plan.late !== undefined && random() < plan.late.share;
    const visibleAt = occurred + (isLate ? (plan.late?.byMs ?? 0) : delay);
    events.push(eventAt(plan, random, { at, mintedAt: occurred + delay, visibleAt }, strange.get(index)));
  }
  for (let i = 0; i < (plan.future?.count ?? 0); i += 1) {
    const at = plan.to * 1000 + 1 + integer(random, (plan.future?.aheadMs ?? 0) * 1000);
    events.push(eventAt(plan, random, { at, mintedAt: now, visibleAt: now }, undefined));
  }
  return events;
}

function momentsOf(plan: EventPlan, random: Random): Micros[] {
  const span = Math.max(1, (plan.to - plan.from) * 1000);
  const moment = (): Micros => Math.floor(plan.from * 1000 + random() * span);
  const times: Micros[] = [];
  for (let group = 0; group < (plan.ties?.groups ?? 0); group += 1) {
    const shared = moment();
    for (let i = 0; i < (plan.ties?.size ?? 0) && times.length < plan.count; i += 1) times.push(shared);
  }
  while (times.length < plan.count) times.push(moment());
  return times.toSorted((a, b) => a - b);
}

type Strangeness = { readonly kind: "odd" | "bare" | "marked"; readonly which: number };

/** Which of the events are strange, and how; spread over the whole range. */
function strangeOnes(plan: EventPlan, random: Random): Map<number, Strangeness> {
  const strange = new Map<number, Strangeness>();
  const spread = (kind: Strangeness["kind"], wanted: number): void => {
    const room = Math.min(wanted, plan.count - strange.size);
    for (let which = 0; which < room; which += 1) {
      let index = integer(random, plan.count);
      while (strange.has(index)) index = (index + 1) % plan.count;
      strange.set(index, { kind, which });
    }
  };
  spread("marked", plan.marked?.count ?? 0);
  spread("bare", plan.bare ?? 0);
  spread("odd", plan.odd ?? 0);
  return strange;
}

interface Times {
  readonly at: Micros;
  readonly mintedAt: number;
  readonly visibleAt: number;
}

function eventAt(plan: EventPlan, random: Random, times: Times, strangeness: Strangeness | undefined): SimulatedEvent {
  const id = ulid(random, times.mintedAt);
  const identity = { id, occurredAt: formatMoment(times.at) };
  let raw: string;
  if (strangeness?.kind === "odd") raw = oddRecord(random, identity, strangeness.which);
  else if (strangeness?.kind === "bare") raw = bareRecord(random, identity, strangeness.which);
  else raw = usualRecord(random, identity);
  if (strangeness?.kind === "marked") raw = withField(raw, "note", plan.marked?.text ?? "");
  const missing = (plan.recordBytes ?? 0) - raw.length;
  if (missing > 0) raw = withField(raw, "padding", "p".repeat(Math.max(0, missing - 13)));
  const key = strangeness?.kind === "bare" ? keyOfRecord(raw) : id;
  return { id, at: times.at, visibleAt: times.visibleAt, raw, key, served: 0 };
}

function withField(raw: string, name: string, text: string): string {
  return [raw.slice(0, raw.lastIndexOf("}")), `,"${name}":${JSON.stringify(text)}}`].join("");
}
