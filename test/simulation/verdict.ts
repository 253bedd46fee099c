/** What the two ends know of a history that has come to rest, against every promise that was made. */
import type { Batch } from "../simulator/intake-memory.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import { intakes } from "../simulator/intakes.ts";
import { hour, minute, usualShare } from "./beginning.ts";
import type { Stage } from "./stage.ts";

/** Live, history, redriven: a kill may repeat one batch of each. */
const streams = 3;

export function judgeEnd(stage: Stage): void {
  const { oracle, world } = stage;
  for (const [id, report] of oracle.reports) {
    for (const { name, pending, owedMissing } of report.destinations) {
      if (pending > 0)
        oracle.note(`liveness: ${pending} records of ${id} still wait for ${name}: ${JSON.stringify(report.problems)}`);
      if (owedMissing > 0)
        oracle.note(`promise 7: ${owedMissing} owed records of ${id} were not found again for ${name}`);
    }
  }
  for (const [name, intake] of world.intakes) {
    judgeRepeats(stage, name, intake);
    judgeOrder(stage, name, intake);
  }
  for (const account of world.accounts()) {
    const { intake, tenant, lost, lostKeys, altered, dropped } = account;
    if (lost > 0)
      oracle.note(
        `promise 1: ${lost} records of ${tenant} never came to ${intake}: ${lostKeys
          .slice(0, 3)
          .map((key) => describeEvent(stage, tenant, key))
          .join("; ")}`,
      );
    if (altered !== 0 && altered !== null)
      oracle.note(`promise 3: ${altered} records of ${tenant} came to ${intake} altered`);
    if (dropped > 0) oracle.note(`promise 7: ${intake} dropped ${dropped} records of ${tenant} unseen`);
  }
  judgeRefused(stage);
}

/** When all is well, what becomes visible arrives soon, whatever waits besides. */
export function judgePromptness({ oracle, world, clock }: Stage, since: number): void {
  for (const { tenant, intake, lost } of world.accounts(since)) {
    if (lost > 0)
      oracle.note(
        `promise 4: ${lost} new records of ${tenant} have not come to ${intake} ${(clock.now() - since) / minute} minutes after they became visible`,
      );
  }
}

/** The cron fires at full minutes, and with a quick network all that a poll finds is delivered seconds after it. */
const promptly = 10_000;

/** Promise 7: the others do not wait for one that hangs. */
export function judgeNeighbours({ oracle, world }: Stage, sick: string, since: number): void {
  for (const [name, intake] of world.intakes) {
    if (name === sick) continue;
    const late = intake.memory.batches.filter(({ at, accepted }) => accepted && at >= since && at % minute > promptly);
    if (late.length > 0)
      oracle.note(
        `promise 7: ${late.length} batches for ${name} waited up to ${Math.max(...late.map(({ at }) => at % minute)) / 1000} s while ${sick} hung`,
      );
  }
}

/** Whatever was refused and never accepted is a dead letter now, or was one until a person let it go, or has become too old. */
function judgeRefused(stage: Stage): void {
  const { oracle, world } = stage;
  for (const [name, { kind, memory }] of world.intakes) {
    const tooOld = olderThan(stage, intakes[kind].maxAgeMs ?? Infinity);
    for (const key of memory.refused) {
      const isDead = oracle.isDeadAt(name, key) || oracle.deleted.has(`${name} ${key}`);
      // What has no id is not recognised in the list of dead letters.
      const isNameless = key.startsWith("text-");
      if (!isDead && !isNameless && !memory.times.has(key) && !tooOld.has(key))
        oracle.note(`promise 6: ${key} was refused by ${name} and is no dead letter`);
    }
  }
}

function olderThan({ world, clock }: Stage, ageMs: number): ReadonlySet<string> {
  if (ageMs === Infinity) return new Set();
  const events = [...world.kandji.values()].flatMap(({ store }) => store.visible());
  return new Set(events.flatMap(({ key, at }) => (at / 1000 < clock.now() - ageMs ? [key] : [])));
}

interface Repeats {
  /** Batches with records that had been accepted before. */
  batches: number;
  records: number;
}

/**
 * A batch may come again when its acceptance was never heard of, and one of each stream for each kill. Where batches were
 * formed anew meanwhile (another secret, another version, other limits) their number says nothing, and records are counted.
 */
function judgeRepeats({ oracle, world }: Stage, name: string, { kind, memory }: SimulatedIntake): void {
  const accepted = memory.batches.filter((batch) => batch.accepted);
  const repeats: Repeats = { batches: 0, records: 0 };
  const copies = oracle.mostCopies(name);
  const came = new Map<string, number>();
  const isAgain = (key: string): boolean => (came.get(key) ?? 0) > (copies.get(key) ?? 0);
  // A body that nobody numbered may be the same for what is sent again and for what was asked for again.
  const isTold = copies.size === 0 || kind === "webhook";
  const ids = new Set<string>();
  for (const { id, at, keys, refusedBeside } of accepted) {
    const isKnown = ids.has(id);
    ids.add(id);
    // Beside copies that were asked for, a batch that comes again is told by its id.
    const isSame = isKnown && isTold && copies.size > 0;
    const again = isSame ? keys.length : keys.filter(isAgain).length;
    // What was kept beside refused ones comes again where the intake does not say which those were.
    const isDue = intakes[kind].partly === "again" && refusedBeside.length > 0;
    if (!isDue && !isSame) for (const key of keys) came.set(key, (came.get(key) ?? 0) + 1);
    if (again === 0) continue;
    if (!isKnown && isTold && !oracle.isFormedAnew(name, at))
      oracle.note(`promise 2: ${name} was sent ${again} records again as ${id}, another batch`);
    repeats.batches += 1;
    repeats.records += again;
    if (again < keys.length && isTold && !oracle.isFormedAnew(name, at))
      oracle.note(`promise 2: ${name} was sent ${again} records again among ${keys.length - again} new ones`);
  }
  const unheard = unheardOf(accepted, (id) => oracle.confirmations(name, id));
  const killed = oracle.ends * streams * world.kandji.size;
  const largest = Math.max(0, ...accepted.map(({ keys }) => keys.length));
  const allowed =
    oracle.isFormedAnew(name) || !isTold
      ? repeats.records <= sum(unheard.map(({ keys }) => keys.length)) + killed * largest
      : repeats.batches <= unheard.length + killed;
  if (!allowed)
    oracle.note(
      `promise 2: ${name} was sent ${repeats.batches} batches again (${repeats.records} records); ${unheard.length} acceptances were never heard of, ${oracle.ends} kills`,
    );
}

/** Acceptances of which the forwarder never received the whole answer. */
function unheardOf(accepted: readonly Batch[], confirmations: (id: string) => number): Batch[] {
  const heard = new Map<string, number>();
  return accepted.filter(({ id }) => {
    const before = heard.get(id) ?? 0;
    heard.set(id, before + 1);
    return before >= confirmations(id);
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Within a stream, records come in the order of collection; what was refused alone comes later, alone. */
function judgeOrder({ oracle }: Stage, name: string, { memory }: SimulatedIntake): void {
  const ends = new Map<string, number>();
  const seen = new Set<string>();
  for (const { id, at, accepted, keys } of memory.batches) {
    if (!accepted) continue;
    const isNew = keys.some((key) => !seen.has(key));
    // Formed anew after a change, a batch whose acceptance was never heard of comes again with those behind it.
    const isReformed = oracle.isFormedAnew(name, at) && seen.has(keys[0] ?? "");
    for (const key of keys) seen.add(key);
    const [tenant, generation, dataset, stream, from, count] = id.split("_");
    if (count === undefined) continue;
    const lane = [tenant, generation, dataset, stream].join(" ");
    const end = ends.get(lane) ?? 0;
    if (isNew && !isReformed && Number(from) < end && keys.length > 1)
      oracle.note(`promise 4: ${name} got batch ${id} after the records behind it`);
    ends.set(lane, Math.max(end, Number(from) + Number(count)));
  }
}

/** An hour in which nothing happens: nothing but heartbeats is written, and little is asked. */
export async function judgeQuiet(stage: Stage): Promise<void> {
  const { cloud, clock, oracle, world, beginning } = stage;
  // With less, each poll is written down, so that the share is kept and yet used (docs/decisions/0016).
  if (beginning.maxRequestsPerHour < usualShare) return;
  await cloud.advanceTo(clock.now() + 25 * minute);
  const rows = new Map([...cloud.objects].map(([key, { disk }]) => [key, disk.rowsWritten]));
  const sent = [...world.intakes.values()].map(({ memory }) => memory.batches.length);
  await cloud.advanceTo(clock.now() + hour);
  if (sum([...world.intakes.values()].map(({ memory }) => memory.batches.length)) !== sum(sent)) return;
  for (const [key, { disk }] of cloud.objects) {
    const written = disk.rowsWritten - (rows.get(key) ?? 0);
    // Six heartbeats, and the dead man's alarm every fifteen minutes; the forwarder object writes its tick every ten.
    if (written > 12) oracle.note(`promise 9: ${key} wrote ${written} rows in a quiet hour`);
  }
}

function describeEvent({ world }: Stage, tenant: string, key: string): string {
  const event = world.kandji
    .get(tenant)
    ?.store.visible()
    .find((other) => other.key === key);
  if (event === undefined) return key;
  return `${key} of ${new Date(event.at / 1000).toISOString()}, visible ${new Date(event.visibleAt).toISOString()}, served ${event.served} times`;
}
