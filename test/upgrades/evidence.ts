/** What the intakes' memory proves of a state that another version has left behind. */
import type { Batch } from "../simulator/intake-memory.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import { keyOfRecord } from "../simulator/record-text.ts";
import type { World } from "../simulator/world.ts";
import { keysOf, type Fixture, type KnownBatch } from "./fixture.ts";

/** An old batch of which records were accepted once more. */
export interface Repeated {
  readonly old: KnownBatch;
  readonly stream: "live" | "history";
  /** Whether it came as it was: the same records and bytes under the same id. */
  readonly isSame: boolean;
}

const liveMs = 15 * 60_000;

/** Gives the intakes of a new world the memory of what they had accepted before. */
export function remember(world: World, fixture: Fixture): void {
  const raws = new Map(fixture.events.map(({ key, raw }) => [key, raw]));
  for (const [name, { memory }] of world.intakes) {
    for (const key of (fixture.accepted[name] ?? []).flatMap((batch) => keysOf(fixture, batch))) {
      memory.times.set(key, 1);
      memory.texts.set(key, raws.get(key) ?? "");
    }
  }
}

/** A record that is too old for Datadog comes with another name for its time, and otherwise as it is. */
const unstamped = (text: string): string => text.replace('"original_occurred_at"', '"occurred_at"');

/** The visible events that an intake has neither accepted nor, as a dead letter, refused; and those that came altered. */
export function lossesAt(world: World, fixture: Fixture, name: string, deadRecords: ReadonlySet<string>) {
  const texts = [...(world.intakes.get(name)?.memory.texts.values() ?? [])].map(unstamped);
  const arrived = new Map(texts.map((text) => [keyOfRecord(text), text]));
  const now = world.now();
  const visible = fixture.events.filter(({ visibleAt }) => visibleAt <= now);
  const lost = visible.filter(({ key, id }) => !arrived.has(key) && !deadRecords.has(id));
  const altered = visible.filter(({ key, raw }) => arrived.has(key) && arrived.get(key) !== raw);
  return { lost: lost.map(({ key }) => key), altered: altered.map(({ key }) => key) };
}

/** Which of the old batches came again; records that came twice since would be among nobody's. */
export function repeatedAt(fixture: Fixture, name: string, intake: SimulatedIntake): Repeated[] {
  const since = intake.memory.batches.filter(({ accepted }) => accepted);
  const arrived = new Map<string, Batch>();
  for (const batch of since) for (const key of batch.keys) arrived.set(key, batch);
  return (fixture.accepted[name] ?? []).flatMap((old) => {
    const keys = keysOf(fixture, old);
    const again = new Set(keys.flatMap((key) => arrived.get(key) ?? []));
    if (again.size === 0) return [];
    const [first] = again;
    const isSame = again.size === 1 && first?.id === old.id && first.bodyDigest === old.bodyDigest;
    const oldest = fixture.events[old.records[0]?.[0] ?? 0];
    return [{ old, stream: (oldest?.at ?? 0) / 1000 > fixture.leftAt - liveMs ? "live" : "history", isSame } as const];
  });
}

/** Records that were accepted more often than once, beyond those of the old batches that came again whole. */
export function unexplained(fixture: Fixture, name: string, intake: SimulatedIntake): string[] {
  const explained = new Set(repeatedAt(fixture, name, intake).flatMap(({ old }) => keysOf(fixture, old)));
  return [...intake.memory.times].flatMap(([key, times]) =>
    times === (explained.has(key) ? 2 : 1) ? [] : [`${key} came ${times} times`],
  );
}
