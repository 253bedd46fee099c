import { describe, expect, test } from "vitest";
import { HistoryReader, type HistoryStep } from "../../src/collection/history-reader.ts";
import type { Collection } from "../../src/collection/live-collector.ts";
import { SeenIds } from "../../src/collection/seen.ts";
import { Books } from "../../src/spool/ledger.ts";
import type { Range } from "../../src/spool/ranges.ts";
import { history, live, setting, spooled, start, type Setting } from "./setting.ts";

const past = start * 1000 - 1_000_000_000;
const entry = (id: string, time: number) => ({ id, time, visibleAt: 0 });
const entries = (count: number, time = (index: number) => past + index * 1000) =>
  Array.from({ length: count }, (_, index) => entry(`e${String(index).padStart(5, "0")}`, time(index)));

const backfill = { dataset: "audit-events", destination: null, reason: "backfill", expected: 0, edge: [] } as const;
const whole = { ...backfill, from: past, at: past, to: start * 1000, onlyFrom: null, ids: [] };

const readerOf = (collection: Collection): HistoryReader =>
  new HistoryReader(collection, new SeenIds(collection.ports.sql, collection.log.dataset.name));

const only = ({ spool }: Pick<Setting, "spool">): Range => {
  const [range] = spool.ranges.all();
  if (range === undefined) throw new Error("No range is left");
  return range;
};

async function readAll(it: Setting, reader = readerOf(it.collection)): Promise<HistoryStep> {
  for (let n = 0; n < 1_000; n += 1) {
    const step = await reader.step(only(it));
    if (step.kind !== "page") return step;
  }
  throw new Error("The range does not end");
}

/** Destinations that take part in both lanes. */
function withDestinations(it: Setting, ...names: readonly string[]): void {
  for (const name of names) for (const lane of [live, history]) it.spool.join(name, lane);
}

/** Lets go, for `siem`, of records as they stand in the log: they are owed to it. */
function owe(it: Setting, ids: readonly string[]): void {
  const owed = it.log.entries.filter(({ id }) => ids.includes(id));
  it.spool.ranges.owe("audit-events", "siem", owed);
  const offset = it.spool.offsets.get("siem", live);
  if (offset !== undefined) it.spool.offsets.write({ ...offset, addressed: offset.addressed + owed.length });
}

function expectBalance(it: Setting, destination = "siem"): void {
  const { collected, delivered, pending, skipped, dead } = new Books(it.spool).of(destination);
  expect(delivered + pending + skipped + dead).toBe(collected);
}

describe("a sweep", () => {
  const swept = { ...whole, reason: "sweep" } as const;
  const sweepBy = async (it: Setting, seen: SeenIds): Promise<HistoryStep> => {
    it.spool.ranges.add(swept);
    return readAll(it, new HistoryReader(it.collection, seen));
  };
  const seenOf = ({ collection }: Setting): SeenIds => new SeenIds(collection.ports.sql, collection.log.dataset.name);

  test("stores what had not been collected, and remembers it: no later sweep stores it again", async () => {
    const it = setting({ pageLimit: 7 });
    withDestinations(it, "siem");
    const [known, late, later] = [entries(20), entries(6, (index) => past + 500 + index * 3_000), entries(1)].map(
      (list, group) => list.map(({ id, time }) => entry(`${group}${id}`, time)),
    );
    const seen = seenOf(it);
    seen.remember(known ?? []);
    it.log.write(...(known ?? []), ...(late ?? []));
    expect(await sweepBy(it, seen)).toMatchObject({ kind: "finished", stored: 6, swept: { oldestFound: past + 500 } });
    expect(spooled(it, "history")).toEqual(late?.map(({ id }) => id));
    expect(await sweepBy(it, seen)).toMatchObject({ stored: 0, swept: { oldestFound: null } });
    it.log.write(...(later ?? []));
    // As after an eviction.
    expect(await sweepBy(it, seenOf(it))).toMatchObject({ stored: 1 });
    expect(await sweepBy(it, seenOf(it))).toMatchObject({ stored: 0 });
    expectBalance(it);
  });

  test("remembers also what it stored before its end, should it end early", async () => {
    const it = setting({ pageLimit: 7 });
    withDestinations(it, "siem");
    it.log.write(...entries(40));
    it.spool.ranges.add(swept);
    const reader = new HistoryReader(it.collection, seenOf(it));
    for (let pages = 0; pages < 4; pages += 1) await reader.step(only(it));
    expect(spooled(it, "history").length).toBeGreaterThan(0);
    it.spool.ranges.delete(only(it).id);
    await sweepBy(it, seenOf(it));
    expect(spooled(it, "history")).toEqual(entries(40).map(({ id }) => id));
  });
});

describe("reading the past", () => {
  test.each([
    ["all apart", (index: number) => past + index * 1000],
    ["in threes", (index: number) => past + Math.floor(index / 3) * 1000],
    ["many at one instant", (index: number) => past + (index < 20 ? 0 : index)],
    ["all at one instant", () => past],
  ])("records %s are collected once, in the order of time", async (_, time) => {
    const it = setting({ pageLimit: 7 });
    withDestinations(it, "siem");
    it.log.write(...entries(60, time));
    it.spool.ranges.add(whole);
    await readAll(it);
    expect(spooled(it, "history")).toEqual(it.log.entries.map(({ id }) => id));
    expect(it.spool.ranges.all()).toEqual([]);
    expectBalance(it);
  });

  test("records of one instant that come in another order by time than by id are collected once", async () => {
    const it = setting({ pageLimit: 7 });
    withDestinations(it, "siem");
    it.log.write(...entries(40, (index) => past + (index < 30 ? 0 : index)).toReversed());
    it.spool.ranges.add(whole);
    await readAll(it);
    expect(spooled(it, "history").toSorted()).toEqual(entries(40).map(({ id }) => id));
  });

  test("goes on where it stood when everything but the tables is gone, and repeats nothing", async () => {
    let it = setting({ pageLimit: 7 });
    withDestinations(it, "siem");
    it.log.write(...entries(60, (index) => past + Math.floor(index / 5) * 1000));
    it.spool.ranges.add(whole);
    for (let n = 0; n < 100 && it.spool.ranges.all().length > 0; n += 1) {
      const reader = readerOf(it.collection);
      await reader.step(only(it));
      // Gone sometimes with what it held back, sometimes just after storing it.
      if (n % 3 !== 2 && it.spool.ranges.all().length > 0) await reader.step(only(it));
      if (n % 2 === 0) reader.flush();
      it = it.again();
    }
    expect(it.spool.ranges.all()).toEqual([]);
    expect(spooled(it, "history")).toEqual(it.log.entries.map(({ id }) => id));
  });

  test.each([true, false])(
    "the ends belong to the range, what lies outside does not; Kandji takes its end in: %s",
    async (hasEnd) => {
      const it = setting();
      it.log.hasEnd = hasEnd;
      withDestinations(it, "siem");
      it.log.write(...entries(10, (index) => past + index));
      it.spool.ranges.add({ ...whole, from: past + 2, at: past + 2, to: past + 5 });
      await readAll(it);
      expect(spooled(it, "history")).toEqual(["e00002", "e00003", "e00004", "e00005"]);
    },
  );

  test("from a moment on only the records that are named are wanted", async () => {
    const it = setting();
    withDestinations(it, "siem");
    it.log.write(...entries(6));
    it.spool.ranges.add({ ...whole, onlyFrom: past + 3000, ids: ["e00004"] });
    await readAll(it);
    expect(spooled(it, "history")).toEqual(["e00000", "e00001", "e00002", "e00004"]);
  });

  test("a failure moves nothing", async () => {
    const it = setting();
    it.log.write(...entries(6));
    it.spool.ranges.add(whole);
    const broken: Setting["collection"]["ports"] = { ...it.collection.ports };
    const before = only(it);
    it.log.meanwhile = () => {
      throw new Error("No connection");
    };
    const step = await readerOf({ ...it.collection, ports: broken }).step(before);
    expect(step).toMatchObject({ kind: "failed", failure: { kind: "kandji-unreachable" } });
    expect(only(it)).toBe(before);
  });

  test("what was collected is counted, and known again after a restart", async () => {
    const it = setting({ pageLimit: 7 });
    withDestinations(it, "siem");
    it.log.write(...entries(20));
    it.spool.ranges.add(whole);
    await readAll(it);
    expect(readerOf(it.again().collection).tally.collected).toBe(20);
    expect(readerOf(it.again().collection).usage?.at).toBe(it.clock.at);
  });

  test("a range that was dropped while Kandji answered stores nothing", async () => {
    const it = setting();
    withDestinations(it, "siem");
    it.log.write(...entries(6));
    it.spool.ranges.add(whole);
    const range = only(it);
    it.log.meanwhile = () => it.spool.ranges.delete(range.id);
    expect(await readerOf(it.collection).step(range)).toMatchObject({ kind: "page", stored: 0 });
    expect(spooled(it, "history")).toEqual([]);
  });
});

describe("reading what is owed", () => {
  test("brings exactly the records that were let go, for their destination alone, and the books balance", async () => {
    const it = setting({ pageLimit: 7 });
    withDestinations(it, "siem", "other");
    it.log.write(...entries(60));
    owe(it, ["e00010", "e00011", "e00030"]);
    expectBalance(it);
    await readAll(it);
    expect(spooled(it, "history")).toEqual(["e00010", "e00011", "e00030"]);
    expect(it.spool.segments.all().every(({ destination }) => destination === "siem")).toBe(true);
    expectBalance(it);
    expect(new Books(it.spool).of("other").collected).toBe(0);
  });

  test("ends with the last of them", async () => {
    const it = setting({ pageLimit: 7 });
    withDestinations(it, "siem");
    it.log.write(...entries(60));
    owe(it, ["e00001", "e00002"]);
    expect(await readAll(it)).toMatchObject({ kind: "finished", stored: 2, missing: 0 });
    expect(it.log.asked).toHaveLength(1);
  });

  test("what Kandji does not return any more is told, and is not pending any more", async () => {
    const it = setting();
    withDestinations(it, "siem");
    it.log.write(...entries(6));
    owe(it, ["e00001", "e00002", "e00003"]);
    it.log.entries.splice(2, 1);
    expect(await readAll(it)).toMatchObject({ kind: "finished", stored: 2, missing: 1 });
    expect(new Books(it.spool).of("siem")).toMatchObject({ pending: 2, owed: 0 });
    expectBalance(it);
  });

  test("more that is owed while Kandji answers is not lost", async () => {
    const it = setting();
    withDestinations(it, "siem");
    it.log.write(...entries(6));
    owe(it, ["e00000", "e00001"]);
    it.log.meanwhile = () => {
      it.log.meanwhile = () => {};
      owe(it, ["e00004"]);
    };
    const reader = readerOf(it.collection);
    for (let n = 0; n < 20 && it.spool.ranges.all().length > 0; n += 1) {
      expect(await reader.step(only(it))).not.toMatchObject({ missing: 1 });
    }
    expect(spooled(it, "history").toSorted()).toEqual(["e00000", "e00001", "e00004"]);
    expectBalance(it);
  });

  test("what is let go to make room for the records that were owed is owed, too", async () => {
    const it = setting({ pageLimit: 50, maxSpoolBytes: 600 });
    withDestinations(it, "siem");
    it.log.write(...entries(12));
    const raws = it.log.entries.slice(8).map(({ id }) => `{"id":"${id}","occurred_at":"2026-05-01T07:43:20.01Z"}`);
    it.spool.append(live, null, raws, start, null);
    owe(it, ["e00000", "e00001", "e00002", "e00003", "e00004", "e00005", "e00006", "e00007"]);
    await readerOf(it.collection).step(only(it));
    const held = [...spooled(it, "live"), ...spooled(it, "history")];
    const owed = it.spool.ranges.all().flatMap(({ ids }) => ids);
    expect([...new Set([...held, ...owed])].toSorted()).toEqual(it.log.entries.map(({ id }) => id));
    expectBalance(it);
  });

  test.each([
    ["by the same reader", false],
    ["after a restart", true],
  ])(
    "what is let go while the range's first instant is read does not make it begin anew: %s",
    async (_, isRestarted) => {
      let it = setting({ pageLimit: 4 });
      withDestinations(it, "siem");
      it.log.write(...entries(10, () => past), entry("earlier", past - 5_000), entry("later", past + 5_000));
      const tied = it.log.entries.slice(0, 10).map(({ id }) => id);
      owe(it, [...tied, "later"]);
      let reader = readerOf(it.collection);
      // Two pages: the instant is found to be full, and its first page by id is read.
      await reader.step(only(it));
      await reader.step(only(it));
      reader.flush();
      if (isRestarted) {
        it = it.again();
        reader = readerOf(it.collection);
      }
      owe(it, ["earlier"]);
      for (let n = 0; n < 50 && it.spool.ranges.all().length > 0; n += 1) await reader.step(only(it));
      expect(spooled(it, "history").toSorted()).toEqual([...tied, "earlier", "later"].toSorted());
      expectBalance(it);
    },
  );
});
