import { describe, expect, test } from "vitest";
import { readmeParts, renewed } from "../../scripts/write-datasets/document.ts";
import {
  pagesOf,
  requestsPerDay,
  requestsPerWalk,
  thousandMacs,
  walksPerDay,
} from "../../scripts/write-datasets/requests.ts";
import { behavioralDetections } from "../../src/datasets/behavioral-detections.ts";
import { deviceApps } from "../../src/datasets/device-apps.ts";
import { devices } from "../../src/datasets/devices.ts";
import { datasets, listings } from "../../src/datasets/registry.ts";
import { textOf } from "../house/tree.ts";

describe("docs/datasets.md", () => {
  const text = textOf("docs/datasets.md");

  test("is what `npm run datasets` writes", () => {
    expect(renewed(text)).toBe(text);
  });

  test("and the README's table is the same", () => {
    const readme = textOf("README.md");
    expect(renewed(readme, readmeParts(), "README.md")).toBe(readme);
  });

  test("has a heading for every dataset that the table leads to", () => {
    const headings = new Set([...text.matchAll(/^## ([a-z-]+)$/gm)].map(([, name]) => name));
    const anchors = [...text.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors).toHaveLength(datasets.size);
    expect(anchors.filter((anchor) => !headings.has(anchor))).toEqual([]);
  });

  test("names every field that is cut out, and every one that is no news", () => {
    const fields = [...listings.values()].flatMap(({ sensitive, volatile }) =>
      Object.keys({ ...sensitive, ...volatile }),
    );
    expect(fields.filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
  });

  test("is not written where a part is missing, or is of no dataset", () => {
    expect(() => renewed("# Datasets\n")).toThrow("has no marks for table, threats");
    expect(() => renewed("<!-- npm run datasets: treats -->\n\n<!-- end -->")).toThrow('"treats", which is no dataset');
  });
});

describe("the requests that a dataset costs", () => {
  test("are guessed for every dataset", () => {
    expect(Object.keys(thousandMacs.rows).toSorted()).toEqual([...listings.keys()].toSorted());
    for (const dataset of listings.values()) expect(requestsPerDay(dataset, thousandMacs)).toBeGreaterThan(0);
  });

  test.each([
    ["one answer", { by: "nothing" } as const, 5_000, 1],
    ["an empty list", { by: "offset", limit: 300, total: ["count"] } as const, 0, 1],
    ["a full page and its total", { by: "offset", limit: 300, total: ["count"] } as const, 300, 1],
    ["pages that overlap by a row", { by: "offset", limit: 300, total: ["count"] } as const, 600, 3],
    ["pages without a total, and one that finds no more", { by: "offset", limit: 300 } as const, 300, 2],
    ["numbered pages", { by: "page", limit: 50, total: "total" } as const, 101, 3],
    [
      "cursors",
      { by: "cursor", parameter: "after", next: "next", size: { parameter: "size", limit: 300 } } as const,
      601,
      3,
    ],
    ["cursors of pages that nobody chose", { by: "cursor", parameter: "cursor", next: "next" } as const, 301, 2],
  ])("of %s", (_, paging, rows, requests) => {
    expect(pagesOf(paging, rows)).toBe(requests);
  });

  test("are one per device and the list of devices, where each device is asked", () => {
    const list = requestsPerWalk(devices, devices.ways[0], thousandMacs);
    expect(requestsPerWalk(deviceApps, deviceApps.ways[0], thousandMacs)).toBe(1_000 + list);
    const [first, second] = behavioralDetections.ways;
    expect(requestsPerWalk(behavioralDetections, first, thousandMacs)).toBe(1);
    expect(requestsPerWalk(behavioralDetections, second ?? first, thousandMacs)).toBeGreaterThan(1_000);
  });

  test("are as many more as the dataset is walked more often", () => {
    expect(["30s", "5m", "6h", "1d"].map(walksPerDay)).toEqual([2_880, 288, 4, 1]);
  });

  test("stay far below the hourly share, all of them together", () => {
    const sum = [...listings.values()].reduce((total, dataset) => total + requestsPerDay(dataset, thousandMacs), 0);
    expect(sum).toBeLessThan(0.8 * 2_500 * 24);
  });
});
