import { describe, expect, test } from "vitest";
import { behavioralDetections } from "../../src/datasets/behavioral-detections.ts";
import { devices } from "../../src/datasets/devices.ts";
import { parseInstant } from "../../src/datasets/instant.ts";
import { prism } from "../../src/datasets/prism.ts";
import { threats } from "../../src/datasets/threats.ts";
import { vulnerabilityDetections } from "../../src/datasets/vulnerability-detections.ts";
import { threatsFixture } from "./fixtures/threats.ts";

/** What is particular to single datasets. */

const everything = { days: 365, filters: {} };
const blueprints = ["8e5f1c20-7b3a-4d19-8c66-0a9d4b2e7f31", "1d6a0c9e-74b2-4d7a-88cc-3c0a1b5e9f61"];

describe("prism", () => {
  const [category] = prism;

  test("has one dataset per category, with hyphens for underscores and a permission of its own", () => {
    expect(prism.map(({ name }) => name)).toContain("prism-launch-agents-and-daemons");
    expect(new Set(prism.map(({ ways: [{ permission }] }) => permission.path)).size).toBe(16);
    expect(new Set(prism.map(({ ways: [{ permission }] }) => permission.label)).size).toBe(16);
  });

  test("never pages by offset, which Kandji refuses", () => {
    for (const { ways } of prism) {
      expect(ways.map(({ paging }) => paging.by)).toEqual(["cursor"]);
      expect(ways[0].ask(everything).search).toEqual({});
    }
  });

  test("lets Kandji choose blueprints and families, in Prism's words", () => {
    const filters = { blueprints, deviceFamilies: ["Mac", "AppleTV"] };
    expect(category?.ways[0].ask({ days: 1, filters }).search).toEqual({
      blueprint_ids: blueprints.join(","),
      device_families: "Mac,tvOS",
    });
  });

  test("does not ask for nothing when a filter is empty", () => {
    expect(category?.ways[0].ask({ days: 1, filters: { blueprints: [], tags: ["eng"] } }).search).toEqual({});
  });

  test("does not send every row of a device again when the device is renamed", () => {
    const manyPerDevice = prism.filter(({ identity }) => identity.length > 1);
    expect(manyPerDevice).toHaveLength(8);
    for (const { volatile } of manyPerDevice) expect(volatile).toHaveProperty("device__name");
    expect(category?.volatile).not.toHaveProperty("device__name");
  });
});

describe("threats", () => {
  const [first, second] = threats.ways;

  test("are asked for in whole days, the oldest first", () => {
    expect(first.ask({ days: 30, filters: {} }).search).toEqual({ sort_by: "detection_date", date_range: "30" });
  });

  test("have a second version that stands in for the first and wants its states named", () => {
    expect(second?.onlyByName).toBeUndefined();
    expect(second?.ask({ days: 30, filters: {} }).search["statuses"]).toBe(
      "quarantined,not_quarantined,released,resolved",
    );
  });

  test("have times without a zone, which means UTC", () => {
    const body = threatsFixture.answers[0]?.body as { results: Record<string, string>[] };
    expect(parseInstant(body.results[0]?.["detection_date"] ?? "")).toBe(parseInstant("2026-05-01T08:29:41.003217Z"));
  });
});

test("behavioral detections cost a request per device only where the operator asks for the second version", () => {
  const [first, second] = behavioralDetections.ways;
  expect(first.scope).toBeUndefined();
  expect(second).toMatchObject({ scope: "device", onlyByName: true });
  expect(second?.ask({ ...everything, device: "d-1" }).search["device_id"]).toBe("d-1");
});

test("devices are walked in the order of their ids", () => {
  expect(devices.ways[0].ask(everything).search).toEqual({ ordering: "device_id" });
});

test("the cursor of vulnerability detections is sent as `after`, for any other name is ignored", () => {
  expect(vulnerabilityDetections.ways[0].paging).toMatchObject({ parameter: "after", size: { parameter: "size" } });
});
