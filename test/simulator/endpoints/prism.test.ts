import { beforeEach, describe, expect, it } from "vitest";
import { SimulatedKandji, type KandjiOptions } from "../kandji.ts";
import { QUIET, type FleetWishes } from "../fleet/fleet-plan.ts";
import { CATEGORY_NAMES } from "../prism/categories.ts";
import { byCursor, read } from "../whole-reader.ts";
import { ALL_PATHS } from "./routes.ts";

const START = Date.UTC(2026, 4, 1, 8);
const HOUR = 3_600_000;
const PRISM = "/api/v1/prism";

type Row = Readonly<Record<string, unknown>>;
type Page = { cursor: string | null; data: Row[]; limit: number; offset: null; total: number | null };

let now = START;
beforeEach(() => {
  now = START;
});

const kandjiWith = (fleet: FleetWishes = {}, options: Partial<KandjiOptions> = {}): SimulatedKandji =>
  new SimulatedKandji({
    token: "secret",
    permissions: ALL_PATHS,
    now: () => now,
    fleet: { ...QUIET, devices: 60, ...fleet },
    rate: { perSecond: null, perHour: null, announced: false },
    ...options,
  });

const page = async (kandji: SimulatedKandji, path: string): Promise<Page> =>
  (await read(kandji, `${PRISM}/${path}`)).body as Page;

const walk = (kandji: SimulatedKandji, path: string): Promise<readonly Row[]> =>
  byCursor(`${PRISM}/${path}`, "data", "cursor", "cursor")(kandji);

const texts = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

describe("a category of Prism", () => {
  it.each(CATEGORY_NAMES)("%s gives every row once, whatever the size of a page", async (category) => {
    const kandji = kandjiWith();
    const whole = await walk(kandji, `${category}?limit=300`);
    expect(whole.length).toBeGreaterThan(0);
    expect(await walk(kandji, `${category}?limit=7`)).toEqual(whole);
    expect(await walk(kandji, category)).toEqual(whole);
    const ids = whole.map((row) => String(row["device_id"]));
    expect(ids).toEqual(ids.toSorted());
    for (const row of whole) expect(Object.keys(row)).toEqual(Object.keys(whole[0] ?? {}));
  });

  it("has about sixty apps for each Mac, and all that the devices have", async () => {
    const kandji = kandjiWith({ families: { Mac: 1 } });
    const installed = kandji.fleet.devices.reduce((sum, device) => sum + device.apps.length, 0);
    expect(await walk(kandji, "apps?limit=300")).toHaveLength(installed);
    expect(installed / 60).toBeGreaterThan(50);
    expect(installed / 60).toBeLessThan(70);
  });

  it("takes a limit of 300 and none of 301, no offset, and no order beside a cursor", async () => {
    const kandji = kandjiWith();
    const status = async (query: string): Promise<number> => (await read(kandji, `${PRISM}/apps?${query}`)).status;
    expect(await status("limit=300")).toBe(200);
    const { cursor } = await page(kandji, "apps?limit=1");
    const next = encodeURIComponent(cursor ?? "");
    for (const query of ["limit=301", "limit=0", "offset=0", "offset=300", "cursor=abc", `sort_by=name&cursor=${next}`])
      expect(await status(query), query).toBe(400);
    expect((await read(kandji, `${PRISM}/colours`)).status).toBe(404);
  });

  it("writes cursors as the documented sample does", async () => {
    const { cursor, data, total } = await page(kandjiWith(), "apps?limit=5");
    expect(atob(cursor ?? "")).toBe(`${String(data[0]?.["device_id"])}|5`);
    expect(total).toBeNull();
    const only = await page(kandjiWith(), "filevault?limit=300");
    expect(only).toMatchObject({ cursor: null, offset: null, limit: 300, total: only.data.length });
  });

  it("can have short pages before its end, and loses nothing by it", async () => {
    const whole = await walk(kandjiWith(), "apps?limit=300");
    const kandji = kandjiWith({}, { shortPages: { share: 0.5, least: 0 } });
    const lengths: number[] = [];
    kandji.onServed = ({ rows }) => void lengths.push(rows.length);
    expect(await walk(kandji, "apps?limit=50")).toEqual(whole);
    expect(lengths.slice(0, -1).filter((length) => length < 50).length).toBeGreaterThan(5);
  });

  it("takes blueprints and families, by the names of Prism", async () => {
    const kandji = kandjiWith();
    const whole = await walk(kandji, "device_information?limit=300");
    const [first, second] = new Set(whole.map((row) => String(row["blueprint_id"])));
    const ofTwo = whole.filter((row) => row["blueprint_id"] === first || row["blueprint_id"] === second);
    expect(await walk(kandji, `device_information?limit=300&blueprint_ids=${first},${second}`)).toEqual(ofTwo);
    const families = async (names: string): Promise<Set<unknown>> =>
      new Set((await walk(kandji, `device_information?device_families=${names}`)).map((row) => row["device__family"]));
    expect(await families("tvOS,iPad")).toEqual(new Set(["tvOS", "iPad"]));
    expect(await families("Windows")).toEqual(new Set());
  });

  it("goes on where it was when a device goes, and loses what moves in front of the cursor", async () => {
    const kandji = kandjiWith({ families: { Mac: 1 } });
    const whole = await walk(kandji, "apps?limit=300");
    const { cursor, data } = await page(kandji, "apps?limit=100");
    const current = String(data.at(-1)?.["device_id"]);
    kandji.fleet.remove(current);
    const rest = await walk(kandji, `apps?limit=100&cursor=${encodeURIComponent(cursor ?? "")}`);
    const later = whole.filter((row) => String(row["device_id"]) > current);
    expect(texts(rest)).toEqual(texts(later));
  });
});

describe("a filter of Prism", () => {
  const filtered = (kandji: SimulatedKandji, category: string, filter: object): Promise<readonly Row[]> =>
    walk(kandji, `${category}?limit=300&filter=${encodeURIComponent(JSON.stringify(filter))}`);

  it("finds what was updated since then, which after a change is that", async () => {
    const kandji = kandjiWith({ prismUpdatedAt: "change" });
    now += HOUR;
    const app = kandji.fleet.updateApp(kandji.fleet.deviceOf("Mac").id);
    const since = new Date(now).toISOString();
    const rows = await filtered(kandji, "apps", { updated_at: { gte: since } });
    expect(rows.map((row) => row["bundle_id"])).toEqual([app.bundleId]);
    const before = await filtered(kandji, "apps", { updated_at: { lt: since } });
    expect(before.length).toBe((await walk(kandji, "apps?limit=300")).length - 1);
    expect(await filtered(kandji, "apps", { updated_at: { gte: since, lt: since } })).toEqual([]);
  });

  it("finds all that was collected since then, as inventories move the times", async () => {
    const kandji = kandjiWith();
    now += 4 * HOUR;
    const since = new Date(now - HOUR).toISOString();
    const rows = await filtered(kandji, "filevault", { updated_at: { gte: since } });
    const all = await walk(kandji, "filevault?limit=300");
    const newer = all.filter((row) => Date.parse(String(row["updated_at"])) >= now - HOUR);
    expect(rows).toEqual(newer);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(all.length);
  });

  it("knows words, truths, parts of words and what lies outside of a window", async () => {
    const kandji = kandjiWith();
    const count = async (category: string, filter: object): Promise<number> =>
      (await filtered(kandji, category, filter)).length;
    const all = (await walk(kandji, "filevault?limit=300")).length;
    const on = await count("filevault", { status: { eq: true } });
    expect(on + (await count("filevault", { status: { eq: false } }))).toBe(all);
    const named = await count("apps", { name: { in: ["Safari"] } });
    expect(named).toBeGreaterThan(0);
    expect(await count("apps", { name: { like: ["afar"] } })).toBe(named);
    expect(await count("apps", { name: { like: ["afar"], not_in: ["Safari"] } })).toBe(0);
    const [early, late] = [new Date(0).toISOString(), new Date(now).toISOString()];
    expect(await count("filevault", { created_at: { or: { lt: early, gt: late } } })).toBe(0);
    expect(await count("filevault", { created_at: { or: { lt: late, gt: late } } })).toBe(all);
  });

  it("is refused when it is none", async () => {
    const kandji = kandjiWith();
    for (const filter of [
      "{",
      "[]",
      '{"name":"Safari"}',
      '{"name":{"is":["a"]}}',
      '{"updated_at":{"gte":"soon"}}',
      '{"status":{"eq":1}}',
    ]) {
      const { status } = await read(kandji, `${PRISM}/apps?filter=${encodeURIComponent(filter)}`);
      expect(status, filter).toBe(400);
    }
  });
});

describe("rows of Prism", () => {
  it("name the user by the older number", async () => {
    const kandji = kandjiWith();
    const users = await byCursor("/api/v1/users", "results", "cursor", "next")(kandji);
    const numbers = new Set(users.map((user) => user["deprecated_user_id"]));
    for (const row of await walk(kandji, "device_information?limit=300"))
      if (row["device__user_id"] !== null) expect(numbers).toContain(row["device__user_id"]);
  });

  it("hold what may not leave, and rows that are the same to the character", async () => {
    const kandji = kandjiWith();
    const profiles = await walk(kandji, "installed_profiles?limit=300");
    expect(profiles.some((row) => String(row["removal_passcode"]).startsWith("passcode-"))).toBe(true);
    const certificates = texts(await walk(kandji, "certificates?limit=300"));
    expect(new Set(certificates).size).toBeLessThan(certificates.length);
  });
});
