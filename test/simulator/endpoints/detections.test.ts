import { beforeEach, describe, expect, it } from "vitest";
import { SimulatedKandji, type KandjiOptions } from "../kandji.ts";
import { QUIET, type FleetWishes } from "../fleet/fleet-plan.ts";
import { byCursor, byOffset, read, WALKS } from "../whole-reader.ts";
import { ALL_PATHS } from "./routes.ts";

const START = Date.UTC(2026, 4, 1, 8);
const DAY = 86_400_000;
const V1 = "/api/v1/threat-details";
const V2 = "/api/v2/threat/threat-details";
const BEHAVIOR = "/api/v1/behavioral-detections";
const BEHAVIOR_V2 = "/api/v2/threat/behavioral-detections/events";
const MANAGEMENT = "/api/v1/vulnerability-management";
const ALL_STATUSES = "statuses=quarantined,not_quarantined,released,resolved";

type Row = Readonly<Record<string, unknown>>;
type Page = Readonly<Record<string, unknown>> & { next: string | null; results: Row[] };

let now = START;
beforeEach(() => {
  now = START;
});

const kandjiWith = (fleet: FleetWishes = {}, options: Partial<KandjiOptions> = {}): SimulatedKandji =>
  new SimulatedKandji({
    token: "secret",
    permissions: ALL_PATHS,
    now: () => now,
    fleet: { ...QUIET, devices: 60, threats: 1, behavioralDetections: 1, vulnerabilities: 60, ...fleet },
    rate: { perSecond: null, perHour: null, announced: false },
    ...options,
  });

const page = async (kandji: SimulatedKandji, path: string): Promise<Page> => (await read(kandji, path)).body as Page;
const statusAt = async (kandji: SimulatedKandji, path: string): Promise<number> => (await read(kandji, path)).status;

describe("threats, as first published", () => {
  it("come once each, without id and zone, in capitals", async () => {
    const kandji = kandjiWith();
    const rows = await byOffset(`${V1}?sort_by=detection_date`, 7)(kandji);
    expect(rows).toHaveLength(60);
    expect(new Set(rows.map((row) => row["file_hash"])).size).toBe(60);
    for (const row of rows) {
      expect(row).not.toHaveProperty("id");
      expect(row["detection_date"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
      expect(row["status"]).toMatch(/^(NOT_)?QUARANTINED$/);
      expect(row["date_of_release"]).toBe("");
    }
    const dates = rows.map((row) => String(row["detection_date"]));
    expect(dates).toEqual(dates.toSorted());
  });

  it("take a limit of 1000 and none of 1001, known orders and whole days", async () => {
    const kandji = kandjiWith();
    expect(await statusAt(kandji, `${V1}?limit=1000`)).toBe(200);
    for (const query of ["limit=1001", "limit=0", "sort_by=colour", "date_range=0", "date_range=soon"])
      expect(await statusAt(kandji, `${V1}?${query}`), query).toBe(400);
  });

  it("are filtered in small letters and counted by kind", async () => {
    const kandji = kandjiWith();
    const all = await page(kandji, V1);
    expect(all["count"]).toBe(60);
    expect(Number(all["malware_count"]) + Number(all["pup_count"])).toBe(60);
    expect((await page(kandji, `${V1}?classification=pup`))["count"]).toBe(all["pup_count"]);
    expect((await page(kandji, `${V1}?status=released`))["count"]).toBe(0);
    const since = (days: number): number =>
      all.results.filter((row) => Date.parse(`${String(row["detection_date"])}Z`) >= now - days * DAY).length;
    expect((await page(kandji, `${V1}?date_range=30`))["count"]).toBe(since(30));
    expect(since(30)).toBeGreaterThan(0);
    expect(since(30)).toBeLessThan(60);
  });

  it("are released with a date, a name and a reason", async () => {
    const kandji = kandjiWith();
    now += DAY;
    const threat = kandji.fleet.addThreat();
    kandji.fleet.releaseThreat(threat);
    const [row] = (await page(kandji, `${V1}?status=released`)).results;
    expect(row).toMatchObject({ file_hash: threat.hash, status: "RELEASED", release_note: "False alarm" });
    expect(row?.["date_of_release"]).toMatch(/^2026-05-02T08:00:00\.\d{6}$/);
  });

  it.each([404, 410])("may be gone, with %i", async (status) => {
    const kandji = kandjiWith({}, { unavailable: { [V1]: status } });
    expect(await statusAt(kandji, V1)).toBe(status);
    expect(await statusAt(kandji, `${V2}?${ALL_STATUSES}`)).toBe(200);
  });
});

describe("threats, as published since", () => {
  it("want to know which statuses", async () => {
    const kandji = kandjiWith();
    for (const query of ["", "statuses=", "statuses=quarantined,lost", "status=quarantined"])
      expect(await statusAt(kandji, `${V2}?${query}`), query).toBe(400);
    const rows = await byOffset(`${V2}?${ALL_STATUSES}`, 25)(kandji);
    expect(rows).toHaveLength(60);
    expect(rows[0]).toMatchObject({ management_state: "open", severity: expect.any(String) });
  });

  it("take moments without a zone, and days only without them", async () => {
    const kandji = kandjiWith();
    const count = async (query: string): Promise<unknown> =>
      (await page(kandji, `${V2}?${ALL_STATUSES}&${query}`))["count"];
    const recent = await count("date_range=30");
    const from = new Date(now - 30 * DAY).toISOString().slice(0, 21);
    expect(await count(`detection_date_from=${from}`)).toBe(recent);
    expect(await count(`detection_date_from=${from}&date_range=1`)).toBe(recent);
    expect(await count(`detection_date_to=${from}`)).toBe(60 - Number(recent));
    expect(await count("management_state=closed")).toBe(0);
    expect(await statusAt(kandji, `${V2}?${ALL_STATUSES}&detection_date_from=soon`)).toBe(400);
  });
});

describe("behavioural detections", () => {
  it("come once each, counted by another name", async () => {
    const kandji = kandjiWith();
    const rows = await byOffset(`${BEHAVIOR}?sort_by=detection_date`, 7)(kandji);
    expect(new Set(rows.map((row) => row["id"])).size).toBe(60);
    const all = await page(kandji, BEHAVIOR);
    expect(all).not.toHaveProperty("count");
    expect(all["total_count"]).toBe(60);
    expect(Number(all["malicious_count"]) + Number(all["suspicious_count"])).toBe(60);
    expect((await page(kandji, `${BEHAVIOR}?classification=malicious`))["total_count"]).toBe(all["malicious_count"]);
    expect(await statusAt(kandji, `${BEHAVIOR}?limit=1000`)).toBe(200);
    expect(await statusAt(kandji, `${BEHAVIOR}?limit=1001`)).toBe(400);
  });

  it("take days, both of them included", async () => {
    const kandji = kandjiWith();
    now += DAY;
    const { id } = kandji.fleet.addBehavioralDetection();
    const on = async (day: string): Promise<unknown[]> =>
      (await page(kandji, `${BEHAVIOR}?detection_date_from=${day}&detection_date_to=${day}`)).results.map(
        (row) => row["id"],
      );
    expect(await on("2026-05-02")).toEqual([id]);
    expect(await on("2026-05-03")).toEqual([]);
    expect(await statusAt(kandji, `${BEHAVIOR}?detection_date_from=2026-05-02T00:00:00`)).toBe(400);
  });

  it("in their newer form are of one device", async () => {
    const kandji = kandjiWith();
    expect(await statusAt(kandji, BEHAVIOR_V2)).toBe(400);
    const ids: unknown[] = [];
    for (const device of kandji.fleet.devices)
      ids.push(...(await page(kandji, `${BEHAVIOR_V2}?device_id=${device.id}`)).results.map((row) => row["id"]));
    expect(new Set(ids).size).toBe(60);
  });
});

describe("vulnerability detections", () => {
  const detections = byCursor(`${MANAGEMENT}/detections?size=300`, "results", "after", "next");
  const keyOf = (row: Row): string =>
    ["device_id", "cve_id", "name", "version", "path"].map((name) => String(row[name])).join("|");

  it("come once each, by a bare cursor", async () => {
    const kandji = kandjiWith();
    const rows = await detections(kandji);
    expect(rows.length).toBeGreaterThan(100);
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
    expect(await byCursor(`${MANAGEMENT}/detections?size=41`, "results", "after", "next")(kandji)).toEqual(rows);
    const { next } = await page(kandji, `${MANAGEMENT}/detections?size=5`);
    expect(next).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  it("begin again for whoever calls the cursor by another name, and ignore filters outside of filter", async () => {
    const kandji = kandjiWith();
    const first = await page(kandji, `${MANAGEMENT}/detections?size=5`);
    const again = await page(kandji, `${MANAGEMENT}/detections?size=5&cursor=${encodeURIComponent(first.next ?? "")}`);
    expect(again).toEqual(first);
    expect(await page(kandji, `${MANAGEMENT}/detections?size=5&device_id=none&status=Active`)).toEqual(first);
    const walk = byCursor(`${MANAGEMENT}/detections?size=5`, "results", "cursor", "next");
    await expect(walk(kandji)).rejects.toThrow("leads to itself");
  });

  it("take a size of 300 and none of 301, and a cursor that is one", async () => {
    const kandji = kandjiWith();
    expect(await statusAt(kandji, `${MANAGEMENT}/detections?size=300`)).toBe(200);
    for (const query of ["size=301", "size=0", "limit=301", "after=abc", "filter=x"])
      expect(await statusAt(kandji, `${MANAGEMENT}/detections?${query}`), query).toBe(400);
  });

  it("are filtered as Prism is", async () => {
    const kandji = kandjiWith();
    const all = await detections(kandji);
    const cve = String(all[0]?.["cve_id"]);
    const filter = encodeURIComponent(JSON.stringify({ cve_id: { in: [cve] } }));
    const { results } = await page(kandji, `${MANAGEMENT}/detections?size=300&filter=${filter}`);
    expect(results.map(keyOf)).toEqual(all.filter((row) => row["cve_id"] === cve).map(keyOf));
  });

  it("vanish when the app is mended", async () => {
    const kandji = kandjiWith();
    const [row] = await detections(kandji);
    const [id, bundle] = [String(row?.["device_id"]), String(row?.["name"])];
    const app = kandji.fleet.device(id).apps.find((one) => one.app.name === bundle);
    for (let i = 0; i < 4; i += 1) kandji.fleet.updateApp(id, app?.app.bundleId);
    const left = await detections(kandji);
    expect(left.filter((one) => one["device_id"] === id && one["name"] === bundle)).toEqual([]);
    expect(left.length).toBeLessThan((await detections(kandjiWith())).length);
  });

  it("have the names of the reference or those that were seen, and scores with their zero", async () => {
    const row = async (vulnerabilityNames: "documented" | "observed"): Promise<Row | undefined> =>
      (await page(kandjiWith({}, { vulnerabilityNames }), `${MANAGEMENT}/detections?size=1`)).results[0];
    expect(await row("documented")).toHaveProperty("cvss_severity");
    expect(await row("observed")).toHaveProperty("detection_datetime");
    const { text } = await read(kandjiWith({ vulnerabilities: 400 }), `${MANAGEMENT}/detections`);
    expect(text).toMatch(/"cvss_score":\d\.0,/);
  });
});

describe("vulnerabilities", () => {
  it("come once each in numbered pages, and count the devices", async () => {
    const kandji = kandjiWith();
    const rows = await WALKS["vulnerabilities"]!(kandji);
    expect(new Set(rows.map((row) => row["cve_id"])).size).toBe(60);
    const detected = await WALKS["vulnerability-detections"]!(kandji);
    expect(rows.reduce((sum, row) => sum + Number(row["device_count"]), 0)).toBe(detected.length);
    for (const row of rows) expect(row["status"]).toBe(Number(row["device_count"]) > 0 ? "Active" : "Remediated");
    const past = await page(kandji, `${MANAGEMENT}/vulnerabilities?size=50&page=3`);
    expect(past).toEqual({ total: 60, page: 3, size: 50, results: [] });
  });

  it("take a size of 50 and none of 51", async () => {
    const kandji = kandjiWith();
    const path = `${MANAGEMENT}/vulnerabilities`;
    expect(await statusAt(kandji, `${path}?size=50`)).toBe(200);
    for (const query of ["size=51", "page=0", "sort_by=colour"])
      expect(await statusAt(kandji, `${path}?${query}`), query).toBe(400);
    const [worst] = (await page(kandji, `${path}?sort_by=-device_count&size=1`)).results;
    expect(Number(worst?.["device_count"])).toBeGreaterThan(0);
  });
});
