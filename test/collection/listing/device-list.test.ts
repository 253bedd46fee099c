import { describe, expect, test } from "vitest";
import { canSkip, DeviceList, isChosen, readDevice, type Device } from "../../../src/collection/listing/device-list.ts";
import { migrate } from "../../../src/tenant/migrations.ts";
import { NodeSql } from "../../tenant/node-sql.ts";
import { day, deviceRow, hour, minute, start } from "./setting.ts";

const read = (id: string, fields: object = {}): Device => readDevice(JSON.parse(deviceRow(id, fields))) as Device;

describe("a device of the list", () => {
  test("is read from its row", () => {
    expect(read("d1", { tags: ["eu", 7, null] })).toEqual({
      id: "d1",
      name: "name of d1",
      serialNumber: "serial of d1",
      family: "Mac",
      blueprint: "b1",
      tags: ["eu"],
      checkedInAt: "2026-04-30T00:00:00Z",
    });
  });

  test.each([null, "d1", [], {}, { device_id: "" }, { device_id: 7 }])("%j is none", (row) => {
    expect(readDevice(row)).toBeUndefined();
  });

  test("lacks what its row lacks", () => {
    expect(readDevice({ device_id: "d1", tags: "eu", device_name: null })).toMatchObject({ name: "", tags: [] });
  });
});

describe("leaving a device out", () => {
  const checkIn = (at: number): string => new Date(at).toISOString();
  const device = (fields: Partial<Device>): Device => ({ ...read("d1"), ...fields });
  const before = checkIn(start - 15 * minute - 1);
  const known = device({ checkedInAt: before, readCheckIn: before, readAt: start });

  test.each([
    ["it was read since its last check-in", known, start + day - 1, true],
    ["it was never read", device({ checkedInAt: before }), start + 1, false],
    ["that was too long ago", known, start + day, false],
    ["it has checked in since", { ...known, checkedInAt: checkIn(start + 1) }, start + hour, false],
    ["it checks in in the past", { ...known, checkedInAt: checkIn(start - day) }, start + hour, false],
    [
      "it had checked in just before it was read",
      device({ checkedInAt: checkIn(start - 15 * minute), readCheckIn: checkIn(start - 15 * minute), readAt: start }),
      start + hour,
      false,
    ],
    ["it says nothing of check-ins", device({ checkedInAt: "", readCheckIn: "", readAt: start }), start + hour, false],
  ])("%s", (_, one, now, isLeftOut) => {
    expect(canSkip(one, now, day)).toBe(isLeftOut);
  });
});

describe("choosing devices", () => {
  const device = read("d1", { tags: ["EU", "lab"] });

  test.each([
    [{}, true],
    [{ blueprints: ["b0", "B1"] }, true],
    [{ blueprints: ["b2"] }, false],
    [{ deviceFamilies: ["mac"] }, true],
    [{ deviceFamilies: ["iPhone"] }, false],
    [{ tags: ["eu"] }, true],
    [{ tags: ["us"] }, false],
    [{ blueprints: ["b1"], tags: ["us"] }, false],
    [{ tags: [] }, false],
  ])("by %j: %s", (filters, isOurs) => {
    expect(isChosen(device, filters)).toBe(isOurs);
  });
});

describe("the list of devices", () => {
  function listOf() {
    const sql = new NodeSql();
    migrate(sql);
    return { list: new DeviceList(sql, "parts"), again: () => new DeviceList(sql, "parts") };
  }

  test("is in the order of ids, each once as it stood last, and outlives the process", () => {
    const { list, again } = listOf();
    list.replace([read("d2"), read("d1", { device_name: "old" }), read("d1")]);
    list.write();
    expect(again().all).toEqual([read("d1"), read("d2")]);
    expect(again().find("d2")).toEqual(read("d2"));
    expect([again().find("d3"), again().find(7), again().find(undefined)]).toEqual([undefined, undefined, undefined]);
  });

  test("keeps when each was read, with the check-in of the list that the walk went by", () => {
    const { list, again } = listOf();
    list.replace([read("d1"), read("d2")]);
    list.noteRead(new Set(["d1"]), start);
    list.replace([read("d1", { last_check_in: "2026-05-01T07:59:00Z" }), read("d2"), read("d3")]);
    list.write();
    expect(again().all.map(({ readAt, readCheckIn }) => [readAt, readCheckIn])).toEqual([
      [start, "2026-04-30T00:00:00Z"],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(list.find("d1")?.checkedInAt).toBe("2026-05-01T07:59:00Z");
  });
});
