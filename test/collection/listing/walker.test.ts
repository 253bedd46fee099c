import { describe, expect, test } from "vitest";
import type { HttpAnswer } from "../../../src/ports.ts";
import type { Listing } from "../../../src/datasets/listing.ts";
import { day, deviceRow, hour, paged, parts, Setting, things, type Options } from "./setting.ts";

const thing = (id: number, fields: object = {}): object => ({ id, name: `n${id}`, ...fields });
const upTo = (count: number, from = 1): object[] => Array.from({ length: count }, (_, n) => thing(from + n));
const status = (code: number): Partial<HttpAnswer> => ({ status: code, body: '{"detail":"No"}' });
const offsetOf = (url: URL): number => Number(url.searchParams.get("offset"));

const byCursor = paged(things, { by: "cursor", parameter: "after", next: "next" });
const byPage = paged(things, { by: "page", limit: 3, total: "count" });

/** A setting whose first walk is behind it. */
async function walked(dataset: Listing, rows: readonly object[], options: Options = {}): Promise<Setting> {
  const it = new Setting(dataset, options);
  it.kandji.set(rows);
  await it.walk();
  it.changes();
  return it;
}

describe.each([
  ["offset", things],
  ["offset without a total", paged(things, { by: "offset", limit: 3 })],
  ["page", byPage],
  ["cursor", byCursor],
])("a list that is paged by %s", (_, dataset) => {
  test.each([0, 1, 2, 3, 4, 6, 7, 30])(
    "of %i rows is read whole, each row once, and found unchanged",
    async (count) => {
      const it = new Setting(dataset);
      it.kandji.set(upTo(count));
      expect(await it.walk()).toMatchObject({ failures: [], oddities: [] });
      expect(it.changes()).toEqual(upTo(count).map((row) => `snapshot ${(row as { id: number }).id}`));
      const before = it.sql.exec("SELECT * FROM known_rows");
      await it.walk();
      expect([it.changes(), it.walker.last?.isComplete]).toEqual([[], true]);
      expect(it.sql.exec("SELECT * FROM known_rows")).toEqual(before);
    },
  );

  test("an empty page in the midst loses nothing for good", async () => {
    const it = await walked(dataset, upTo(9));
    let pages = 0;
    it.kandji.spoil = (page) => ((pages += 1) === 2 ? { ...page, rows: [[]] } : page);
    await it.walk();
    expect(it.changes()).toEqual([]);
    await it.walk();
    expect(it.changes()).toEqual([]);
  });
});

test("pages that are not full are not the end", async () => {
  const it = new Setting(things);
  it.kandji.set(upTo(9));
  it.kandji.spoil = (page) => ({ ...page, rows: page.rows.map((rows) => rows.slice(0, 2)) });
  await it.walk();
  expect(it.changes()).toHaveLength(9);
});

describe("a list that moves under the walk", () => {
  test("a row that goes before the position hides none", async () => {
    const it = await walked(things, upTo(9));
    await it.walk({}, (steps) => steps === 2 && it.kandji.rows().splice(0, 1));
    expect(it.walker.last?.isComplete).toBe(true);
    await it.walk();
    await it.walk();
    expect(it.changes()).toEqual(["deleted 1"]);
  });

  test("any number of rows that go before the position hide none", async () => {
    for (const count of [2, 3, 5]) {
      const it = new Setting(paged(things, { by: "offset", limit: 3 }));
      it.kandji.set(upTo(12));
      await it.walk({}, (steps) => steps === 3 && it.kandji.rows().splice(0, count));
      expect(it.changes().toSorted()).toEqual(
        upTo(12)
          .map((row) => `snapshot ${(row as { id: number }).id}`)
          .toSorted(),
      );
    }
  });

  test("rows that go one after the other hide none", async () => {
    const it = new Setting(paged(things, { by: "offset", limit: 3 }));
    it.kandji.set(upTo(24));
    await it.walk({}, (steps) => steps > 6 && steps < 22 && steps % 2 === 1 && it.kandji.rows().splice(0, 1));
    expect([it.changes().length, it.walker.last?.isComplete]).toEqual([24, true]);
  });

  test("a row that comes before the position is found by the next walk, and none is sent twice", async () => {
    const it = new Setting(paged(things, { by: "offset", limit: 3 }));
    it.kandji.set(upTo(9));
    await it.walk({}, (steps) => steps === 2 && it.kandji.rows().unshift(JSON.stringify(thing(0))));
    expect(it.changes()).toHaveLength(9);
    await it.walk();
    expect(it.changes()).toEqual(["created 0"]);
  });

  test("a list without an order that holds ends the walk, incomplete, and nothing is called deleted", async () => {
    const it = await walked(paged(things, { by: "offset", limit: 3 }), upTo(9));
    it.kandji.spoil = (page, url) => ({
      ...page,
      rows: [[JSON.stringify(thing(100 + it.kandji.requests.length)), ...(offsetOf(url) > 20 ? [] : page.rows.flat())]],
    });
    const { oddities } = await it.walk();
    expect(oddities).toContain("list-never-still");
    expect(it.walker.last?.isComplete).toBe(false);
    expect(it.changes().filter((change) => change.startsWith("deleted"))).toEqual([]);
  });

  test("a total that changes has the list read again, three times at the most; then nothing is called deleted", async () => {
    const it = await walked(things, upTo(6));
    it.kandji.set(upTo(5));
    let total = 5;
    it.kandji.spoil = (page) => ({ ...page, total: (total += 1) });
    for (const _ of [1, 2, 3]) {
      const { oddities, steps } = await it.walk();
      expect([oddities, steps]).toEqual([["list-never-still"], 9]);
      expect([it.changes(), it.walker.last?.isComplete]).toEqual([[], false]);
    }
    it.kandji.spoil = (page) => page;
    await it.walk();
    expect(it.changes()).toEqual([]);
    await it.walk();
    expect(it.changes()).toEqual(["deleted 6"]);
  });

  test("a total that changes once has it read once more", async () => {
    const it = await walked(things, upTo(6));
    await it.walk({}, (steps) => steps === 1 && it.kandji.rows().push(JSON.stringify(thing(7))));
    expect([it.changes(), it.walker.last?.isComplete]).toEqual([["created 7"], true]);
  });
});

describe("what leads nowhere", () => {
  test.each([
    ["the same cursor again", () => "c3"],
    ["cursors in a circle", (next: string | null, from: string) => (from === "c6" ? "c3" : (next ?? "c3"))],
  ])("%s ends the walk, incomplete, and says so", async (_, nextOf) => {
    const it = await walked(byCursor, upTo(9));
    it.kandji.set(upTo(8, 2));
    it.kandji.spoil = (page, url) => ({ ...page, next: nextOf(page.next, url.searchParams.get("after") ?? "") });
    for (const __ of [1, 2, 3]) {
      const { oddities, steps } = await it.walk();
      expect(oddities).toEqual(["repeated-next"]);
      expect(steps).toBeLessThan(6);
      expect([it.changes(), it.walker.last?.isComplete]).toEqual([[], false]);
    }
  });

  test("also after a kill", async () => {
    const it = await walked(byCursor, upTo(9));
    it.kandji.spoil = (page) => ({ ...page, next: "c3" });
    const { oddities } = await it.walk({}, (steps) => {
      it.walker.reserve(1);
      if (steps < 4) it.kill();
    });
    expect(oddities).toEqual(["repeated-next"]);
  });

  test("an offset that is not heeded", async () => {
    const it = new Setting(paged(things, { by: "offset", limit: 3 }));
    it.kandji.set(upTo(3));
    it.kandji.spoil = (page) => ({ ...page, rows: [it.kandji.rows()] });
    const { oddities } = await it.walk();
    expect(oddities).toEqual(["repeated-next"]);
    expect(it.changes()).toHaveLength(3);
  });

  test("a cursor that Kandji does not take any more: the list is read from its beginning", async () => {
    const it = new Setting(byCursor);
    it.kandji.set(upTo(9));
    let isExpired = true;
    it.kandji.fault = (url) => (url.searchParams.get("after") === "c6" && isExpired ? status(400) : undefined);
    const { failures } = await it.walk({}, () => {
      isExpired = it.kandji.requests.length < 4;
    });
    expect(failures.map(({ kind }) => kind)).toEqual(["unexpected-answer"]);
    expect([it.changes().length, it.walker.last?.isComplete]).toEqual([9, true]);
  });
});

describe("a page that cannot be read", () => {
  test.each([0, 1, 2, 3, 7, 11])(
    "a poisoned row at %i costs itself, and nothing is called deleted",
    async (poisoned) => {
      const it = new Setting(paged(things, { by: "offset", limit: 8, total: ["count"] }));
      it.kandji.set(upTo(12));
      it.kandji.spoil = (page, url) => {
        const has = poisoned >= offsetOf(url) && poisoned < offsetOf(url) + page.rows.flat().length;
        return has ? { ...page, rows: [["<broken>"]] } : page;
      };
      const ids = new Set<string>();
      for (let walk = 0; walk < 3; walk += 1) {
        let oddities: readonly string[] = [];
        // It pauses after each failure, and many small pages fail.
        do ({ oddities } = await it.walk());
        while (it.walker.walk !== null);
        for (const change of it.changes()) ids.add(change);
        expect(oddities).toContain("row-unreadable");
      }
      const others = upTo(12).map((row) => `snapshot ${(row as { id: number }).id}`);
      expect([...ids].toSorted()).toEqual(others.toSpliced(poisoned, 1).toSorted());
    },
  );

  test("is asked for again, smaller, and nothing is lost when it can be read", async () => {
    const it = new Setting(things);
    it.kandji.set(upTo(7));
    let faults = 3;
    it.kandji.fault = () => ((faults -= 1) >= 0 ? { body: "<html>" } : undefined);
    const { failures } = await it.walk();
    expect(failures.map(({ kind }) => kind)).toEqual(Array.from({ length: 3 }, () => "unreadable-answer"));
    expect([it.changes().length, it.walker.last?.isComplete]).toEqual([7, true]);
  });
});

describe("a dataset that can be had in two ways", () => {
  const [first] = things.ways;
  const second = {
    ...first,
    api: "v2" as const,
    permission: { ...first.permission, path: "/api/v2/things" },
    ask: () => ({ path: "/api/v2/things", search: {} }),
  };
  const both: Listing = { ...things, ways: [{ ...first, api: "v1" }, second] };

  function setting(options: Options = {}): Setting {
    const it = new Setting(both, options);
    it.kandji.set(upTo(4));
    it.kandji.set(upTo(2, 10), "", 1);
    return it;
  }

  test.each([404, 410])("takes the second when the first is gone (%i), and the first when it is back", async (code) => {
    const it = setting();
    it.kandji.fault = (url) => (url.pathname === "/api/v1/things" ? status(code) : undefined);
    await it.walk();
    expect(it.changes()).toEqual(["snapshot 10", "snapshot 11"]);
    it.kandji.fault = () => undefined;
    await it.walk();
    expect(it.changes()).toEqual(["created 1", "created 2", "created 3", "created 4"]);
  });

  test("fails as the first failed when both are gone", async () => {
    const it = setting();
    it.kandji.fault = (url) => ({ ...status(404), body: `{"detail":"${url.pathname}"}` });
    const { failures } = await it.walk();
    expect(new Set(failures.map(({ message }) => message))).toEqual(new Set(["Kandji answered 404: /api/v1/things"]));
  });

  test.each([
    ["v1", ["snapshot 1", "snapshot 2", "snapshot 3", "snapshot 4"]],
    ["v2", ["snapshot 10", "snapshot 11"]],
  ] as const)("asks %s alone where it is named", async (api, changes) => {
    const it = setting({ api });
    await it.walk();
    expect(it.changes()).toEqual(changes);
    it.kandji.fault = () => status(404);
    expect((await it.walk()).failures).not.toEqual([]);
  });
});

describe("a dataset of which each device is asked", () => {
  function setting(devices: readonly string[], options: Options = {}): Setting {
    const it = new Setting(parts, options);
    it.kandji.devices = devices.map((id) => deviceRow(id));
    for (const id of devices) it.kandji.set([thing(1, { of: id })], id);
    return it;
  }
  const failing = (it: Setting, ids: readonly string[], code: number) => (url: URL) =>
    ids.some((id) => url.pathname === `/api/v1/devices/${id}/parts`) ? status(code) : undefined;
  const owners = (it: Setting): string[] =>
    it.sent().map(({ _forwarder: { change, device } }) => `${change} ${(device as { id: string }).id}`);
  const asked = (it: Setting): string[] =>
    it.kandji.requests.flatMap((url) => /devices\/(.+)\/parts/.exec(url.pathname)?.[1] ?? []);

  test("rows bear their device, and one that is not listed any more is gone after two walks", async () => {
    const it = setting(["a", "b"]);
    await it.walk();
    expect(owners(it)).toEqual(["snapshot a", "snapshot b"]);
    it.kandji.devices.splice(0, 1);
    await it.walk();
    expect(owners(it)).toEqual([]);
    await it.walk();
    expect(owners(it)).toEqual(["deleted a"]);
  });

  test("one that has not checked in since it was read is left out for a day, and keeps its rows", async () => {
    const it = setting(["a", "b"]);
    await it.walk();
    owners(it);
    it.kandji.requests.length = 0;
    it.kandji.devices[1] = deviceRow("b", { last_check_in: new Date(it.clock.at).toISOString() });
    for (const _ of [1, 2, 3]) await it.walk();
    expect([asked(it), it.walker.last?.skipped, owners(it)]).toEqual([["b"], 2, []]);
    it.clock.at += day;
    await it.walk();
    expect(asked(it)).toContain("a");
  });

  test("a row that was absent stays so while its device is left out, and is gone when it is absent again", async () => {
    const it = setting(["a", "b"]);
    await it.walk();
    owners(it);
    it.kandji.set([], "a");
    it.clock.at += day;
    await it.walk();
    expect([it.walker.last?.skipped, owners(it)]).toEqual([0, []]);
    await it.walk();
    it.kill();
    await it.walk();
    expect([it.walker.last?.skipped, owners(it)]).toEqual([2, []]);
    it.clock.at += day;
    await it.walk();
    expect(owners(it)).toEqual(["deleted a"]);
  });

  test("a snapshot leaves out none", async () => {
    const it = setting(["a", "b"]);
    await it.walk();
    owners(it);
    await it.walk({ isSnapshot: true });
    expect(owners(it)).toEqual(["snapshot a", "snapshot b"]);
  });

  test("those that are gone are passed over and keep what is known of them", async () => {
    const it = setting(["a", "b", "c", "d", "e"]);
    await it.walk();
    owners(it);
    it.kandji.fault = failing(it, ["b", "c", "d", "e"], 404);
    for (const _ of [1, 2]) {
      it.clock.at += day;
      expect(await it.walk()).toMatchObject({ failures: [], oddities: [] });
    }
    expect(owners(it)).toEqual([]);
  });

  test("three in a row that are gone before any has answered: it fails, and reads the list anew", async () => {
    const it = setting(["a", "b", "c", "d"]);
    it.kandji.fault = failing(it, ["a", "b", "c"], 404);
    const { failures } = await it.walk({}, () => {
      if (it.kandji.requests.length > 8) it.kandji.devices = [deviceRow("d")];
    });
    expect(failures[0]).toMatchObject({ kind: "wrong-host", status: 404 });
    expect(owners(it)).toEqual(["snapshot d"]);
  });

  test("one that fails three times is left out, which is told, and keeps what is known of it", async () => {
    const it = setting(["a", "b"]);
    await it.walk();
    owners(it);
    it.kandji.fault = failing(it, ["a"], 503);
    for (const _ of [1, 2, 3]) {
      it.clock.at += day;
      const { failures, oddities } = await it.walk();
      expect([failures.length, oddities]).toEqual([2, ["device-unreadable"]]);
    }
    expect(owners(it)).toEqual([]);
  });

  test("while Kandji fails for all of them the walk waits instead of leaving them all out", async () => {
    const it = setting(["a", "b", "c", "d", "e"]);
    it.kandji.fault = failing(it, ["a", "b", "c", "d", "e"], 503);
    const { failures } = await it.walk();
    expect([failures.length, it.walker.walk?.device]).toEqual([10, 3]);
    it.kandji.fault = () => undefined;
    await it.walk();
    expect(owners(it)).toEqual(["snapshot d", "snapshot e"]);
  });

  test("filters choose devices: others are not asked, keep what is known of them, and a filter that matches none is told", async () => {
    const it = setting(["a", "b"], { filters: { tags: ["eu"] } });
    it.kandji.devices[0] = deviceRow("a", { tags: ["EU"] });
    expect((await it.walk()).oddities).toEqual([]);
    expect([asked(it), owners(it)]).toEqual([["a"], ["snapshot a"]]);
    it.kandji.devices[0] = deviceRow("a", { tags: ["us"] });
    for (const _ of [1, 2, 3]) expect((await it.walk()).oddities).toEqual(["filter-matches-nothing"]);
    expect(owners(it)).toEqual([]);
  });

  test("a list of devices in which nobody has an id ends", async () => {
    const it = setting([]);
    it.kandji.devices = Array.from({ length: 400 }, () => "{}");
    expect(await it.walk()).toMatchObject({ failures: [], oddities: [] });
  });
});

describe("a row that is absent now and then", () => {
  test("is not called deleted while it was met in between, though by a walk that was not complete", async () => {
    const it = await walked(byCursor, upTo(6));
    const walkWithout = async (): Promise<void> => {
      it.kandji.set(upTo(5, 2));
      await it.walk();
    };
    await walkWithout();
    it.kandji.set(upTo(6));
    it.kandji.spoil = (page) => ({ ...page, next: page.next ?? "c3" });
    await it.walk();
    expect(it.walker.last?.isComplete).toBe(false);
    it.kandji.spoil = (page) => page;
    await walkWithout();
    expect(it.changes()).toEqual([]);
    await walkWithout();
    expect(it.changes()).toEqual(["deleted 1"]);
  });

  test("nor while it was met in between by one that had nothing else to write, before a kill", async () => {
    const it = await walked(things, upTo(4), { everyMs: 60_000 });
    const quietly = async (rows: readonly object[]): Promise<void> => {
      it.kandji.set(rows);
      it.walker.begin({ slot: null, isSnapshot: false, ranges: [] });
      while (!((await it.walker.step()) as { isLast?: boolean }).isLast);
    };
    const others = upTo(3, 2).with(0, thing(2, { x: 1 }));
    await quietly(others);
    expect(it.changes()).toEqual(["updated 2 x"]);
    await quietly([thing(1), ...others]);
    it.kill();
    await quietly(others);
    expect(it.changes()).toEqual([]);
    await quietly(others);
    expect(it.changes()).toEqual(["deleted 1"]);
  });
});

describe("a walk over events that is abandoned, since a destination has come", () => {
  const events: Listing = { ...things, sends: "changes" };

  test("is not gone on with, though what it stored is found after a kill", async () => {
    const it = new Setting(events);
    it.kandji.set(upTo(10));
    it.walker.begin({ slot: null, isSnapshot: false, ranges: [] });
    await it.walker.step();
    it.walker.flush();
    it.sql.transaction(() => it.walker.abandon());
    expect(it.walker.walk).toBeNull();
    it.kill();
    expect(it.walker.walk).toBeNull();
    await it.walk();
    expect(it.changes()).toEqual(upTo(10).map((_, index) => `created ${index + 1}`));
  });

  test("of state goes on: its rows may come again", async () => {
    const it = new Setting(things);
    it.kandji.set(upTo(10));
    it.walker.begin({ slot: null, isSnapshot: false, ranges: [] });
    await it.walker.step();
    it.sql.transaction(() => it.walker.abandon());
    expect(it.walker.walk).not.toBeNull();
  });
});

describe("a kill", () => {
  const story = async (it: Setting, between: (steps: number) => void): Promise<unknown> => {
    const told: string[][] = [];
    const rows = upTo(10);
    for (const now of [
      rows,
      rows.with(3, thing(4, { x: 1 })).toSpliced(6, 1),
      rows.toSpliced(6, 1),
      rows.toSpliced(6, 1),
    ]) {
      it.kandji.set(now);
      it.clock.at += hour;
      await it.walk({}, between);
      told.push(it.changes());
    }
    return told;
  };

  test.each([1, 2, 3, 4])(
    "after step %i of each walk changes nothing in what is sent, stored before it or not",
    async (at) => {
      for (const isStored of [true, false]) {
        for (const dataset of [things, byCursor, byPage]) {
          const undisturbed = await story(new Setting(dataset), () => {});
          const it = new Setting(dataset);
          const disturbed = await story(it, (steps) => {
            if (steps !== at) return;
            if (isStored) it.walker.reserve(1);
            it.kill();
          });
          expect(disturbed).toEqual(undisturbed);
        }
      }
    },
  );
});
