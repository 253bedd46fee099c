import { describe, expect, it } from "vitest";
import { SimulatedKandji, type KandjiOptions } from "../kandji.ts";
import { QUIET } from "../fleet/fleet-plan.ts";
import { read, WALKS } from "../whole-reader.ts";
import { ALL_PATHS, isPermitted } from "./routes.ts";

const START = Date.UTC(2026, 4, 1, 8);

const kandjiWith = (options: Partial<KandjiOptions> = {}): SimulatedKandji =>
  new SimulatedKandji({ token: "secret", permissions: ALL_PATHS, now: () => START, fleet: QUIET, ...options });

const pathOf = (kandji: SimulatedKandji, template: string): string =>
  template
    .replace("{device_id}", kandji.fleet.deviceOf("iPhone").id)
    .replace("{user_id}", kandji.fleet.state.tenant.users[0]?.id ?? "");

describe("permissions", () => {
  it.each(ALL_PATHS)("of %s are of it alone", async (template) => {
    const kandji = kandjiWith({ permissions: ALL_PATHS.filter((path) => path !== template) });
    const path = pathOf(kandji, template);
    const { status, body } = await read(kandji, path);
    expect([status, body]).toEqual([403, { detail: "Not permitted for this token." }]);
    kandji.change({ permissions: [`GET ${template}`] });
    expect((await read(kandji, path)).status).not.toBe(403);
    kandji.change({ permissions: [`POST ${template}`] });
    expect((await read(kandji, path)).status).toBe(403);
    expect((await read(kandji, path, "other")).status).toBe(401);
  });

  it("do not depend on what the place of an id is called", () => {
    expect(isPermitted(["/api/v1/devices/{id}/apps"], "GET", "/api/v1/devices/{device_id}/apps")).toBe(true);
    expect(isPermitted(["/api/v1/devices/{id}"], "GET", "/api/v1/devices/{device_id}/apps")).toBe(false);
    expect(isPermitted(["*"], "GET", "/api/v1/devices/{device_id}/apps")).toBe(true);
  });
});

describe("secrets", () => {
  it("are never given, and who asks is remembered", async () => {
    const kandji = kandjiWith({ permissions: [...ALL_PATHS, "/api/v1/devices/{device_id}/secrets/filevaultkey"] });
    const { id } = kandji.fleet.deviceOf("Mac");
    expect(kandji.violations).toEqual([]);
    const path = `/api/v1/devices/${id}/secrets/filevaultkey`;
    expect((await read(kandji, path)).status).toBe(403);
    expect((await read(kandji, `/api/v1/devices/${id}%2Fsecrets/bypasscode`, "other")).status).toBe(401);
    kandji.faults.set({ script: [{ do: "status", status: 503, body: "{}" }] });
    await read(kandji, path);
    expect(kandji.violations).toHaveLength(3);
    expect(kandji.violations[0]).toEqual({ at: START, method: "GET", path });
  });
});

describe("limits", () => {
  it("are one budget of all endpoints", async () => {
    const kandji = kandjiWith({ rate: { perSecond: null, perHour: 4, announced: true } });
    for (const path of ["devices", "prism/apps", "users", "tags"])
      expect((await read(kandji, `/api/v1/${path}`)).status).toBe(200);
    expect((await read(kandji, "/api/v1/blueprints")).status).toBe(429);
  });

  it("befall pages that were asked with a large size too", async () => {
    const kandji = kandjiWith({ largePages: { above: 100, fault: { do: "status", status: 413 } } });
    const path = "/api/v1/vulnerability-management/detections";
    expect((await read(kandji, `${path}?size=101`)).status).toBe(413);
    expect((await read(kandji, `${path}?size=100`)).status).toBe(200);
  });
});

describe("what was not bought", () => {
  it.each([401, 403, 404])("answers %i, and nothing else does", async (status) => {
    const detections = "/api/v1/vulnerability-management/detections";
    const kandji = kandjiWith({ unavailable: { [detections]: status } });
    expect((await read(kandji, detections)).status).toBe(status);
    expect((await read(kandji, "/api/v1/devices")).status).toBe(200);
  });
});

describe("a walk of everything", () => {
  it("is within what the plainest description allows", async () => {
    const kandji = kandjiWith({ rate: { perSecond: null, perHour: null, announced: false } });
    for (const [dataset, walk] of Object.entries(WALKS)) {
      const rows = await walk(kandji);
      expect(rows.length, dataset).toBeGreaterThan(0);
    }
    expect(kandji.requests.manners().byStatus).toEqual({ 200: kandji.requests.manners().requests });
  });
});
