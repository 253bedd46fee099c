import { describe, expect, test } from "vitest";
import {
  history,
  isBalanced,
  ledgerOf,
  linesIn,
  live,
  record,
  records,
  redriven,
  spoolOf,
  suspect,
} from "./setting.ts";
import type { Spool } from "../../src/spool/spool.ts";

const idsIn = (spool: Spool, lane: Parameters<typeof linesIn>[1]): string[] =>
  linesIn(spool, lane).map((raw) => (JSON.parse(raw) as { id: string }).id);

const offsetOf = (spool: Spool, destination = "siem", lane: Parameters<typeof linesIn>[1] = live) => {
  const offset = spool.offsets.get(destination, lane);
  if (offset === undefined) throw new Error(`${destination} has not joined`);
  return offset;
};

/** Four records of 30 bytes with their line breaks: 120 bytes. */
const block = (from: number): string[] => records(from, 4, 29);

describe("dropping", () => {
  test("a segment stays until all who take part have passed it", () => {
    const { spool } = spoolOf(undefined, "siem", "archive");
    spool.append(live, null, records(0, 3), 0, null);
    spool.settle({ ...offsetOf(spool), position: 3 });
    expect(spool.segments.all()).toHaveLength(1);
    spool.settle({ ...offsetOf(spool, "archive"), position: 2 });
    expect(spool.segments.all()).toHaveLength(1);
    spool.settle({ ...offsetOf(spool, "archive"), position: 3 });
    expect(spool.segments.all()).toEqual([]);
  });

  test("a segment stays while one of its records is a suspect", () => {
    const { spool } = spoolOf(undefined, "siem");
    spool.append(live, null, records(0, 3), 0, null);
    spool.append(live, null, records(3, 3), 0, null);
    spool.settle({ ...offsetOf(spool), position: 6, suspects: [suspect(4)] });
    expect(idsIn(spool, live)).toEqual(["3", "4", "5"]);
    spool.settle({ ...offsetOf(spool), suspects: [] });
    expect(spool.segments.all()).toEqual([]);
  });

  test("what is for one destination waits for that one alone", () => {
    const { spool } = spoolOf(undefined, "siem", "archive");
    spool.append(history, "archive", records(0, 2), 0, null);
    spool.settle({ ...offsetOf(spool, "siem", history), position: 2 });
    expect(spool.segments.all()).toHaveLength(1);
    spool.settle({ ...offsetOf(spool, "archive", history), position: 2 });
    expect(spool.segments.all()).toEqual([]);
  });

  test("nothing is kept where nobody takes part, but positions are counted", () => {
    const { spool } = spoolOf();
    spool.append(live, null, records(0, 3), 0, null);
    expect(spool.segments.all()).toEqual([]);
    expect(spool.lanes.length(live)).toMatchObject({ appended: 3, shared: 3 });
  });

  test("who joins later gets what comes after, and does not hold what came before", () => {
    const { spool } = spoolOf(undefined, "siem");
    spool.append(live, null, records(0, 3), 0, null);
    spool.join("archive", live);
    spool.append(live, null, records(3, 3), 0, null);
    expect(ledgerOf(spool, "archive")).toMatchObject({ collected: 3, pending: 3 });
    spool.settle({ ...offsetOf(spool), position: 3 });
    expect(idsIn(spool, live)).toEqual(["3", "4", "5"]);
    spool.join("archive", live);
    expect(offsetOf(spool, "archive").position).toBe(3);
  });

  test("with a destination goes what waited for it alone", () => {
    const { spool, again } = spoolOf(undefined, "siem", "archive");
    spool.append(live, null, records(0, 3), 0, null);
    spool.settle({ ...offsetOf(spool), position: 3 });
    spool.append(history, "archive", records(3, 3), 0, null);
    spool.ranges.owe("audit-events", "archive", [{ id: "9", time: 9 }]);
    spool.ranges.owe("audit-events", "siem", [{ id: "8", time: 8 }]);
    const letter = { dataset: "audit-events", recordId: null, status: 400, reason: "bad", at: 0 };
    spool.deadLetters.add({ ...letter, destination: "archive" }, record(7));
    spool.deadLetters.add({ ...letter, destination: "siem" }, record(6));
    spool.leave("archive");
    for (const known of [spool, again()]) {
      expect(known.segments.all()).toEqual([]);
      expect(known.offsets.all().every(({ destination }) => destination === "siem")).toBe(true);
      expect(known.ranges.all().map(({ destination }) => destination)).toEqual(["siem"]);
      expect(known.deadLetters.all().map(({ destination }) => destination)).toEqual(["siem"]);
    }
  });
});

describe("the bound of the spool", () => {
  test("at n bytes nothing is let go, at n + 1 the oldest segment is, and it is owed", () => {
    const fits = spoolOf(360, "siem").spool;
    for (const from of [0, 4, 8]) fits.append(live, null, block(from), 0, null);
    expect([fits.segments.bytes, fits.ranges.all().length]).toEqual([360, 0]);

    const over = spoolOf(359, "siem").spool;
    for (const from of [0, 4, 8]) over.append(live, null, block(from), 0, null);
    expect(idsIn(over, live)).toEqual(["4", "5", "6", "7", "8", "9", "10", "11"]);
    expect(over.ranges.all()).toMatchObject([
      {
        destination: "siem",
        reason: "owed",
        expected: 4,
        from: 0,
        to: 3,
        at: 0,
        onlyFrom: 0,
        ids: ["0", "1", "2", "3"],
      },
    ]);
    expect(offsetOf(over).position).toBe(4);
    expect(ledgerOf(over)).toMatchObject({ collected: 12, pending: 12, owed: 4 });
  });

  test("each destination is owed what it had not had, and suspects", () => {
    const { spool } = spoolOf(120, "siem", "archive", "done");
    spool.append(live, null, block(0), 0, null);
    spool.settle({ ...offsetOf(spool), position: 3, delivered: 2, ends: [3, 4], suspects: [suspect(1)] });
    spool.settle({ ...offsetOf(spool, "done"), position: 4, delivered: 4 });
    spool.append(live, null, block(4), 0, null);
    const owed = Object.fromEntries(spool.ranges.all().map(({ destination, ids }) => [destination, ids]));
    expect(owed).toEqual({ siem: ["1", "3"], archive: ["0", "1", "2", "3"] });
    expect(offsetOf(spool)).toMatchObject({ position: 4, ends: [], suspects: [] });
    for (const name of ["siem", "archive", "done"]) expect(isBalanced(ledgerOf(spool, name))).toBe(true);
  });

  test("what is owed is merged into one range until five thousand ids are in it", () => {
    const { spool } = spoolOf(1, "siem");
    for (let n = 0; n <= 51; n += 1) spool.append(live, null, records(n * 100, 100), 0, null);
    expect(spool.ranges.all().map(({ from, to, expected, ids }) => [from, to, expected, ids.length])).toEqual([
      [0, 4_999, 5_000, 5_000],
      [5_000, 5_099, 100, 100],
    ]);
  });

  test("what lies a day apart is owed as two ranges, and what lies nearer as one", () => {
    const day = 24 * 3_600_000_000;
    for (const [gap, ranges] of [
      [day, 1],
      [day + 1, 2],
    ] as const) {
      const { spool } = spoolOf(1, "siem");
      for (const n of [1, 1 + gap, 2 + gap]) spool.append(live, null, [record(n)], 0, null);
      expect(spool.ranges.all()).toHaveLength(ranges);
    }
  });

  test("a record without a time is owed where its neighbours are", () => {
    const { spool } = spoolOf(1, "siem");
    spool.append(live, null, ['{"id":"a","t":null}', record(7), '{"id":"b","t":null}', record(9)], 0, null);
    spool.append(live, null, [record(10)], 0, null);
    expect(spool.ranges.all()).toMatchObject([{ from: 7, to: 9, ids: ["a", "7", "b", "9"] }]);
  });

  test("records none of which has a time are owed all the same, and counted", () => {
    const { spool } = spoolOf(1, "siem");
    spool.append(live, null, ['{"id":"a","t":null}', '{"id":"b","t":null}'], 0, null);
    spool.append(live, null, [record(10)], 0, null);
    expect(spool.ranges.all()).toMatchObject([{ expected: 2, ids: ["a", "b"] }]);
    expect(ledgerOf(spool)).toMatchObject({ collected: 3, pending: 3, owed: 2 });
  });

  test("a range that has been begun is left alone: what is let go now begins another", () => {
    const { spool } = spoolOf(1, "siem");
    spool.append(live, null, records(0, 10), 0, null);
    spool.append(live, null, records(10, 10), 0, null);
    const [range] = spool.ranges.all();
    if (range === undefined) throw new Error("Nothing is owed");
    spool.ranges.write({ ...range, at: 5 });
    spool.append(live, null, records(20, 10), 0, null);
    expect(spool.ranges.all().map(({ at, to }) => [at, to])).toEqual([
      [5, 9],
      [10, 19],
    ]);
  });

  test("what came late moves the beginning of the range with it", () => {
    const { spool } = spoolOf(1, "siem");
    spool.append(live, null, records(50, 10), 0, null);
    spool.append(live, null, records(0, 10), 0, null);
    spool.append(live, null, records(90, 1), 0, null);
    expect(spool.ranges.all()).toMatchObject([{ from: 0, at: 0, onlyFrom: 0, to: 59, expected: 20 }]);
  });

  test("what is on its way is not let go, nor what follows it in its lane, until the last request has ended", async () => {
    const { spool } = spoolOf(240, "siem", "archive");
    spool.append(live, null, block(0), 0, null);
    spool.append(live, null, block(4), 0, null);
    const [first] = spool.segments.all();
    if (first === undefined) throw new Error("Nothing was appended");
    const ends: (() => void)[] = [];
    const requests = [1, 2].map(async () =>
      spool.whileOnTheWay(first, async () => new Promise<void>((resolve) => ends.push(resolve))),
    );
    spool.append(live, null, block(8), 0, null);
    expect(spool.ranges.all()).toEqual([]);
    ends[0]?.();
    await requests[0];
    spool.makeRoom();
    expect(spool.ranges.all()).toEqual([]);
    ends[1]?.();
    await requests[1];
    spool.makeRoom();
    expect(spool.ranges.all()).toMatchObject([{ expected: 4 }, { expected: 4 }]);
  });

  test("a request that fails does not keep its segment for ever", async () => {
    const { spool } = spoolOf(120, "siem");
    spool.append(live, null, block(0), 0, null);
    const [first] = spool.segments.all();
    if (first === undefined) throw new Error("Nothing was appended");
    await expect(spool.whileOnTheWay(first, async () => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    spool.append(live, null, block(4), 0, null);
    expect(spool.ranges.all()).toMatchObject([{ expected: 4 }]);
  });

  test("the newest segment stays, however small the bound, until there is another", () => {
    const { spool } = spoolOf(1, "siem");
    spool.append(live, null, block(0), 0, null);
    spool.makeRoom();
    expect([spool.segments.all().length, spool.ranges.all().length]).toEqual([1, 0]);
  });

  test("what was redriven is never let go: Kandji may not have it any more", () => {
    const { spool } = spoolOf(120, "siem");
    spool.append(redriven, "siem", block(0), 0, null);
    spool.append(live, null, block(4), 0, null);
    spool.append(live, null, block(8), 0, null);
    expect(idsIn(spool, redriven)).toEqual(["0", "1", "2", "3"]);
    expect(idsIn(spool, live)).toEqual(["8", "9", "10", "11"]);
  });
});

describe("a dead letter", () => {
  const letter = { dataset: "audit-events", destination: "siem", recordId: "1", status: 422, reason: "bad", at: 7 };

  test("is kept whole with its reason until it is deleted", () => {
    const { spool, sql } = spoolOf(undefined, "siem");
    const raw = record(1, 2_000_001, "é");
    spool.deadLetters.add(letter, raw);
    const [kept] = spool.deadLetters.all();
    expect(kept).toMatchObject(letter);
    expect(spool.deadLetters.raw(kept?.id ?? 0) === raw).toBe(true);
    expect(spool.deadLetters.excerpt(kept?.id ?? 0, 12)).toBe(raw.slice(0, 12));
    spool.deadLetters.delete(kept?.id ?? 0);
    expect(spool.deadLetters.all()).toEqual([]);
    expect(sql.exec("SELECT * FROM overflow")).toEqual([]);
  });

  test("that is not there has no text", () => {
    const { spool } = spoolOf();
    expect([spool.deadLetters.raw(5), spool.deadLetters.excerpt(5, 10)]).toEqual(["", ""]);
  });

  test("its number is not given to another one: who deletes a second time deletes nothing else", () => {
    const { spool } = spoolOf(undefined, "siem");
    spool.deadLetters.add(letter, record(1));
    const [first] = spool.deadLetters.all();
    spool.deadLetters.delete(first?.id ?? 0);
    spool.deadLetters.add({ ...letter, recordId: "2" }, record(2));
    spool.deadLetters.delete(first?.id ?? 0);
    expect(spool.deadLetters.all().map(({ recordId }) => recordId)).toEqual(["2"]);
  });
});
