import { counted, countsFrom, type EventHour, type Fate } from "../spool/hours.ts";
import type { Offset, Suspect } from "../spool/offsets.ts";
import { delaysOf, noFigures, noted, noTimeline, together } from "../spool/timeline.ts";
import type { Batch } from "./batch.ts";
import type { Unwritten } from "./unwritten.ts";

/** What becomes of an offset after an answer: pure, so that every case can be read and tested by itself. */

const passed = (offset: Offset, end: number): Pick<Offset, "position" | "ends"> => ({
  position: Math.max(offset.position, end),
  ends: offset.ends.filter((at) => at > end),
});

const without = (offset: Offset, at: number): Suspect[] => offset.suspects.filter((suspect) => suspect.at !== at);
const inOrder = (suspects: readonly Suspect[]): Suspect[] => suspects.toSorted((one, other) => one.at - other.at);

/** Where a batch begins: the run may be one suspect alone, also one that a rule leaves out by now. */
const startOf = ({ end, positions, skipped }: Batch): number => end - positions.length - skipped;

/** Counts the records of a run by hour: those that were sent have this fate, the others were skipped. */
function byHour({ hours = [] }: Offset, batch: Batch, fateOf: (at: number) => Fate): Pick<Offset, "hours"> {
  const sent = new Set(batch.positions);
  const start = startOf(batch);
  const fates = (batch.hours ?? []).map((hour, index) => {
    const at = start + index;
    return [hour, sent.has(at) ? fateOf(at) : "skipped"] as const;
  });
  return { hours: counted(hours, fates) };
}

/** Counts what arrived just now, and how late; what the intake said of others is counted with the answer. */
function arriving({ timeline = noTimeline }: Offset, batch: Batch, arrived: readonly number[], now: number) {
  const start = startOf(batch);
  const moments = arrived.map((at) => batch.moments[at - start] ?? null).filter((moment) => moment !== null);
  const delays = delaysOf(moments.map((moment) => now - moment));
  return { timeline: noted(timeline, now, { ...noFigures, records: arrived.length, ...delays }) };
}

/** All but the refused ones arrived. `refused` are positions with their reason. */
export function accepted(
  offset: Offset,
  batch: Batch,
  refused: readonly { readonly at: number; readonly status: number; readonly reason: string }[],
  acceptedThen: number,
  now: number,
): Offset {
  const suspects = refused.map((refusal) => ({ ...refusal, acceptedThen }));
  const start = startOf(batch);
  const stays = new Set(refused.map(({ at }) => at));
  const arrived = batch.positions.filter((at) => !stays.has(at));
  const settled = offset.suspects.filter(({ at }) => at < start || at >= batch.end);
  return {
    ...offset,
    ...passed(offset, batch.end),
    ...(arrived.length > 0 ? arriving(offset, batch, arrived, now) : {}),
    delivered: offset.delivered + arrived.length,
    skipped: offset.skipped + batch.skipped,
    ...byHour(offset, batch, (at) => (stays.has(at) ? "pending" : "delivered")),
    suspects: inOrder([...settled, ...suspects]),
    lastDeliveredAt: arrived.length > 0 ? now : offset.lastDeliveredAt,
  };
}

/** As it is stored: with the requests that were made, and with counts of those hours that may still be asked for. */
export function written(offset: Offset, unwritten: Unwritten, oldestHour: number, now: number): Offset {
  const { timeline = noTimeline } = offset;
  return {
    ...offset,
    requests: offset.requests + unwritten.requests,
    hours: countsFrom(offset.hours ?? [], oldestHour),
    timeline: together(timeline, unwritten.timeline, now),
  };
}

/** The batch that begins at the position ends here, at every try. */
export const laidDown = (offset: Offset, end: number): Offset => ({
  ...offset,
  ends: offset.ends.includes(end) ? offset.ends : [end, ...offset.ends],
});

/**
 * Parts the batch: into halves, or before and after the record that the intake named. The parts keep their ends, so that each is
 * the same at every try.
 */
export function split(offset: Offset, { positions, end }: Batch, culprit = NaN): Offset {
  const isNamed = positions[culprit] !== undefined;
  const cuts = isNamed ? [positions[culprit], positions[culprit + 1]] : [positions[Math.ceil(positions.length / 2)]];
  const inside = cuts.filter((at): at is number => at !== undefined && at > (positions[0] ?? end));
  return { ...offset, ends: [...new Set([...inside, end, ...offset.ends.filter((at) => at > end)])] };
}

/** The only record of a batch was refused: it waits beside the lane until the destination has accepted another one. */
export function suspected(offset: Offset, batch: Batch, suspect: Suspect): Offset {
  return {
    ...offset,
    ...passed(offset, batch.end),
    ...byHour(offset, batch, () => "pending"),
    skipped: offset.skipped + batch.skipped,
    suspects: inOrder([...without(offset, suspect.at), suspect]),
  };
}

/** Every record of a batch became a dead letter, since some of them arrived and nobody knows which. */
export function allBuried(offset: Offset, batch: Batch, now: number): Offset {
  const { delivered, timeline = noTimeline } = offset;
  const dead = batch.positions.length;
  const settled = accepted(offset, batch, [], delivered, now);
  return { ...settled, delivered, timeline, dead: offset.dead + dead, ...byHour(offset, batch, () => "dead") };
}

/** A record is given up: it is a dead letter now. */
export function buried(offset: Offset, at: number, hour: EventHour): Offset {
  const hours = counted(offset.hours ?? [], [[hour, "dead"]]);
  return { ...offset, ...passed(offset, at + 1), dead: offset.dead + 1, hours, suspects: without(offset, at) };
}
