import { describe, expect, test } from "vitest";
import { DeviceList, readDevice, type Device } from "../../../src/collection/listing/device-list.ts";
import { filtersLeft, isRowChosen } from "../../../src/collection/listing/filtering.ts";
import type { About, Filters, Listing, Way } from "../../../src/datasets/listing.ts";
import { migrate } from "../../../src/tenant/migrations.ts";
import { NodeSql } from "../../tenant/node-sql.ts";
import { deviceRow, things } from "./setting.ts";

const all: Filters = { blueprints: ["b1"], deviceFamilies: ["Mac"], tags: ["eu"] };
const datasetOf = (about: About): Listing => ({ ...things, about });
const wayOf = (filters: Way["filters"]): Way => ({ ...things.ways[0], ...(filters === undefined ? {} : { filters }) });

describe("filters that the endpoint leaves", () => {
  test.each([
    ["nothing", {}, undefined, all, { byRow: [], byDevice: false }],
    ["its device", { device: ["d"] }, undefined, all, { byRow: [], byDevice: true }],
    [
      "device and blueprint",
      { device: ["d"], blueprint: ["b"] },
      undefined,
      all,
      { byRow: ["blueprints"], byDevice: true },
    ],
    [
      "blueprint, which is all that is asked",
      { device: ["d"], blueprint: ["b"] },
      undefined,
      { blueprints: ["b1"] },
      { byRow: ["blueprints"], byDevice: false },
    ],
    [
      "all of it",
      { device: ["d"], blueprint: ["b"], family: ["f"], tags: ["t"] },
      undefined,
      all,
      { byRow: ["blueprints", "deviceFamilies", "tags"], byDevice: false },
    ],
    [
      "its device, of an endpoint that applies two itself",
      { device: ["d"], blueprint: ["b"] },
      ["blueprints", "deviceFamilies"] as const,
      all,
      { byRow: [], byDevice: true },
    ],
    [
      "its device, of an endpoint that applies them all",
      { device: ["d"] },
      ["blueprints", "deviceFamilies", "tags"] as const,
      all,
      { byRow: [], byDevice: false },
    ],
    ["its device, where nothing is asked", { device: ["d"] }, undefined, {}, { byRow: [], byDevice: false }],
  ])("a row says %s", (_, about, own, filters, left) => {
    expect(filtersLeft(datasetOf(about), wayOf(own), filters)).toEqual(left);
  });
});

describe("choosing rows", () => {
  const sql = new NodeSql();
  migrate(sql);
  const devices = new DeviceList(sql, "things");
  const read = (id: string, fields: object): Device => readDevice(JSON.parse(deviceRow(id, fields))) as Device;
  devices.replace([read("ours", { tags: ["EU"] }), read("theirs", { tags: ["us"] })]);

  const isChosen = (row: unknown, about: About, filters: Filters, own?: Way["filters"]): boolean =>
    isRowChosen(row, { dataset: datasetOf(about), way: wayOf(own), filters, devices });

  test("by what the row says, in any case of letters", () => {
    const about = { blueprint: ["in", "b"], tags: ["t"] };
    expect(isChosen({ in: { b: "B1" } }, about, { blueprints: ["b1"] })).toBe(true);
    expect(isChosen({ in: { b: "b2" } }, about, { blueprints: ["b1"] })).toBe(false);
    expect(isChosen({ in: null }, about, { blueprints: ["b1"] })).toBe(false);
    expect(isChosen({ t: ["x", "EU"] }, about, { tags: ["eu"] })).toBe(true);
    expect(isChosen({ t: [7] }, about, { tags: ["eu"] })).toBe(false);
    expect(isChosen({ t: "eu" }, about, { tags: ["eu"] })).toBe(true);
  });

  test("by what the list of devices says of its device", () => {
    const about = { device: ["d"] };
    expect(isChosen({ d: "ours" }, about, { tags: ["eu"] })).toBe(true);
    expect(isChosen({ d: "theirs" }, about, { tags: ["eu"] })).toBe(false);
  });

  test("a row of a device that is not listed is kept: nobody can say that it was not meant", () => {
    expect(isChosen({ d: "unknown" }, { device: ["d"] }, { tags: ["eu"] })).toBe(true);
    expect(isChosen({}, { device: ["d"] }, { tags: ["eu"] })).toBe(true);
  });

  test("not at all where the dataset is not about devices", () => {
    expect(isChosen({ id: 1 }, {}, all)).toBe(true);
  });
});
