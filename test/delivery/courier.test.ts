import { describe, expect, test } from "vitest";
import type { HttpAnswer } from "../../src/ports.ts";
import { history, identify, isBalanced, ledgerOf, live, records, redriven } from "../spool/setting.ts";
import { officeOf, start, work } from "./setting.ts";

const minute = 60_000;
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (): Partial<HttpAnswer> => ({ status: code, headers: new Headers(headers) });

describe("delivering", () => {
  test("in order, each record once, as many in a request as fit", async () => {
    const { append, sent, spool, courierFor } = officeOf(status(200));
    append(records(1, 5));
    const courier = courierFor({ maxBatchRecords: 2 });
    expect(await work(courier)).toBe(3);
    expect(sent.map(({ ids }) => ids)).toEqual([["1", "2"], ["3", "4"], ["5"]]);
    expect(spool.segments.all()).toEqual([]);
    expect(ledgerOf(spool)).toMatchObject({ delivered: 5, pending: 0 });
    expect(courier.wakeAt()).toBeNull();
  });

  test("live goes before what was redriven, and that before history, at every request", async () => {
    const { append, sent, courierFor, office } = officeOf(status(200));
    append(records(1, 2), history);
    append(records(3, 1), redriven);
    append(records(5, 1), live);
    office.intake = (lines) => {
      if (identify("", lines[0] ?? "").id === "1") append(records(9, 1), live);
      return {};
    };
    await work(courierFor({ maxBatchRecords: 1 }));
    expect(sent.flatMap(({ ids }) => ids)).toEqual(["5", "3", "1", "9", "2"]);
  });

  test("the position moves with the answer and not before: gone without one, the same batch comes again", async () => {
    const { append, sent, again, courierFor, office } = officeOf(async () => new Promise(() => {}));
    append(records(1, 3));
    void courierFor().step();
    expect(sent).toHaveLength(1);
    office.intake = status(200);
    // The object is gone from memory while the answer is awaited.
    await work(courierFor({}, null, again()));
    expect(sent[1]).toEqual(sent[0]);
  });

  test("a batch that failed is sent again with the same id and bytes, though more records wait by then", async () => {
    const { append, sent, clock, courierFor, office } = officeOf(status(503));
    append(records(1, 3));
    const courier = courierFor();
    await work(courier);
    append(records(4, 3));
    office.intake = status(200);
    clock.at += minute;
    await work(courier);
    expect(sent[1]).toMatchObject({ id: sent[0]?.id, body: sent[0]?.body });
    expect(sent[2]?.ids).toEqual(["4", "5", "6"]);
  });

  test("requests are counted, those without a settlement too", async () => {
    const { append, clock, spool, courierFor, office } = officeOf(status(503));
    append(records(1, 3));
    const courier = courierFor();
    await work(courier);
    expect(courier.unwritten.requests).toBe(1);
    office.intake = status(200);
    clock.at += minute;
    await work(courier);
    expect([courier.unwritten.requests, spool.offsets.get("siem", live)?.requests]).toEqual([0, 2]);
  });

  test("what is on its way to two destinations is not let go when one of them has answered", async () => {
    const answers = new Map<string, (answer: Partial<HttpAnswer>) => void>();
    const { append, spool, courierFor, office, sent } = officeOf(status(200), 100);
    office.intake = async () => new Promise((resolve) => answers.set(sent.length === 1 ? "archive" : "siem", resolve));
    spool.join("archive", live);
    append(records(1, 3, 29));
    const first = courierFor({ id: "archive" }).step();
    const second = courierFor().step();
    append(records(4, 3, 29));
    answers.get("archive")?.({});
    await first;
    answers.get("siem")?.({});
    await second;
    expect(ledgerOf(spool, "siem")).toMatchObject({ collected: 6, delivered: 3, pending: 3 });
    expect(isBalanced(ledgerOf(spool, "siem"))).toBe(true);
  });
});

describe("a request that fails as a whole", () => {
  test.each([
    ["503", status(503), "unavailable", "It answered 503"],
    ["401", status(401), "locked-out", "It answered 401"],
    ["no connection", () => new Error("no"), "unavailable", "No connection to the host"],
  ])("%s: nothing moves, and it is tried again", async (_, intake, kind, why) => {
    const { append, spool, courierFor } = officeOf(intake);
    append(records(1, 3));
    const courier = courierFor();
    expect(await work(courier)).toBe(1);
    expect(courier.trouble).toMatchObject({ kind, why, attempts: 1, since: start });
    expect(ledgerOf(spool)).toMatchObject({ delivered: 0, pending: 3, dead: 0 });
  });

  test("waits longer each time, up to a minute; whoever is locked out waits a minute at once", async () => {
    const { append, clock, courierFor, office } = officeOf(status(503));
    append(records(1, 3));
    const courier = courierFor();
    const pauses: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      await work(courier);
      pauses.push((courier.wakeAt() ?? 0) - clock.at);
      clock.at = courier.wakeAt() ?? 0;
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    office.intake = status(401);
    await work(courier);
    expect(courier.trouble).toMatchObject({ kind: "locked-out", attempts: 1, since: start });
    expect(courier.wakeAt()).toBe(clock.at + minute);
  });

  test.each([
    ["seconds", "150"],
    ["a date", new Date(start + 150_000).toUTCString()],
  ])("Retry-After as %s is waited for to its end, though records arrive", async (_, header) => {
    const { append, clock, sent, courierFor } = officeOf(status(429, { "Retry-After": header }));
    append(records(1, 3));
    const courier = courierFor();
    await work(courier);
    expect(courier.trouble).toMatchObject({ isAsked: true, retryAt: start + 150_000 });
    append(records(4, 1));
    courier.recordsArrived();
    clock.at = start + 149_999;
    expect([courier.isReady(), await courier.step()]).toEqual([false, "idle"]);
    expect(sent).toHaveLength(1);
    clock.at = start + 150_000;
    expect(courier.isReady()).toBe(true);
  });

  test("an acceptance lifts the trouble", async () => {
    const { append, clock, courierFor, office } = officeOf(status(503));
    append(records(1, 3));
    const courier = courierFor();
    await work(courier);
    clock.at += minute;
    office.intake = status(200);
    await work(courier);
    expect(courier.trouble).toBeNull();
  });
});
