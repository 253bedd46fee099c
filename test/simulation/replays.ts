/** What people ask for again: all of it arrives once more where it was wanted, and nowhere else; each replay comes to an end. */
import type { DestinationReport, ReplayAnswer, ReplayOrder, TenantReport } from "../../src/tenant/report.ts";
import type { SimulatedEvent } from "../simulator/event-store.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import { intakes } from "../simulator/intakes.ts";
import type { World } from "../simulator/world.ts";

/** Replays that a tenant may have waiting (docs/operating.md). */
export const mostWaiting = 50;
const longestSkew = 5_000;

interface Asked {
  readonly tenant: string;
  readonly order: ReplayOrder;
  /** When, in milliseconds. */
  readonly at: number;
  /** Whoever was killed while they were asked may have begun it all the same. */
  readonly isSure: boolean;
  /** Destinations that the tenant told of at that time. */
  readonly known: readonly string[];
  /** What Kandji had of the range at that time. */
  readonly keys: ReadonlySet<string>;
}

interface Around {
  readonly world: World;
  readonly now: () => number;
  readonly note: (problem: string) => void;
}

export class Replays {
  readonly #asked: Asked[] = [];
  /** Tenant and destination that owed ranges were written for: two copies of a record that waited came back as one. */
  readonly #owed = new Set<string>();
  readonly #forgotten = new Set<string>();
  readonly #around: Around;

  constructor(around: Around) {
    this.#around = around;
  }

  /** Somebody asked; no answer where they were killed over it. */
  asked(order: ReplayOrder, report: TenantReport | undefined, answer: ReplayAnswer | undefined): void {
    const { world, now, note } = this.#around;
    const tenant = report?.id ?? "";
    const waiting = report?.replays.length ?? 0;
    if (answer?.kind === "too-many") {
      if (waiting < mostWaiting && !this.#asked.some(({ at }) => at === now()))
        note(`contract §6: ${tenant} takes no further replay, and ${waiting} wait`);
      return;
    }
    const isKnown = this.#asked.some((one) => one.tenant === tenant && isSame(one.order, order));
    if (answer?.kind === "waiting" && !isKnown)
      note(`contract §6: ${tenant} says that a replay waits which nobody asked for`);
    if (answer?.kind === "waiting") return;
    const events = world.kandji.get(tenant)?.store.visible() ?? [];
    // Without an end it is now, by a clock that may be off, and what is dated later only as far as it is known.
    const whole = { ...order, until: order.until ?? (now() - longestSkew) * 1000 };
    this.#asked.push({
      tenant,
      order,
      at: now(),
      isSure: answer !== undefined,
      known: report?.destinations.map(({ name }) => name) ?? [],
      keys: new Set(events.filter((event) => isIn(whole, event)).map(({ key }) => key)),
    });
  }

  /** Its books begin anew when it is back, and so does what it was sent. */
  forgot(tenant: string, destination: string): void {
    this.#forgotten.add(`${tenant} ${destination}`);
  }

  sawReport({ id, replays, destinations }: TenantReport): void {
    if (replays.length > mostWaiting) this.#around.note(`contract §6: ${replays.length} replays of ${id} wait`);
    for (const { name, owed } of destinations) if (owed > 0) this.#owed.add(`${id} ${name}`);
  }

  /** How often a record may have come to an intake because somebody asked for it again. */
  mostCopies(intake: string): ReadonlyMap<string, number> {
    const copies = new Map<string, number>();
    const count = ({ key }: SimulatedEvent): void => void copies.set(key, (copies.get(key) ?? 0) + 1);
    for (const [tenant, { store }] of this.#around.world.kandji)
      if (this.#forgotten.has(`${tenant} ${intake}`)) for (const event of store.visible()) count(event);
    for (const { order, tenant } of this.#asked) {
      if ((order.destination ?? intake) !== intake) continue;
      // Also what became visible after it was asked for, before the range was read.
      for (const event of this.#around.world.kandji.get(tenant)?.store.visible() ?? [])
        if (isPerhapsIn(order, event)) count(event);
    }
    return copies;
  }

  /** At rest: everything that was asked for has come again. */
  judge(reports: ReadonlyMap<string, TenantReport>, isLetGo: (intake: string, key: string) => boolean): void {
    const { world, note } = this.#around;
    for (const { id, replays } of reports.values())
      if (replays.length > 0)
        note(`contract §6: ${replays.length} replays of ${id} do not end: ${JSON.stringify(replays[0])}`);
    for (const [name, intake] of world.intakes) {
      const { maxAgeMs, dedupes } = intakes[intake.kind];
      // What is too old by now is left out, and who keeps nothing twice does not tell what came again.
      if (maxAgeMs !== undefined || dedupes === true) continue;
      this.#judgeAt(name, intake, isLetGo);
      for (const { id, destinations } of reports.values()) {
        const books = destinations.find((destination) => destination.name === name);
        if (books !== undefined) this.#judgeBooks(id, books, intake);
      }
    }
  }

  #judgeAt(name: string, intake: SimulatedIntake, isLetGo: (intake: string, key: string) => boolean): void {
    const arrivals = arrivalsAt(intake);
    for (const { tenant, order, at, isSure, known, keys } of this.#asked) {
      const isWanted = known.includes(name) && (order.destination ?? name) === name;
      if (!isSure || !isWanted || this.#forgotten.has(`${tenant} ${name}`)) continue;
      // What waits for a month is owed, too, and back before anybody sees it.
      const least = this.#owed.has(`${tenant} ${name}`) || this.#forgotten.size > 0 ? 1 : 2;
      const missing = [...keys].filter((key) => {
        if (intake.memory.refused.has(key) || isLetGo(name, key)) return false;
        const times = arrivals.get(key) ?? [];
        return times.length < least || (times.at(-1) ?? 0) < at;
      });
      if (missing.length > 0)
        this.#around.note(
          `contract §6: of a replay of ${tenant} asked for at ${new Date(at).toISOString()} (${JSON.stringify(order)}), ${missing.length} of ${keys.size} records never came again to ${name}: ${missing[0]}`,
        );
    }
  }

  /** A replayed record counts again. */
  #judgeBooks(tenant: string, { name, delivered, skipped, dead }: DestinationReport, intake: SimulatedIntake): void {
    const own = this.#asked.filter(
      ({ isSure, tenant: id, order, known }) =>
        isSure && id === tenant && known.includes(name) && (order.destination ?? name) === name,
    );
    if (own.length === 0 || this.#owed.has(`${tenant} ${name}`) || this.#forgotten.size > 0) return;
    const { memory } = intake;
    const events = this.#around.world.kandji.get(tenant)?.store.visible() ?? [];
    const once = events.filter(({ key }) => memory.times.has(key)).length;
    const again = own.reduce((sum, { keys }) => sum + [...keys].filter((key) => memory.times.has(key)).length, 0);
    if (delivered + skipped + dead < once + again)
      this.#around.note(
        `contract §6: ${tenant} counts ${delivered} delivered to ${name}, ${skipped} skipped and ${dead} dead, and ${once} and ${again} replayed ones were there`,
      );
  }
}

const isSame = (one: ReplayOrder, other: ReplayOrder): boolean =>
  one.destination === other.destination &&
  one.since === other.since &&
  (other.until === null || one.until === null || one.until === other.until);

/** Where a record has no time of its own, nobody knows of which moment Kandji would call it. */
const isDated = ({ raw, key }: SimulatedEvent): boolean => !key.startsWith("text-") && raw.includes('"occurred_at"');

const isIn = (order: ReplayOrder, event: SimulatedEvent): boolean =>
  isDated(event) && event.at >= order.since && (order.until === null || event.at <= order.until);

const isPerhapsIn = (order: ReplayOrder, event: SimulatedEvent): boolean => !isDated(event) || isIn(order, event);

/** Times at which each record was accepted, in order. */
function arrivalsAt({ memory }: SimulatedIntake): ReadonlyMap<string, number[]> {
  const arrivals = new Map<string, number[]>();
  for (const { accepted, at, keys } of memory.batches) {
    if (!accepted) continue;
    for (const key of keys) {
      const times = arrivals.get(key);
      if (times === undefined) arrivals.set(key, [at]);
      else times.push(at);
    }
  }
  return arrivals;
}
