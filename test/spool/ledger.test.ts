import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/delivery/batch.ts";
import { accepted, buried, split, suspected } from "../../src/delivery/settlement.ts";
import type { Lane } from "../../src/spool/lanes.ts";
import type { Offset } from "../../src/spool/offsets.ts";
import type { Range } from "../../src/spool/ranges.ts";
import type { Spool } from "../../src/spool/spool.ts";
import { history, isBalanced, ledgerOf, live, record, records, redriven, spoolOf, suspect } from "./setting.ts";

const names = ["siem", "archive"];

function batchOf(lane: Lane, positions: readonly number[], end: number, skipped = 0): Batch {
  const context = { tenant: "acme", dataset: lane.dataset, collectedAt: 0 };
  const from = positions[0] ?? end - skipped;
  const texts = positions.map(String);
  const batch = { id: "b", lane, context, positions, texts, from, end, hours: null, moments: [], skipped, body: "" };
  return batch;
}

/** What can befall a spool; each takes what it needs from a few random numbers. */
type Deed = (spool: Spool, a: number, b: number, number: () => number) => void;

function waitingAt(spool: Spool, a: number): { offset: Offset; end: number } | undefined {
  const all = spool.offsets.all().flatMap((offset) => {
    const segment = spool.segments.next(offset.lane, offset.destination, offset.position);
    return segment === undefined
      ? []
      : [
          {
            offset: { ...offset, position: Math.max(offset.position, segment.first) },
            end: segment.first + segment.records,
          },
        ];
  });
  return all[a % Math.max(1, all.length)];
}

const heldAt = (spool: Spool, a: number): Offset | undefined => {
  const all = spool.offsets.all().filter(({ suspects }) => suspects.length > 0);
  return all[a % Math.max(1, all.length)];
};

const deeds: Readonly<Record<string, Deed>> = {
  append(spool, a, b, number) {
    const raws = Array.from({ length: a % 9 }, () => record(number()));
    spool.append(live, null, raws, b, null);
  },
  backfill(spool, a, b, number) {
    const raws = Array.from({ length: a % 9 }, () => record(number()));
    spool.append(history, null, raws, b, null);
  },
  settle(spool, a, b) {
    const found = waitingAt(spool, a);
    if (found === undefined) return;
    const { offset } = found;
    const end = offset.position + 1 + (b % (found.end - offset.position));
    const positions = Array.from({ length: end - offset.position }, (_, index) => offset.position + index);
    const sent = positions.filter((at) => (at + a) % 5 !== 0);
    const refused = sent.filter((at) => (at + b) % 4 === 0).map((at) => ({ at, status: 400, reason: "bad" }));
    spool.settle(accepted(offset, batchOf(offset.lane, sent, end, positions.length - sent.length), refused, b, 5));
  },
  suspect(spool, a) {
    const found = waitingAt(spool, a);
    if (found === undefined) return;
    const { lane, position } = found.offset;
    spool.settle(suspected(found.offset, batchOf(lane, [position], position + 1), suspect(position)));
  },
  split(spool, a) {
    const found = waitingAt(spool, a);
    if (found === undefined) return;
    const positions = Array.from({ length: found.end - found.offset.position }, (_, n) => found.offset.position + n);
    spool.settle(split(found.offset, batchOf(found.offset.lane, positions, found.end)));
  },
  retry(spool, a) {
    const offset = heldAt(spool, a);
    const at = offset?.suspects[0]?.at;
    if (offset !== undefined && at !== undefined)
      spool.settle(accepted(offset, batchOf(offset.lane, [at], at + 1), [], 0, 5));
  },
  bury(spool, a) {
    const offset = heldAt(spool, a);
    const at = offset?.suspects[0]?.at;
    if (offset === undefined || at === undefined) return;
    const { dataset } = offset.lane;
    spool.deadLetters.add(
      { dataset, destination: offset.destination, recordId: null, status: 400, reason: "bad", at: 0 },
      record(at),
    );
    spool.settle(buried(offset, at, null));
  },
  redrive(spool, a, b) {
    const letters = spool.deadLetters.all();
    const letter = letters[a % Math.max(1, letters.length)];
    if (letter === undefined) return;
    spool.append(redriven, letter.destination, [spool.deadLetters.raw(letter.id)], b, null);
    const offset = spool.offsets.of(letter.destination).find(({ dead }) => dead > 0);
    if (offset !== undefined) spool.offsets.write({ ...offset, dead: offset.dead - 1 });
    spool.deadLetters.delete(letter.id);
  },
  recollect(spool, a, b) {
    const [range] = spool.ranges.all();
    if (range?.destination !== null && range !== undefined) recollect(spool, range, range.destination, a % 3, b);
  },
};

/** What the history reader does with a page of an owed range, `missing` records of which Kandji has no more. */
function recollect(spool: Spool, range: Range, destination: string, missing: number, now: number): void {
  const gone = Math.min(missing, range.expected);
  const raws = records(0, range.expected - gone);
  spool.ranges.delete(range.id);
  const offset = spool.offsets.get(destination, history);
  if (offset !== undefined)
    spool.offsets.write({ ...offset, addressed: offset.addressed - range.expected + raws.length });
  spool.append(history, destination, raws, now, null);
}

describe("the books of a destination", () => {
  test("balance after whatever befalls the spool, and after reading it anew", () => {
    const deed = fc.tuple(fc.constantFrom(...Object.keys(deeds)), fc.nat(1_000), fc.nat(1_000), fc.boolean());
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 80 }), fc.integer({ min: 60, max: 2_000 }), (story, maxBytes) => {
        const { spool: first, sql, again } = spoolOf(maxBytes, ...names);
        let spool = first;
        let next = 0;
        for (const [name, a, b, isReadAnew] of story) {
          sql.transaction(() => deeds[name]?.(spool, a, b, () => (next += 1)));
          if (isReadAnew) spool = again();
          for (const destination of names) {
            const ledger = ledgerOf(spool, destination);
            expect({ name, ledger, isBalanced: isBalanced(ledger) }).toEqual({ name, ledger, isBalanced: true });
          }
          expect(spool.segments.bytes).toBe(again().segments.bytes);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("tell the oldest that waits in the spool, and when something was last delivered", () => {
    const { spool } = spoolOf(undefined, "siem");
    expect(ledgerOf(spool)).toMatchObject({ oldestPendingAt: null, lastDeliveredAt: null, collected: 0 });
    spool.append(live, null, [record(1)], 700, null);
    spool.append(live, null, [record(2)], 500, null);
    expect(ledgerOf(spool)).toMatchObject({ oldestPendingAt: 500, pending: 2 });
    const offset = spool.offsets.get("siem", live);
    if (offset !== undefined) spool.settle(accepted(offset, batchOf(live, [0], 1), [], 0, 900));
    expect(ledgerOf(spool)).toMatchObject({ lastDeliveredAt: 900, delivered: 1, pending: 1 });
  });
});
