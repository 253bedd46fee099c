import { describe, expect, test } from "vitest";
import { Comparison, type Meeting } from "../../../src/collection/listing/comparison.ts";
import { readDevice } from "../../../src/collection/listing/device-list.ts";
import { Marks } from "../../../src/collection/listing/marks.ts";
import { Outbox } from "../../../src/collection/listing/outbox.ts";
import { readRow, rowReader } from "../../../src/collection/listing/row.ts";
import { RowMemory } from "../../../src/collection/listing/row-memory.ts";
import type { Listing } from "../../../src/datasets/listing.ts";
import type { Range } from "../../../src/spool/ranges.ts";
import { day, deviceRow, Setting, start, things } from "./setting.ts";

const device = readDevice(JSON.parse(deviceRow("d1")));
const now = start;
const seenAt = new Date(now).toISOString();

/** A comparison between the rows of one walk and the next. */
class Walks {
  readonly #setting: Setting;
  readonly #dataset: Listing;
  readonly memory: RowMemory;
  readonly #comparison: Comparison;
  readonly #outbox: Outbox;
  seen = new Marks();

  constructor(dataset: Listing = things, backfillMs = day) {
    this.#setting = new Setting(dataset);
    this.#dataset = dataset;
    this.memory = new RowMemory(this.#setting.sql, dataset.name);
    this.#outbox = new Outbox(this.#setting.spool, dataset.name);
    this.#comparison = new Comparison(dataset, this.memory, this.#outbox, backfillMs);
  }

  meet(text: string, meeting: Partial<Meeting> = {}) {
    const row = readRow(rowReader(this.#dataset, []), { raw: text, value: JSON.parse(text), list: "" }, meeting.device);
    const all = { isFirst: false, isSnapshot: false, ranges: [], seen: this.seen, device: undefined, now, ...meeting };
    return this.#comparison.meet(row, all);
  }

  reckon(absent: Marks): Marks {
    const missing = new Marks();
    for (let block = this.memory.blocks; block > 0; block -= 1)
      this.#comparison.reckon(block - 1, { seen: this.seen, absent, missing }, now);
    return missing;
  }

  range(fields: Partial<Range> = {}): Range {
    const { ranges } = this.#setting.spool;
    const wide = { from: 0, at: 0, to: (now + day) * 1000, edge: [], onlyFrom: null, ids: [] };
    ranges.add({
      dataset: this.#dataset.name,
      destination: "siem",
      reason: "backfill",
      expected: 0,
      ...wide,
      ...fields,
    });
    return ranges.all().at(-1) as Range;
  }

  /** What was laid out to be sent, to all or to the destination of a range. */
  sent(stream: "live" | "history" = "live"): string[] {
    this.#outbox.write(null, now);
    return this.#setting.texts(stream);
  }
}

const noted = (note: object, row = '"id":1'): string => `{${row},"_forwarder":${JSON.stringify(note)}}`;

describe("a row", () => {
  test("is a snapshot in the first walk, and created in a later one", () => {
    const walks = new Walks();
    walks.meet('{"id":1}', { isFirst: true, isSnapshot: true });
    expect(walks.sent()).toEqual([noted({ change: "snapshot", seenAt })]);
    walks.meet('{"id":2}');
    expect(walks.sent()).toEqual([noted({ change: "created", seenAt }, '"id":2')]);
  });

  test("is sent when a field changed, which is named, and not when only what is volatile did", () => {
    const walks = new Walks();
    walks.meet('{"id":1,"name":"a","seen":1}');
    walks.sent();
    walks.seen = new Marks();
    expect(walks.meet('{"id":1,"name":"a","seen":2}')).toBeUndefined();
    expect(walks.sent()).toEqual([]);
    walks.seen = new Marks();
    expect(walks.meet('{"id":1,"name":"b","seen":3,"new":0}')).toEqual({
      time: now * 1000,
      drift: false,
      raw: expect.stringContaining('"id":1'),
    });
    const note = { change: "updated", changed: ["name", "new"], seenAt };
    expect(walks.sent()).toEqual([noted(note, '"id":1,"name":"b","seen":3,"new":0')]);
  });

  test("is sent in a snapshot, once, and as an update where it changed", () => {
    const walks = new Walks();
    for (const id of [1, 2]) walks.meet(`{"id":${id}}`);
    walks.sent();
    walks.seen = new Marks();
    for (const row of ['{"id":1}', '{"id":2,"x":1}', '{"id":1}', '{"id":2,"x":1}'])
      walks.meet(row, { isSnapshot: true });
    expect(walks.sent()).toEqual([
      noted({ change: "snapshot", seenAt }),
      noted({ change: "updated", changed: ["x"], seenAt }, '"id":2,"x":1'),
    ]);
  });

  test("that is met again in the same walk is sent again only if it changed meanwhile", () => {
    const walks = new Walks();
    const first = { isFirst: true, isSnapshot: true };
    for (const row of ['{"id":1}', '{"id":1}', '{"id":1,"x":1}', '{"id":1,"x":1}']) walks.meet(row, first);
    expect(
      walks.sent().map((text) => (JSON.parse(text) as { _forwarder: { change: string } })._forwarder.change),
    ).toEqual(["snapshot", "updated"]);
  });

  test("says whose it is where each device is asked", () => {
    const walks = new Walks({ ...things, scope: "device" });
    walks.meet('{"id":1}', { device });
    const owner = { id: "d1", name: "name of d1", serialNumber: "serial of d1" };
    expect(walks.sent()).toEqual([noted({ change: "created", seenAt, device: owner })]);
    const missing = new Walks({ ...things, scope: "device" });
    missing.meet('{"id":1,"name":"n"}', { device });
    missing.sent();
    missing.seen = new Marks();
    missing.reckon(missing.reckon(new Marks()));
    expect(missing.sent()).toEqual([noted({ change: "deleted", seenAt, device: { id: "d1" } }, '"id":1,"name":"n"')]);
  });
});

describe("a row of events that change", () => {
  const threats: Listing = { ...things, kind: "append-only", sends: "changes" };
  const old = new Date(now - day - 1).toISOString();
  const recent = new Date(now - day).toISOString();

  test("is created in the first walk, too, unless it is older than what is wanted of the past", () => {
    const walks = new Walks(threats);
    const first = { isFirst: true, isSnapshot: true };
    expect(walks.meet(`{"id":1,"at":"${old}"}`, first)).toBeUndefined();
    expect(walks.meet(`{"id":2,"at":"${recent}"}`, first)).toEqual({
      time: (now - day) * 1000,
      drift: false,
      raw: expect.stringContaining('"id":2'),
    });
    expect(walks.meet('{"id":3}', first)).toBeDefined();
    expect(walks.sent().map((text) => (JSON.parse(text) as { id: number }).id)).toEqual([2, 3]);
    walks.seen = new Marks();
    // What happens to an old one is news.
    walks.meet(`{"id":1,"at":"${old}","x":1}`);
    walks.meet(`{"id":4,"at":"${old}"}`);
    walks.meet(`{"id":2,"at":"${recent}"}`, { isSnapshot: true });
    expect(walks.sent().map((text) => (JSON.parse(text) as { id: number }).id)).toEqual([1, 4]);
  });

  test("that is gone is forgotten without a notice", () => {
    const walks = new Walks(threats);
    walks.meet('{"id":1}');
    walks.sent();
    walks.seen = new Marks();
    walks.reckon(walks.reckon(new Marks()));
    expect([walks.memory.size, walks.sent()]).toEqual([0, []]);
  });
});

describe("ranges of the past", () => {
  test("are sent what the others had before, and not what all are sent now", () => {
    const walks = new Walks();
    walks.meet('{"id":1}');
    walks.sent();
    walks.seen = new Marks();
    const ranges = [walks.range()];
    for (const row of ['{"id":1}', '{"id":2}', '{"id":1}']) walks.meet(row, { ranges });
    expect(walks.sent("history")).toEqual([noted({ change: "snapshot", seenAt })]);
    expect(walks.sent()).toEqual([noted({ change: "created", seenAt }, '"id":2')]);
  });

  test("of events are sent those of their time, named ones at its end", () => {
    const walks = new Walks({ ...things, sends: "changes" });
    const at = (days: number): string => new Date(now - days * day).toISOString();
    const rows = [5, 4, 3, 2, 1].map((days) => `{"id":${days},"at":"${at(days)}"}`);
    for (const row of rows) walks.meet(row);
    walks.sent();
    walks.seen = new Marks();
    const micros = (days: number): number => (now - days * day) * 1000;
    const ranges = [walks.range({ from: micros(4), to: micros(1), onlyFrom: micros(2), ids: ["[1]"] })];
    for (const row of rows) walks.meet(row, { ranges });
    expect(walks.sent("history").map((text) => (JSON.parse(text) as { id: number }).id)).toEqual([4, 3, 1]);
  });
});

describe("a row that is not met", () => {
  test("is called deleted by the second complete walk, not by the first, and once", () => {
    const walks = new Walks();
    for (const id of [1, 2]) walks.meet(`{"id":${id},"name":"n${id}","x":1}`);
    walks.sent();
    walks.seen = new Marks();
    walks.meet('{"id":2,"name":"n2","x":1}');
    const absent = walks.reckon(new Marks());
    expect([absent.count, walks.sent()]).toEqual([1, []]);
    expect(walks.reckon(absent).count).toBe(0);
    expect(walks.sent()).toEqual([noted({ change: "deleted", seenAt }, '"id":1,"name":"n1"')]);
    expect([walks.reckon(absent).count, walks.sent(), walks.memory.size]).toEqual([0, [], 1]);
  });
});

describe("rows that only their content tells apart", () => {
  const installed: Listing = { ...things, identity: ["device", "name"] };
  const [old, recent] = ['{"device":"d1","name":"app","version":1}', '{"device":"d1","name":"app","version":2}'];

  test("are no news in whatever order they come, page by page", () => {
    const walks = new Walks(installed);
    for (const text of [old, recent]) walks.meet(text);
    walks.seen = new Marks();
    for (const text of [recent, old, recent]) expect(walks.meet(text)).toBeUndefined();
    expect(walks.memory.size).toBe(2);
    expect(walks.seen.count).toBe(2);
  });

  test("one that changes is the one that no other equals", () => {
    const walks = new Walks(installed);
    for (const text of [old, recent]) walks.meet(text);
    walks.sent();
    walks.seen = new Marks();
    walks.meet('{"device":"d1","name":"app","version":3}');
    walks.meet(recent);
    const row = '"device":"d1","name":"app","version":3';
    expect(walks.sent()).toEqual([noted({ change: "updated", changed: ["version"], seenAt }, row)]);
  });

  test("where the identity is an id, what comes again in the same walk has changed", () => {
    const walks = new Walks();
    walks.meet('{"id":1,"version":1}');
    walks.meet('{"id":1,"version":2}');
    expect(walks.memory.size).toBe(1);
  });
});
