import { describe, expect, test } from "vitest";
import type { HttpAnswer } from "../../src/ports.ts";
import { identify, ledgerOf, record, records } from "../spool/setting.ts";
import { destinationOf, officeOf, refusing, start, work } from "./setting.ts";

const minute = 60_000;
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (): Partial<HttpAnswer> => ({ status: code, headers: new Headers(headers) });

describe("a batch that is refused", () => {
  test("is split until the guilty record is alone; its neighbours arrive, in order", async () => {
    const { append, sent, spool, courierFor } = officeOf(refusing("11"));
    append(records(1, 16));
    await work(courierFor());
    const arrived = sent.filter(({ ids }) => !ids.includes("11")).flatMap(({ ids }) => ids);
    expect(arrived).toEqual(
      records(1, 16)
        .map((raw) => identify("", raw).id)
        .filter((id) => id !== "11"),
    );
    expect(spool.deadLetters.all()).toMatchObject([
      { recordId: "11", status: 400, reason: "It answered 400", destination: "siem", at: start },
    ]);
    expect(spool.deadLetters.raw(spool.deadLetters.all()[0]?.id ?? 0)).toBe(record(11));
    expect(ledgerOf(spool)).toMatchObject({ delivered: 15, dead: 1, pending: 0 });
    // Four halvings, the record alone, what follows, and once more to be sure.
    expect(sent.length).toBeLessThanOrEqual(12);
  });

  test.each([1, 2, 3, 7, 16])(
    "with %i records, whichever of them is bad: one dead letter and all others",
    async (count) => {
      for (let bad = 1; bad <= count; bad += 1) {
        const { append, spool, courierFor, office, clock } = officeOf(refusing(String(bad)));
        append(records(1, count));
        const courier = courierFor();
        await work(courier);
        // Alone or last, it is only given up when another is accepted after it.
        append(records(100, 1));
        clock.at += minute;
        await work(courier);
        expect(spool.deadLetters.all().map(({ recordId }) => recordId)).toEqual([String(bad)]);
        expect(ledgerOf(spool)).toMatchObject({ delivered: count, dead: 1, pending: 0 });
        expect(office).toBeDefined();
      }
    },
  );

  test("evicted after every third request it forms the same halves and loses none", async () => {
    const { append, sent, again, courierFor } = officeOf(refusing("3", "12"));
    append(records(1, 16));
    let spool = again();
    for (let n = 0; n < 30; n += 1) {
      const courier = courierFor({}, null, spool);
      for (let requests = 0; requests < 3; requests += 1) await courier.step();
      spool = again();
    }
    expect(new Set(spool.deadLetters.all().map(({ recordId }) => recordId))).toEqual(new Set(["3", "12"]));
    expect(ledgerOf(spool)).toMatchObject({ delivered: 14, dead: 2, pending: 0 });
    const bodies = new Map(sent.map(({ id, body }) => [id, body]));
    expect(sent.every(({ id, body }) => bodies.get(id) === body)).toBe(true);
  });

  test("413 splits, at n and n + 1 records, and refuses none", async () => {
    const { append, sent, spool, courierFor } = officeOf((lines) => ({ status: lines.length > 4 ? 413 : 200 }));
    append(records(1, 4));
    append(records(5, 5));
    await work(courierFor());
    expect(sent.map(({ ids }) => ids.length)).toEqual([4, 5, 3, 2]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 9, dead: 0 });
  });

  test("refused in part: the others have arrived, the refused are tried alone and then given up", async () => {
    const { append, sent, spool, courierFor } = officeOf((lines) => {
      const bad = lines.flatMap((raw, index) => (["2", "4"].includes(identify("", raw).id) ? [index] : []));
      return bad.length === 0 ? { status: 200 } : { status: 207, body: JSON.stringify([...bad, 99]) };
    });
    append(records(1, 5));
    await work(courierFor());
    expect(sent.map(({ ids }) => ids)).toEqual([["1", "2", "3", "4", "5"], ["2"], ["4"]]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 3, dead: 2, pending: 0 });
  });

  test("a record that is too long for any request is a dead letter with its size, its neighbours arrive", async () => {
    const { append, sent, spool, courierFor } = officeOf(status(200));
    append([record(1, 50), record(2, 101), record(3, 50)]);
    await work(courierFor({ maxBatchBytes: 101 }));
    expect(sent.map(({ ids }) => ids)).toEqual([["1"], ["3"]]);
    expect(spool.deadLetters.all()).toMatchObject([
      { recordId: "2", status: 0, reason: "The record takes 102 bytes, and the limit is 101" },
    ]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 2, dead: 1, pending: 0 });
  });
});

describe("an intake that refuses everything", () => {
  test("is asked twenty times at the most in a round, then held for a minute; nothing is given up", async () => {
    const { append, clock, sent, spool, courierFor } = officeOf(status(400));
    append(records(1, 40));
    const courier = courierFor({ maxBatchRecords: 1 });
    const rounds: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      sent.length = 0;
      await work(courier);
      rounds.push(sent.length);
      expect(courier.trouble).toMatchObject({ kind: "refuses-everything", retryAt: clock.at + minute, since: start });
      clock.at += minute;
    }
    // The first refusal is what begins the first round.
    expect(rounds[0]).toBeLessThanOrEqual(21);
    expect(Math.max(...rounds.slice(1))).toBeLessThanOrEqual(20);
    expect(ledgerOf(spool)).toMatchObject({ dead: 0, delivered: 0, pending: 40 });
  });

  test("the held record is tried first, then those behind it", async () => {
    const { append, clock, sent, courierFor } = officeOf(status(400));
    append(records(1, 3));
    const courier = courierFor({ maxBatchRecords: 1 });
    await work(courier);
    expect(sent.map(({ ids }) => ids[0])).toEqual(["1", "2", "3"]);
    sent.length = 0;
    append(records(4, 1));
    clock.at += minute;
    await work(courier);
    expect(sent.map(({ ids }) => ids[0])).toEqual(["1", "4"]);
  });

  test("is asked again when a record arrives, before the minute is over", async () => {
    const { append, clock, courierFor } = officeOf(status(400));
    append(records(1, 1));
    const courier = courierFor();
    await work(courier);
    clock.at += 1_000;
    expect(courier.isReady()).toBe(false);
    append(records(2, 1));
    courier.recordsArrived();
    expect(courier.isReady()).toBe(true);
  });

  test("the first acceptance lifts the hold; the refused ones are tried again at once and only then given up", async () => {
    const { append, clock, sent, spool, courierFor, office } = officeOf(status(400));
    append(records(1, 3));
    const courier = courierFor({ maxBatchRecords: 1 });
    await work(courier);
    expect(ledgerOf(spool).dead).toBe(0);
    sent.length = 0;
    office.intake = refusing("2");
    clock.at += minute;
    await work(courier);
    expect(sent.map(({ ids }) => ids[0])).toEqual(["1", "2", "3"]);
    expect(courier.trouble).toBeNull();
    expect(ledgerOf(spool)).toMatchObject({ dead: 1, delivered: 2, pending: 0 });
  });

  test("a hold that was kept is waited out after a restart, and then a new round begins", async () => {
    const { append, clock, sent, spool, courierFor } = officeOf(status(400));
    append(records(1, 2));
    const before = courierFor({ maxBatchRecords: 1 });
    await work(before);
    sent.length = 0;
    const courier = courierFor({ maxBatchRecords: 1 }, before.trouble);
    expect(await courier.step()).toBe("idle");
    clock.at += minute;
    await work(courier);
    expect(sent.length).toBeGreaterThan(0);
    expect(ledgerOf(spool)).toMatchObject({ dead: 0, pending: 2 });
  });

  test.each([1, 2])(
    "also when it says so for each record of an accepted request, %i at a time: held, not hammered",
    async (size) => {
      const { append, clock, spool, courierFor } = officeOf((lines) => ({
        status: 207,
        body: JSON.stringify(lines.map((_, index) => index)),
      }));
      append(records(1, 60));
      const courier = courierFor({ maxBatchRecords: size });
      expect(await work(courier, 200)).toBeLessThanOrEqual(25);
      expect(courier.trouble).toMatchObject({ kind: "refuses-everything" });
      expect(ledgerOf(spool)).toMatchObject({ dead: 0, delivered: 0, pending: 60 });
      clock.at += minute;
      expect(await work(courier, 200)).toBeLessThanOrEqual(21);
    },
  );

  test("an index that is none of the batch's does not make an accepted record a refused one", async () => {
    const { append, sent, spool, courierFor, office } = officeOf(() => ({ status: 207, body: "[0, 99]" }));
    append(records(1, 2));
    const courier = courierFor();
    await courier.step();
    expect(ledgerOf(spool)).toMatchObject({ delivered: 1, pending: 1 });
    office.intake = status(200);
    await work(courier);
    expect(sent.map(({ ids }) => ids)).toEqual([["1", "2"], ["1"]]);
  });
});

describe("a batch of which the intake names the bad record", () => {
  test.each([1, 2, 3, 7, 15, 16])("number %i: is parted there, and nowhere else", async (bad) => {
    const { append, sent, spool, courierFor, clock } = officeOf((lines) => {
      const at = lines.findIndex((line) => identify("", line).id === String(bad));
      return at < 0 ? {} : { status: 422, body: String(at) };
    });
    append(records(1, 16));
    const courier = courierFor();
    await work(courier);
    clock.at += minute;
    append(records(100, 1));
    await work(courier);
    expect(spool.deadLetters.all().map(({ recordId }) => recordId)).toEqual([String(bad)]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 16, dead: 1, pending: 0 });
    // The whole, what stands before it, it alone, the one behind it, it once more, the rest, and the last one.
    expect(sent.length).toBeLessThanOrEqual(7);
  });

  test.each(["-1", "16", "1.5", "nonsense"])("but names %s, which it does not have: it is halved", async (named) => {
    const { append, spool, courierFor } = officeOf((lines) =>
      lines.some((line) => identify("", line).id === "3") ? { status: 422, body: named } : {},
    );
    append(records(1, 16));
    await work(courierFor());
    expect(ledgerOf(spool)).toMatchObject({ delivered: 15, dead: 1, pending: 0 });
  });
});

describe("a batch of which some were refused, and the intake does not say which", () => {
  test("is kept whole as dead letters, and never sent again by itself", async () => {
    const { append, sent, spool, courierFor, office, clock } = officeOf(status(206));
    append(records(1, 3));
    const courier = courierFor();
    await work(courier);
    expect(sent).toHaveLength(1);
    expect(spool.deadLetters.all()).toMatchObject(
      ["1", "2", "3"].map((recordId) => ({ recordId, status: 206, reason: "It answered 206", at: start })),
    );
    expect(ledgerOf(spool)).toMatchObject({ collected: 3, delivered: 0, dead: 3, pending: 0 });
    office.intake = status(200);
    clock.at += minute;
    append(records(4, 1));
    await work(courier);
    expect(sent.map(({ ids }) => ids)).toEqual([["1", "2", "3"], ["4"]]);
    expect(courier.trouble).toBeNull();
  });

  test("ends what stood in the way before: it took the request", async () => {
    const { append, courierFor, office, clock } = officeOf(status(503));
    append(records(1, 3));
    const courier = courierFor();
    await work(courier);
    expect(courier.trouble).not.toBeNull();
    office.intake = status(206);
    clock.at += minute;
    await work(courier);
    expect(courier.trouble).toBeNull();
  });
});

describe("a record that was refused alone and is left out by now", () => {
  test("because it has grown too old: it is skipped once, and no suspect any more", async () => {
    const { append, clock, spool, courierFor } = officeOf(status(400));
    append([`{"id":"1","occurred_at":"${new Date(start).toISOString()}"}`]);
    const limits = { records: 1_000, bytes: 900_000, maxAgeMs: 18 * 60 * minute };
    const courier = courierFor({ destination: destinationOf({ limits }), oldRecords: "skip" });
    await work(courier);
    expect(ledgerOf(spool)).toMatchObject({ pending: 1 });
    clock.at += 18 * 60 * minute;
    await work(courier, 20);
    expect(ledgerOf(spool)).toMatchObject({ collected: 1, skipped: 1, pending: 0, dead: 0 });
  });

  test("because its dataset is not sent there any more: it is skipped once, and no suspect any more", async () => {
    const { append, clock, spool, courierFor } = officeOf(status(400));
    append(records(1, 1));
    await work(courierFor());
    clock.at += minute;
    await work(courierFor({ datasets: ["other"] }), 20);
    expect(ledgerOf(spool)).toMatchObject({ collected: 1, skipped: 1, pending: 0, dead: 0 });
  });
});

describe("a record that is sent alone to learn whether anything is accepted", () => {
  test("is sent alone again when its answer never came, though others wait behind it", async () => {
    const { append, sent, courierFor, office, clock, again } = officeOf(() => ({ status: 400 }));
    append(records(1, 4));
    await work(courierFor());
    office.intake = () => new Error("no answer");
    clock.at += minute;
    const asked = sent.length;
    const courier = courierFor();
    // The held one, and then one of those behind it.
    await courier.step();
    clock.at += 10 * minute;
    await courier.step();
    const lost = sent.slice(asked);
    office.intake = () => ({ status: 200 });
    clock.at += 10 * minute;
    await work(courierFor({}, null, again()));
    const bodies = new Map<string, string>();
    for (const { id, body } of sent) {
      expect(bodies.get(id) ?? body).toBe(body);
      bodies.set(id, body);
    }
    for (const { ids } of lost) expect(sent.slice(asked + lost.length).map((one) => one.ids)).toContainEqual(ids);
  });
});
