import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LiveCollector } from "../../src/collection/live-collector.ts";
import { HistoryReader } from "../../src/collection/history-reader.ts";
import { live, minute, setting, spooled, start, type Setting } from "./setting.ts";

const overlap = 10 * minute;

/** A setting whose tail has begun and is taken by one destination. */
function begun(options: Parameters<typeof setting>[0] = {}): Setting & { collector: LiveCollector } {
  const it = setting(options);
  it.spool.join("siem", live);
  const collector = new LiveCollector(it.collection);
  it.collection.ports.sql.transaction(() => collector.begin());
  return { ...it, collector };
}

/** Polls to the end; answers how many requests it took. */
async function poll(collector: LiveCollector): Promise<number> {
  for (let requests = 1; requests < 2_000; requests += 1) {
    const step = await collector.step();
    if (step.kind === "failed") throw new Error(step.failure.message);
    if (step.isLast) return requests;
  }
  throw new Error("The poll does not end");
}

const entry = (n: number, ms: number, visibleAt = ms) => ({
  id: `e${String(n).padStart(6, "0")}`,
  time: ms * 1000 + (n % 1000),
  visibleAt,
});

describe("the live tail", () => {
  test("begins an overlap ago; what is older is a range of history", () => {
    const { collector, spool } = begun();
    expect(collector.state.start).toBe((start - overlap) * 1000);
    expect(spool.ranges.all()).toMatchObject([
      {
        reason: "backfill",
        destination: null,
        to: (start - overlap) * 1000 - 1,
        from: (start - 365 * 1440 * minute) * 1000,
      },
    ]);
  });

  test("begins no earlier than the backfill reaches, and then there is no history to read", () => {
    const { collector, spool } = begun({ backfillMs: minute });
    expect(collector.state.start).toBe((start - minute) * 1000);
    expect(spool.ranges.all()).toEqual([]);
  });

  test("between history and tail no microsecond is missing and none is read twice", async () => {
    const it = begun();
    const edge = (start - overlap) * 1000;
    const around = [-2, -1, 0, 1].map((step) => ({ id: `at${step}`, time: edge + step, visibleAt: 0 }));
    it.log.write(...around);
    it.spool.join("siem", { dataset: "audit-events", stream: "history" });
    await poll(it.collector);
    const reader = new HistoryReader(it.collection, it.collector.seen);
    for (let n = 0; n < 10; n += 1) {
      const [range] = it.spool.ranges.all();
      if (range !== undefined) await reader.step(range);
    }
    expect(spooled(it, "history")).toEqual(["at-2", "at-1"]);
    expect(spooled(it, "live")).toEqual(["at0", "at1"]);
  });

  test("a record is collected once however often it is met", async () => {
    const it = begun();
    it.log.write(entry(1, start - minute), entry(2, start - 1));
    for (let n = 0; n < 5; n += 1) {
      await poll(it.collector);
      it.clock.at += minute;
    }
    expect(spooled(it, "live")).toEqual(["e000001", "e000002"]);
    expect(it.collector.tally).toMatchObject({ collected: 2, duplicates: 8 });
  });

  test("a record that becomes visible a millisecond before the overlap has passed is collected, one poll later too", async () => {
    const it = begun();
    it.log.write(entry(2, start - 1));
    await poll(it.collector);
    // Behind the other by its time, and visible only just before the moment is closed.
    it.log.write(entry(1, start - 1_000, start + overlap - 1));
    it.clock.at = start + overlap + 5 * minute;
    await poll(it.collector);
    expect(spooled(it, "live")).toEqual(["e000002", "e000001"]);
    expect(it.collector.tally.late).toBe(1);
    expect(it.collector.state.floor).toBeGreaterThan((start - 2) * 1000);
  });

  test("a record from the future is collected once and the tail goes on at now", async () => {
    const it = begun();
    it.log.write(entry(1, start + 40 * 1440 * minute, 0), entry(2, start - 1));
    await poll(it.collector);
    expect(it.collector.head).toBe(entry(2, start - 1).time);
    it.clock.at += minute;
    it.log.write(entry(3, it.clock.at - 1));
    await poll(it.collector);
    expect(spooled(it, "live")).toEqual(["e000002", "e000001", "e000003"]);
  });

  test("a poll that finds nothing writes no row", async () => {
    const it = begun();
    it.log.write(entry(1, start - minute));
    await poll(it.collector);
    const sql = it.collection.ports.sql;
    const changes = () => sql.exec<{ n: number }>("SELECT total_changes() AS n")[0]?.n;
    const before = changes();
    it.clock.at += minute;
    await poll(it.collector);
    it.clock.at += 2 * overlap;
    await poll(it.collector);
    expect(changes()).toBe(before);
  });

  test.each([
    [499, 1],
    [500, 1],
    [501, 2],
    [4_500, 10],
    [4_501, 10],
    [9_000, 10],
  ])("with %i open records an idle poll makes at most %i requests", async (open, most) => {
    const it = begun();
    it.log.write(...Array.from({ length: open }, (_, n) => entry(n, start - 8 * minute + n * 50)));
    await poll(it.collector);
    it.clock.at += minute;
    expect(await poll(it.collector)).toBeLessThanOrEqual(most);
    expect(spooled(it, "live")).toHaveLength(open);
  });

  test("with another host than before it stores nothing that holds no record that is known", async () => {
    const it = begun();
    it.log.write(entry(1, start - 1));
    await poll(it.collector);
    it.log.entries.length = 0;
    it.clock.at += minute;
    it.log.write(entry(2, it.clock.at - 1));
    expect(await it.collector.step(true)).toMatchObject({ kind: "failed", failure: { kind: "different-account" } });
    expect(spooled(it, "live")).toEqual(["e000001"]);
    it.log.write(entry(1, start - 1));
    expect(await it.collector.step(true)).toMatchObject({ kind: "page", stored: 1 });
  });

  test("what is stored is enough to go on with: read anew in the middle of polls, nothing is lost or repeated", async () => {
    let it = begun({ pageLimit: 20 });
    it.log.write(...Array.from({ length: 300 }, (_, n) => entry(n, start - 8 * minute + Math.floor(n / 7) * 1000)));
    for (let n = 0; n < 120; n += 1) {
      // Gone in the middle of a poll, with what it held back or just after storing it.
      await it.collector.step();
      await it.collector.step();
      if (n % 2 === 0) it.collector.flush();
      const again = it.again();
      it = { ...again, collector: new LiveCollector(again.collection) };
      it.clock.at += 1_000;
    }
    expect(spooled(it, "live")).toEqual(it.log.entries.map(({ id }) => id));
  });

  test("a poll that an earlier life left in the middle writes no row until it is taken up", async () => {
    const it = begun({ pageLimit: 20 });
    it.log.write(...Array.from({ length: 300 }, (_, n) => entry(n, start - 8 * minute + n * 1000)));
    await it.collector.step();
    await it.collector.step();
    it.collector.flush();
    const anew = new LiveCollector(it.again().collection);
    const { sql } = it.collection.ports;
    const changes = () => sql.exec<{ n: number }>("SELECT total_changes() AS n")[0]?.n;
    const before = changes();
    anew.flush();
    expect(changes()).toBe(before);
    await poll(anew);
    expect(spooled(it.again(), "live")).toHaveLength(300);
  });

  test("the floor never stands above a record that is still held back", async () => {
    const it = begun({ overlapMs: 5 * minute });
    it.log.write(...Array.from({ length: 3_000 }, (_, n) => entry(n, start - minute + n)));
    await poll(it.collector);
    it.clock.at += 4 * minute;
    it.log.write(...Array.from({ length: 3_000 }, (_, n) => entry(10_000 + n, it.clock.at - minute + n)));
    await poll(it.collector);
    // The first ones are closed by now; one of them became visible just before.
    it.clock.at += 2 * minute;
    it.log.write(entry(20_000, start - minute + 100, 0));
    for (let isPolling = true; isPolling;) {
      isPolling = !((await it.collector.step()) as { isLast?: boolean }).isLast;
      const { floor } = it.collector.state;
      if (!it.again().spool.segments.all().length) throw new Error("Nothing is stored");
      const anew = new LiveCollector(it.again().collection);
      if (floor > entry(20_000, start - minute + 100).time) expect(anew.seen.has("e020000")).toBe(true);
    }
    expect(it.collector.seen.has("e020000")).toBe(true);
  });

  test("the floor that a heartbeat kept is taken up, unless it is later than anything that was seen", async () => {
    const it = begun();
    it.log.write(entry(1, start - minute), entry(2, start - 1));
    await poll(it.collector);
    const anew = new LiveCollector(it.again().collection);
    anew.resumeAt(entry(2, start - 1).time + 1);
    expect(anew.state.floor).toBe(it.collector.state.floor);
    anew.resumeAt(entry(1, start - minute).time);
    expect(anew.state.floor).toBe(entry(1, start - minute).time);
  });
});

describe("any log whose records become visible within the overlap", () => {
  // Small numbers: many moments, few milliseconds.
  const record = fc.record({
    at: fc.integer({ min: 0, max: 60 * minute }),
    late: fc.integer({ min: 0, max: overlap - minute - 1 }),
  });
  const gap = fc.constantFrom(1_000, minute, minute, 3 * minute);

  test("is collected whole, each record once, whenever it is polled and read anew", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 120 }),
        fc.array(fc.tuple(gap, fc.boolean()), { minLength: 1, maxLength: 90 }),
        fc.integer({ min: 1, max: 30 }),
        async (records, polls, pageLimit) => {
          let it = begun({ pageLimit });
          it.log.write(...records.map(({ at, late }, n) => entry(n, start + at, start + at + late)));
          for (const [after, isReadAnew] of polls) {
            it.clock.at += after;
            await poll(it.collector);
            if (!isReadAnew) continue;
            const again = it.again();
            it = { ...again, collector: new LiveCollector(again.collection) };
          }
          it.clock.at += 3 * 60 * minute;
          await poll(it.collector);
          expect(spooled(it, "live").toSorted()).toEqual(it.log.entries.map(({ id }) => id).toSorted());
        },
      ),
      { numRuns: 40 },
    );
  });
});
