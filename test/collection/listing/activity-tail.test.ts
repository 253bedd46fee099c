import { describe, expect, test } from "vitest";
import { deviceActivity } from "../../../src/datasets/device-activity.ts";
import type { Listing } from "../../../src/datasets/listing.ts";
import { deviceRow, Setting, start } from "./setting.ts";

const [way] = deviceActivity.ways;
const activity: Listing = {
  ...deviceActivity,
  ways: [{ ...way, paging: { by: "offset", limit: 30, total: ["activity", "count"] } }],
};

/** The log of one device. */
class Log {
  readonly it = new Setting(activity);

  constructor(count: number) {
    this.it.kandji.devices = [deviceRow("d1")];
    this.add(count);
  }

  get rows(): string[] {
    return this.it.kandji.rows({ device: "d1" });
  }

  #last = 0;

  add(count: number): void {
    for (let n = 0; n < count; n += 1) this.rows.push(this.row((this.#last += 1)));
  }

  row(id: number, at = start): string {
    return JSON.stringify({ id, created_at: new Date(at).toISOString(), action_type: "x" });
  }

  /** The ids that a walk brings; where the past is owed to somebody it is read from the beginning. */
  async walk(ranges: readonly number[] = []): Promise<number[]> {
    // Each walk finds a device that has checked in.
    this.it.kandji.devices = [deviceRow("d1", { last_check_in: new Date(this.it.clock.at).toISOString() })];
    await this.it.walk({ ranges });
    return this.it.texts().map((text) => (JSON.parse(text) as { id: number }).id);
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe("the log of a device", () => {
  test.each([0, 1, 30, 31, 49, 50, 51, 200])(
    "of %i rows is sent once, as it stands, and then what is new",
    async (count) => {
      const log = new Log(count);
      expect(await log.walk()).toEqual(range(1, count));
      expect(await log.walk()).toEqual([]);
      log.add(100);
      expect(await log.walk()).toEqual(range(count + 1, count + 100));
      expect(log.it.spool.segments.in({ dataset: "device-activity", stream: "live" }).length).toBeGreaterThan(0);
    },
  );

  test("is read from its end", async () => {
    const log = new Log(500);
    await log.walk();
    log.it.kandji.requests.length = 0;
    await log.walk();
    const offsets = log.it.kandji.requests.flatMap((url) =>
      url.pathname.endsWith("activity") ? [Number(url.searchParams.get("offset"))] : [],
    );
    expect(offsets[0]).toBe(449);
    expect(offsets.length).toBeLessThan(4);
  });

  test("may bring rows a little out of order", async () => {
    const log = new Log(200);
    await log.walk();
    log.rows.splice(195, 0, log.row(1_002));
    log.rows.push(log.row(1_001), log.row(1_000));
    expect((await log.walk()).toSorted((a, b) => a - b)).toEqual([1_000, 1_001, 1_002]);
    expect(await log.walk()).toEqual([]);
  });

  test("goes on after a kill", async () => {
    const log = new Log(200);
    await log.walk();
    log.it.kill();
    log.add(5);
    expect(await log.walk()).toEqual(range(201, 205));
  });

  test("rows from before the wanted past are read and not sent", async () => {
    const log = new Log(0);
    log.rows.push(log.row(1, start - 400 * 86_400_000), log.row(2));
    expect(await log.walk()).toEqual([2]);
    expect(await log.walk()).toEqual([]);
  });

  test.each([
    [10, 0],
    [10, 5],
    [10, 10],
    [30, 40],
    [100, 0],
    [100, 7],
    [100, 100],
    [100, 150],
    [300, 40],
    [300, 400],
    [480, 3],
    [500, 0],
    [500, 20],
  ])("%i old rows that Kandji throws away and %i new ones: these are sent, once", async (gone, added) => {
    const log = new Log(500);
    await log.walk();
    log.rows.splice(0, gone);
    log.add(added);
    expect(await log.walk()).toEqual(range(501, 500 + added));
    expect(await log.walk()).toEqual([]);
    log.add(3);
    expect(await log.walk()).toEqual(range(501 + added, 503 + added));
    log.rows.splice(0, Math.min(log.rows.length, 60));
    log.add(1);
    expect(await log.walk()).toEqual([504 + added]);
  });

  test.each([
    [0, 0],
    [0, 45],
    [0, 100],
    [100, 0],
    [100, 40],
    [100, 100],
    [100, 400],
    [450, 500],
  ])("the same while all of it is owed to somebody: %i old ones go, %i come", async (gone, added) => {
    const log = new Log(500);
    await log.walk();
    log.rows.splice(0, gone);
    log.add(added);
    const everything = { from: 0, at: 0, to: Number.MAX_SAFE_INTEGER, edge: [], onlyFrom: null, ids: [] };
    log.it.spool.ranges.add({
      dataset: "device-activity",
      destination: "siem",
      reason: "owed",
      expected: 0,
      ...everything,
    });
    const ranges = log.it.spool.ranges.all().map(({ id }) => id);
    expect(await log.walk(ranges)).toEqual(range(501, 500 + added));
    expect(log.it.texts("history")).toHaveLength(500 - gone);
    log.add(2);
    expect(await log.walk()).toEqual(range(501 + added, 502 + added));
  });

  test("rows a little out of order are sent once, also when the log is not where it was", async () => {
    const log = new Log(500);
    for (let at = 2; at < 500; at += 3) [log.rows[at], log.rows[at - 1]] = [log.rows[at - 1] ?? "", log.rows[at] ?? ""];
    await log.walk();
    log.rows.splice(0, 300);
    log.rows.push(log.row(503), log.row(502));
    log.rows.splice(195, 0, log.row(501));
    expect((await log.walk()).toSorted((a, b) => a - b)).toEqual([501, 502, 503]);
    expect(await log.walk()).toEqual([]);
  });

  test("that is short and thrown away whole begins anew", async () => {
    const log = new Log(20);
    await log.walk();
    log.rows.splice(0, 20);
    expect(await log.walk()).toEqual([]);
    log.add(4);
    expect(await log.walk()).toEqual(range(21, 24));
  });
});
