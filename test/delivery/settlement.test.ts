import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/delivery/batch.ts";
import { accepted, allBuried, buried, split, suspected, written } from "../../src/delivery/settlement.ts";
import { nothingUnwritten, withAnswer } from "../../src/delivery/unwritten.ts";
import { newOffset, type Offset } from "../../src/spool/offsets.ts";
import { bucketOf, noFigures } from "../../src/spool/timeline.ts";
import { live, suspect } from "../spool/setting.ts";

const offset: Offset = { ...newOffset("siem", live, { appended: 10, shared: 10 }), delivered: 3 };
function batchOf(positions: readonly number[], end: number, skipped = 0): Batch {
  const context = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000 };
  const batch = {
    id: "b",
    lane: live,
    context,
    positions,
    texts: positions.map(String),
    from: positions[0] ?? end - skipped,
    end,
    hours: null,
    moments: [],
    skipped,
    body: "",
  };
  return batch;
}
const refusal = (at: number) => ({ at, status: 207, reason: "bad" });

describe("by the hour in which records happened", () => {
  /** Of positions 10 to 13, the third is left out. */
  const batch: Batch = { ...batchOf([10, 11, 13], 14, 1), hours: [7, 7, 8, null] };
  const before: Offset = { ...offset, hours: [[7, 1, 0, 0]] };

  test("what arrived is delivered and what a rule left out is skipped; a refused one and one without a time count nowhere", () => {
    const after = accepted(before, batch, [refusal(11)], 3, 50);
    expect(after.hours).toEqual([
      [7, 2, 0, 0],
      [8, 0, 1, 0],
    ]);
  });

  test("all of a batch that nobody knows of is dead", () => {
    expect(allBuried(before, batch, 50).hours).toEqual([
      [7, 1, 0, 2],
      [8, 0, 1, 0],
    ]);
  });

  test("a suspect counts when it is given up, once", () => {
    const one: Batch = { ...batchOf([10], 11), hours: [7] };
    const held = suspected(before, one, suspect(10));
    expect(held.hours).toEqual([[7, 1, 0, 0]]);
    expect(buried(held, 10, 7).hours).toEqual([[7, 1, 0, 1]]);
    expect(buried(held, 10, null).hours).toEqual([[7, 1, 0, 0]]);
  });

  test("splitting counts nothing, nor does a batch that was delivered before", () => {
    expect(split(before, batch).hours).toEqual(before.hours);
    expect(accepted(before, { ...batch, hours: null }, [], 3, 50).hours).toEqual(before.hours);
  });

  test("hours that nobody asks for any more are not written", () => {
    const settled = written(accepted(before, batch, [], 3, 50), { ...nothingUnwritten, requests: 2 }, 8, 50);
    expect(settled).toMatchObject({ hours: [[8, 0, 1, 0]], requests: 2 });
  });
});

describe("over time", () => {
  const minute = 60_000;
  const now = Date.parse("2026-05-01T08:30:00Z");
  /** Of positions 10 to 13, the third is left out; of the last it is not known when it happened. */
  const batch: Batch = { ...batchOf([10, 11, 13], 14, 1), moments: [now - minute, now - 5 * minute, 7, null] };

  test("what arrived is counted, and how late it was where that is known; what was refused or left out is not", () => {
    const { timeline } = accepted(offset, batch, [refusal(11)], 3, now);
    const figures = { records: 2, delays: [[bucketOf(minute), 1]], delayMs: minute, answers: [] };
    expect(timeline).toEqual({
      hours: [[now / (60 * minute) - 0.5, figures]],
      days: [[Math.floor(now / (24 * 60 * minute)), figures]],
      ever: figures,
    });
  });

  test("what nobody knows of did not arrive, and what is only left out leaves no trace", () => {
    expect(allBuried(offset, batch, now).timeline?.ever ?? noFigures).toEqual(noFigures);
    expect(accepted(offset, batchOf([], 12, 2), [], 3, now).timeline).toBeUndefined();
  });

  test("answers are written with the next row, once", () => {
    const unwritten = withAnswer(withAnswer(nothingUnwritten, "retried", "503", now), "retried", "503", now);
    const settled = written(accepted(offset, batch, [], 3, now), unwritten, 0, now);
    expect(settled.timeline?.ever).toMatchObject({ records: 3, answers: [["retried", "503", 2]] });
    expect(written(settled, nothingUnwritten, 0, now).timeline).toEqual(settled.timeline);
  });
});

describe("after an acceptance", () => {
  test("the position is behind the batch, what arrived and what was left out is counted", () => {
    expect(accepted(offset, batchOf([10, 12], 13, 1), [], 3, 50)).toMatchObject({
      position: 13,
      delivered: 5,
      skipped: 1,
      suspects: [],
      lastDeliveredAt: 50,
    });
  });

  test("the refused ones are suspects, and not counted", () => {
    expect(accepted(offset, batchOf([10, 11, 12], 13), [refusal(12), refusal(10)], 3, 50)).toMatchObject({
      delivered: 4,
      suspects: [
        { at: 10, acceptedThen: 3, status: 207, reason: "bad" },
        { at: 12, acceptedThen: 3 },
      ],
    });
  });

  test("when none arrived, nothing was delivered now", () => {
    const after = accepted({ ...offset, lastDeliveredAt: 7 }, batchOf([10], 11), [refusal(10)], 3, 50);
    expect(after).toMatchObject({ delivered: 3, lastDeliveredAt: 7, position: 11 });
  });

  test("a suspect that arrived is none any more; the position does not go back", () => {
    const held = { ...offset, position: 20, suspects: [suspect(11), suspect(14)] };
    expect(accepted(held, batchOf([11], 12), [], 3, 50)).toMatchObject({
      position: 20,
      delivered: 4,
      suspects: [suspect(14)],
    });
  });

  test("a suspect that a rule leaves out by now is skipped, and none any more", () => {
    const held = { ...offset, position: 20, suspects: [suspect(11), suspect(14)] };
    expect(accepted(held, batchOf([], 12, 1), [], 3, 50)).toMatchObject({ skipped: 1, suspects: [suspect(14)] });
  });

  test("a suspect that is refused again stays one, with the new reason and count", () => {
    const held = { ...offset, position: 20, suspects: [suspect(11)] };
    const after = accepted(held, batchOf([11], 12), [refusal(11)], 8, 50);
    expect(after.suspects).toEqual([{ at: 11, status: 207, reason: "bad", acceptedThen: 8 }]);
  });

  test("ends of splitting that were reached are forgotten", () => {
    const divided = { ...offset, ends: [12, 15, 20] };
    expect(accepted(divided, batchOf([10, 11, 12, 13, 14], 15), [], 3, 50).ends).toEqual([20]);
  });
});

describe("a split", () => {
  test.each([
    [[10, 11], 12, [11, 12]],
    [[10, 11, 12], 13, [12, 13]],
    [[10, 11, 12, 13], 14, [12, 14]],
    [[10, 13, 17], 20, [17, 20]],
  ])("of %j ends in two halves at %j", (positions, end, ends) => {
    expect(split(offset, batchOf(positions, end)).ends).toEqual(ends);
  });

  test.each([
    [0, [13, 20]],
    [1, [13, 17, 20]],
    [2, [17, 18, 20]],
    [3, [18, 20]],
    // There is none of this number: halves.
    [4, [17, 20]],
  ])("at number %i, which the intake names, counts records that were sent, not those left out: %j", (named, ends) => {
    expect(split(offset, batchOf([10, 13, 17, 18], 20), named).ends).toEqual(ends);
  });

  test("keeps the ends that lie behind, and moves nothing else", () => {
    const divided = { ...offset, ends: [14, 20] };
    expect(split(divided, batchOf([10, 11, 12, 13], 14))).toEqual({ ...divided, ends: [12, 14, 20] });
  });

  test("down to single records both halves are never empty", () => {
    let current = offset;
    const positions = Array.from({ length: 64 }, (_, n) => 10 + n);
    for (let size = 64; size > 1; size /= 2) {
      current = split(current, batchOf(positions.slice(0, size), 10 + size));
      expect(current.ends[0]).toBe(10 + size / 2);
    }
    expect(current.ends).toEqual([11, 12, 14, 18, 26, 42, 74]);
  });
});

describe("a record that is refused alone", () => {
  test("is a suspect, and the lane goes on behind it", () => {
    const after = suspected({ ...offset, ends: [11, 15] }, batchOf([10], 11), suspect(10, 3));
    expect(after).toMatchObject({ position: 11, ends: [15], suspects: [suspect(10, 3)], delivered: 3, dead: 0 });
  });

  test("a second time it is the same suspect, with what was accepted meanwhile", () => {
    const held = { ...offset, position: 20, suspects: [suspect(11, 3), suspect(14, 3)] };
    const after = suspected(held, batchOf([11], 12), suspect(11, 8));
    expect(after).toMatchObject({ position: 20, suspects: [suspect(11, 8), suspect(14, 3)] });
  });

  test("what a rule left out around it is counted", () => {
    const after = suspected(offset, batchOf([12], 15, 4), suspect(12, 3));
    expect(after).toMatchObject({ position: 15, skipped: 4, suspects: [suspect(12, 3)] });
  });

  test("given up, it is counted dead and no suspect any more", () => {
    const held = { ...offset, position: 20, suspects: [suspect(11), suspect(14)] };
    expect(buried(held, 11, null)).toMatchObject({ position: 20, dead: 1, suspects: [suspect(14)], delivered: 3 });
    expect(buried({ ...offset, ends: [11] }, 10, null)).toMatchObject({ position: 11, dead: 1, ends: [] });
  });
});
