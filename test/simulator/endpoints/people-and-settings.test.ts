import { describe, expect, it } from "vitest";
import { SimulatedKandji, type KandjiOptions } from "../kandji.ts";
import { QUIET, type FleetWishes } from "../fleet/fleet-plan.ts";
import { byCursor, byOffset, read } from "../whole-reader.ts";
import { ALL_PATHS } from "./routes.ts";

const START = Date.UTC(2026, 4, 1, 8);

type Row = Readonly<Record<string, unknown>>;
type Page = { next: string | null; previous: string | null; count?: number; results: Row[] };

const kandjiWith = (fleet: FleetWishes = {}, options: Partial<KandjiOptions> = {}): SimulatedKandji =>
  new SimulatedKandji({
    token: "secret",
    permissions: ALL_PATHS,
    now: () => START,
    fleet: { ...QUIET, devices: 60, ...fleet },
    ...options,
  });

const page = async (kandji: SimulatedKandji, path: string): Promise<Page> => (await read(kandji, path)).body as Page;
const users = byCursor("/api/v1/users", "results", "cursor", "next");

describe("users", () => {
  it("come once each, three hundred to a page, in the order in which they were added", async () => {
    const kandji = kandjiWith({ users: 650 });
    const lengths: number[] = [];
    kandji.onServed = ({ rows }) => void lengths.push(rows.length);
    const numbers = (await users(kandji)).map((user) => Number(user["deprecated_user_id"]));
    expect(lengths).toEqual([300, 300, 50]);
    expect(numbers).toEqual(kandji.fleet.state.tenant.users.map((user) => user.number));
  });

  it("lead to a host that lacks .api, and back again", async () => {
    const kandji = kandjiWith({}, { peoplePerPage: 10 });
    const first = await page(kandji, "/api/v1/users?archived=false");
    expect(first.next).toMatch(/^https:\/\/acme\.kandji\.io\/api\/v1\/users\?archived=false&cursor=/);
    expect(first.previous).toBeNull();
    const { pathname, search } = new URL(first.next ?? "");
    const second = await page(kandji, pathname + search);
    const back = new URL(second.previous ?? "");
    expect((await page(kandji, back.pathname + back.search)).results).toEqual(first.results);
    expect((await read(kandji, "/api/v1/users?cursor=abc")).status).toBe(404);
  });

  it("can lead astray", async () => {
    const next = async (way: "token" | "foreign" | "same"): Promise<string | null> =>
      (await page(kandjiWith({}, { peoplePerPage: 10, next: way }), "/api/v1/users")).next;
    expect(await next("token")).toBe(btoa("p=31009"));
    expect(await next("foreign")).toMatch(/^https:\/\/elsewhere\.example\/api\/v1\/users/);
    expect(await next("same")).toBe("https://acme.api.kandji.io/api/v1/users");
  });

  it("can be asked for by e-mail, id and directory, and count their devices", async () => {
    const kandji = kandjiWith({ users: 80 });
    const all = await users(kandji);
    const twice = all.filter((user) => String(user["email"]).endsWith(".38@northbay.example"));
    expect(twice).toHaveLength(2);
    expect(twice[0]?.["id"]).not.toBe(twice[1]?.["id"]);
    const email = encodeURIComponent(String(twice[0]?.["email"]));
    expect((await page(kandji, `/api/v1/users?email=${email}`)).results).toEqual(twice);
    const id = String(all[3]?.["id"]);
    expect((await page(kandji, `/api/v1/users?id=${id}`)).results).toEqual([all[3]]);
    expect((await read(kandji, `/api/v1/users/${id}`)).body).toEqual(all[3]);
    expect((await read(kandji, "/api/v1/users/nobody")).status).toBe(404);
    expect((await page(kandji, "/api/v1/users?integration_id=13")).results).toHaveLength(2);
    const counted = all.reduce((sum, user) => sum + Number(user["device_count"]), 0);
    expect(counted).toBe(kandji.fleet.devices.filter((device) => device.user !== undefined).length);
  });
});

describe("admins", () => {
  it("come once each", async () => {
    const kandji = kandjiWith({ admins: 12 }, { peoplePerPage: 5 });
    const admins = await byCursor("/api/v1/admins", "results", "cursor", "next")(kandji);
    expect(new Set(admins.map((admin) => admin["id"])).size).toBe(12);
    expect(admins[0]).toMatchObject({ is_active: true, locale: "en" });
  });
});

describe("blueprints", () => {
  it("come once each, with a code that may not leave, and count their devices", async () => {
    const kandji = kandjiWith({ blueprints: 9 });
    const blueprints = await byOffset("/api/v1/blueprints", 2)(kandji);
    expect(new Set(blueprints.map((one) => one["id"])).size).toBe(9);
    expect(blueprints[0]).toHaveProperty("enrollment_code.code");
    expect(blueprints.reduce((sum, one) => sum + Number(one["computers_count"]), 0)).toBe(60);
    const { count, next } = await page(kandji, "/api/v1/blueprints?limit=2");
    expect(count).toBe(9);
    expect(new URL(next ?? "").search).toBe("?limit=2&offset=2");
  });

  it("take a limit of 1000 and none of 1001, names and ids", async () => {
    const kandji = kandjiWith();
    expect((await read(kandji, "/api/v1/blueprints?limit=1000")).status).toBe(200);
    expect((await read(kandji, "/api/v1/blueprints?limit=1001")).status).toBe(400);
    expect((await page(kandji, "/api/v1/blueprints?name=iPads")).results).toHaveLength(1);
    const { results } = await page(kandji, "/api/v1/blueprints");
    const two = results.slice(0, 2);
    const ids = two.map((one) => String(one["id"])).join(",");
    expect((await page(kandji, `/api/v1/blueprints?id__in=${ids}`)).results).toEqual(two);
  });
});

describe("tags and licence", () => {
  it("are all there at once", async () => {
    const kandji = kandjiWith({ tags: 9 });
    const tags = await page(kandji, "/api/v1/tags?search=");
    expect([tags.count, tags.results.length]).toEqual([9, 9]);
    expect((await page(kandji, "/api/v1/tags?search=sal")).results).toMatchObject([{ name: "sales" }]);
    type Licence = { counts: Record<string, number>; tenantOverLicenseLimit: boolean };
    const licence = async (): Promise<Licence> => (await read(kandji, "/api/v1/settings/licensing")).body as Licence;
    expect((await licence()).counts["computers_count"]).toBe(60);
    expect((await licence()).tenantOverLicenseLimit).toBe(false);
    for (let i = 0; i < 13; i += 1) kandji.fleet.enrol();
    expect((await licence()).tenantOverLicenseLimit).toBe(true);
  });
});
