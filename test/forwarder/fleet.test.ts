import { describe, expect, test } from "vitest";
import { essence } from "../../src/forwarder/fleet.ts";
import type { WalkReport } from "../../src/tenant/report.ts";
import { aDataset, aDestination, ago, aReport, aWalk } from "../web/sample.ts";

describe("what of a report is worth a row", () => {
  const walked = (walk: WalkReport, changes = {}) =>
    essence(aReport({ datasets: [aDataset(), aDataset({ name: "devices", walk, ...changes })] }));

  test("is not what moves by itself: times, requests, a walk and how far it is", () => {
    const before = essence(aReport());
    const requests = { lastHour: 72, limitPerHour: 2500, left: 2428, byDataset: { "audit-events": 72 } };
    expect(essence(aReport({ reportedAt: ago(0), requests, spoolBytes: 5 }))).toBe(before);
    expect(essence(aReport({ datasets: [aDataset({ lastSuccessAt: ago(0), duplicates: 9_999 })] }))).toBe(before);
    expect(essence(aReport({ destinations: [aDestination({ lastDeliveredAt: ago(0), requests: 813 })] }))).toBe(before);
    const resting = walked(aWalk());
    expect(walked(aWalk({ state: "walking", percent: 3, endsAt: null, requests: 1, rows: 4 }))).toBe(resting);
    expect(walked(aWalk({ state: "walking", percent: 97, skippedDevices: 80, remembered: 12 }))).toBe(resting);
    expect(walked(aWalk({ startedAt: ago(9), endsAt: ago(3) }))).toBe(resting);
  });

  test("is what a walk has brought, and how the dataset does", () => {
    const before = walked(aWalk());
    expect(walked(aWalk(), { collected: 48_212 })).not.toBe(before);
    expect(walked(aWalk(), { health: "degraded" })).not.toBe(before);
    expect(walked(aWalk(), { backfill: { state: "running", percent: 3 } })).not.toBe(before);
    expect(walked(aWalk(), { backfill: { state: "done", percent: 99 } })).toBe(before);
  });
});
