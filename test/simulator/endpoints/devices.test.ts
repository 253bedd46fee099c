import { beforeEach, describe, expect, it } from "vitest";
import { SimulatedKandji, type KandjiOptions, type Served } from "../kandji.ts";
import { QUIET } from "../fleet/fleet-plan.ts";
import { byOffset, read } from "../whole-reader.ts";
import { ALL_PATHS } from "./routes.ts";

const START = Date.UTC(2026, 4, 1, 8);
const DEVICES = "/api/v1/devices";

type Row = Readonly<Record<string, unknown>>;

let now = START;
beforeEach(() => {
  now = START;
});

const kandjiWith = (options: Partial<KandjiOptions> = {}): SimulatedKandji =>
  new SimulatedKandji({
    token: "secret",
    permissions: ALL_PATHS,
    now: () => now,
    fleet: { ...QUIET, devices: 100 },
    rate: { perSecond: null, perHour: null, announced: false },
    ...options,
  });

const rowsAt = async (kandji: SimulatedKandji, path: string): Promise<readonly Row[]> =>
  (await read(kandji, path)).body as Row[];

const statusAt = async (kandji: SimulatedKandji, path: string): Promise<number> => (await read(kandji, path)).status;

describe("the list of devices", () => {
  it("gives every device once, in a bare array, in pages of any size", async () => {
    const kandji = kandjiWith();
    for (const [path, limit] of [
      [`${DEVICES}?ordering=device_id`, 7],
      [`${DEVICES}?ordering=-serial_number`, 50],
      [DEVICES, 300],
    ] as const) {
      const ids = (await byOffset(path, limit)(kandji)).map((row) => row["device_id"]);
      expect(ids).toHaveLength(100);
      expect(new Set(ids).size).toBe(100);
    }
    expect(await rowsAt(kandji, `${DEVICES}?limit=300&offset=100`)).toEqual([]);
  });

  it("takes a limit of 300 and none of 301", async () => {
    const kandji = kandjiWith();
    expect(await statusAt(kandji, `${DEVICES}?limit=300`)).toBe(200);
    for (const query of ["limit=301", "limit=0", "limit=ten", "offset=-1", "ordering=colour"])
      expect(await statusAt(kandji, `${DEVICES}?${query}`), query).toBe(400);
  });

  it("orders by what it is asked, up and down", async () => {
    const kandji = kandjiWith();
    const by = async (ordering: string, field: string): Promise<string[]> =>
      (await rowsAt(kandji, `${DEVICES}?limit=300&ordering=${ordering}`)).map((row) => String(row[field]));
    const ids = await by("device_id", "device_id");
    expect(ids).toEqual(ids.toSorted());
    expect(await by("-device_id", "device_id")).toEqual(ids.toReversed());
    const families = await by("platform,-device_id", "platform");
    expect(families).toEqual(families.toSorted());
  });

  it("filters by family, blueprint and tags, and ignores what it does not know", async () => {
    const kandji = kandjiWith();
    const all = await rowsAt(kandji, `${DEVICES}?limit=300`);
    const count = async (query: string): Promise<number> =>
      (await rowsAt(kandji, `${DEVICES}?limit=300&${query}`)).length;
    const having = (field: string, value: unknown): number => all.filter((row) => row[field] === value).length;
    expect(await count("platform=iPad")).toBe(having("platform", "iPad"));
    const blueprint = all[0]?.["blueprint_id"];
    expect(await count(`blueprint_id=${String(blueprint)}`)).toBe(having("blueprint_id", blueprint));
    const tagged = all.filter((row) => (row["tags"] as string[]).some((tag) => tag === "eng" || tag === "exec"));
    expect(tagged.length).toBeGreaterThan(0);
    expect(await count("tag_name_in=eng,exec")).toBe(tagged.length);
    expect(await count("changed_since=2026-01-01")).toBe(100);
  });

  it("hides a device from whoever reads page after page while the list moves", async () => {
    const kandji = kandjiWith();
    const first = await rowsAt(kandji, `${DEVICES}?ordering=device_id&limit=50`);
    const unseen = (await rowsAt(kandji, `${DEVICES}?ordering=device_id&limit=50&offset=50`))[0];
    kandji.fleet.remove(String(first[10]?.["device_id"]));
    const second = await rowsAt(kandji, `${DEVICES}?ordering=device_id&limit=50&offset=50`);
    expect([...first, ...second].map((row) => row["device_id"])).not.toContain(unseen?.["device_id"]);
  });

  it("writes nobody, never and not at all in its own ways", async () => {
    const kandji = kandjiWith({ fleet: { ...QUIET, devices: 600 } });
    const rows = await byOffset(DEVICES, 300)(kandji);
    const kinds = new Set(rows.map((row) => (row["user"] === "" ? "empty" : row["user"] === null ? "null" : "object")));
    expect(kinds).toEqual(new Set(["empty", "null", "object"]));
    expect(rows.some((row) => row["last_check_in"] === "")).toBe(true);
    expect(rows.every((row) => "api_level" in row && "full_software_version" in row)).toBe(true);
    expect(rows[0]?.["first_enrollment"]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    const apple = kandjiWith({ fleet: { ...QUIET, devices: 3, families: { Mac: 1 } } });
    expect((await rowsAt(apple, DEVICES)).some((row) => "api_level" in row)).toBe(false);
  });
});

describe("one device", () => {
  const parts = ["", "/details", "/apps", "/status", "/library-items", "/parameters", "/activity"];

  it.each(parts)("has%s, and is unknown when it is not there", async (part) => {
    const kandji = kandjiWith();
    const { id } = kandji.fleet.deviceOf("Mac");
    expect(await statusAt(kandji, `${DEVICES}/${id}${part}`)).toBe(200);
    expect(await statusAt(kandji, `${DEVICES}/00000000-0000-4000-9000-000000000000${part}`)).toBe(404);
    kandji.fleet.remove(id);
    expect(await statusAt(kandji, `${DEVICES}/${id}${part}`)).toBe(404);
  });

  it("is the row of the list", async () => {
    const kandji = kandjiWith();
    const [row] = await rowsAt(kandji, `${DEVICES}?limit=1`);
    expect((await read(kandji, `${DEVICES}/${String(row?.["device_id"])}`)).body).toEqual(row);
  });

  it("has details in a shape for each family, with truths in three ways", async () => {
    const kandji = kandjiWith();
    const details = async (family: "Mac" | "iPad" | "Windows" | "Android"): Promise<Record<string, Row>> =>
      (await read(kandji, `${DEVICES}/${kandji.fleet.deviceOf(family).id}/details`)).body as Record<string, Row>;
    const mac = await details("Mac");
    expect(mac["mdm"]?.["mdm_enabled"]).toBe("True");
    expect(mac["filevault"]?.["filevault_enabled"]).toBeTypeOf("boolean");
    expect((mac["volumes"] as unknown as Row[])[0]?.["encrypted"]).toMatch(/^(Yes|No)$/);
    expect(mac).toHaveProperty("recovery_information.password_has_been_set");
    expect(Object.keys(await details("iPad"))).toEqual(Object.keys(mac));
    expect(Object.keys(await details("Windows"))).toContain("kandji_agent");
    expect(Object.keys(await details("Android"))).toEqual([
      "general",
      "hardware",
      "management",
      "cellular",
      "security",
      "tags",
    ]);
  });

  it("has apps in a shape for each kind of system", async () => {
    const kandji = kandjiWith();
    const first = async (family: "Mac" | "Windows" | "Android"): Promise<Row> => {
      const device = kandji.fleet.deviceOf(family);
      const body = (await read(kandji, `${DEVICES}/${device.id}/apps`)).body as { device_id: string; apps: Row[] };
      expect([body.device_id, body.apps.length]).toEqual([device.id, device.apps.length]);
      return body.apps[0] ?? {};
    };
    expect(await first("Mac")).toMatchObject({ bundle_size: expect.any(String), app_store_vendable: "" });
    expect(await first("Windows")).toHaveProperty("publisher_display_name");
    expect(await first("Android")).toHaveProperty("sha1_hashes");
  });

  it("tells its status with what scripts printed, and parameters of a Mac only", async () => {
    const kandji = kandjiWith();
    type Status = { library_items: Row[]; parameters: Row[] };
    const status = async (id: string): Promise<Status> =>
      (await read(kandji, `${DEVICES}/${id}/status`)).body as Status;
    const { fleet } = kandji;
    const scripted = fleet.devices.find(
      (one) => one.family === "Mac" && one.blueprint.items.some(({ type }) => type === "custom-script"),
    );
    const mac = await status(scripted?.id ?? "");
    expect(mac.library_items.some((item) => String(item["log"]).includes("API_KEY="))).toBe(true);
    expect(mac.parameters).toHaveLength(8);
    expect((await status(fleet.deviceOf("iPad").id)).parameters).toEqual([]);
  });

  it("says where it is once it is lost, and refuses before", async () => {
    const kandji = kandjiWith();
    const { id } = kandji.fleet.deviceOf("iPhone");
    const before = await read(kandji, `${DEVICES}/${id}/details/lostmode`);
    expect([before.status, Array.isArray(before.body)]).toEqual([400, true]);
    kandji.fleet.update(id, { lostMode: true });
    expect((await read(kandji, `${DEVICES}/${id}/details/lostmode`)).text).toContain("latitude");
    expect((await read(kandji, `${DEVICES}/${id}/details`)).text).toContain("latitude");
  });
});

describe("activity", () => {
  type Envelope = { activity: { count: number; next: string | null; previous: string | null; results: Row[] } };

  it("comes in pages within an envelope, each row once, and grows at the end", async () => {
    const kandji = kandjiWith({ fleet: { ...QUIET, devices: 6, activity: 700 } });
    const { id, activity } = kandji.fleet.deviceOf("Mac");
    const seen: unknown[] = [];
    for (let offset = 0, more = true; more; offset += 100) {
      const path = `${DEVICES}/${id}/activity?limit=100&offset=${offset}`;
      const { count, next, results } = ((await read(kandji, path)).body as Envelope).activity;
      expect(count).toBe(activity.length);
      seen.push(...results.map((row) => row["id"]));
      more = next !== null;
    }
    expect(seen).toEqual(activity.map((row) => row.id));
    kandji.fleet.addActivity(id);
    const path = `${DEVICES}/${id}/activity?limit=300&offset=${seen.length}`;
    const { results } = ((await read(kandji, path)).body as Envelope).activity;
    expect(results).toHaveLength(1);
    expect(results[0]?.["id"]).toBeGreaterThan(Math.max(...(seen as number[])));
  });

  it("takes a limit of 300 and none of 301", async () => {
    const kandji = kandjiWith();
    const path = `${DEVICES}/${kandji.fleet.deviceOf("iPad").id}/activity`;
    expect(await statusAt(kandji, `${path}?limit=300`)).toBe(200);
    expect(await statusAt(kandji, `${path}?limit=301`)).toBe(400);
  });

  it("holds numbers that a double does not", async () => {
    const kandji = kandjiWith();
    const { id } = kandji.fleet.deviceOf("Windows");
    kandji.fleet.addActivity(id, "device_csp_application");
    const { text } = await read(kandji, `${DEVICES}/${id}/activity`);
    expect(text).toMatch(/"timeline_id":115292150460684\d+/);
    expect(text).toMatch(/"took":\d+\.50/);
  });
});

describe("the ear", () => {
  it("hears of every row that a whole answer held, and of no other", async () => {
    const heard: Served[] = [];
    const kandji = kandjiWith({ onServed: (served) => void heard.push(served) });
    const { text } = await read(kandji, `${DEVICES}?limit=2&ordering=device_id`);
    await read(kandji, `${DEVICES}?limit=301`);
    kandji.faults.set({ script: [{ do: "cut" }, { do: "status", status: 503 }] });
    await expect(read(kandji, DEVICES)).rejects.toThrow("connection reset");
    await read(kandji, DEVICES).catch(() => {});
    expect(heard).toHaveLength(1);
    const search = "?limit=2&ordering=device_id";
    expect(heard[0]).toMatchObject({ endpoint: DEVICES, dataset: "devices", at: START, path: DEVICES, search });
    expect(text).toBe(`[${heard[0]?.rows.join(",")}]`);
  });
});
