import { describe, expect, test } from "vitest";
import { fireCron } from "../../src/cron.ts";
import { CronWorld, tenantSecret } from "./cron-world.ts";

const slot = Date.parse("2026-05-01T08:30:00Z");

/** Fires the cron in that world and says how long it took, in milliseconds of its clock. */
const fire = async (world: CronWorld): Promise<number> => world.until(fireCron(world.ports, slot));

const platformError = (flags: { readonly retryable?: boolean; readonly overloaded?: boolean }): Error =>
  Object.assign(new Error("the object broke"), flags);

const idsTold = (world: CronWorld): string[] => world.told.flatMap(({ ids }) => [...ids]);
const failedTold = (world: CronWorld): Record<string, string> =>
  Object.assign({}, ...world.told.map(({ failed }) => failed)) as Record<string, string>;

describe("a firing of the cron", () => {
  test("ticks every tenant once, with the time for which it was scheduled, and hands over every report", async () => {
    const world = CronWorld.of(7);
    await fire(world);
    expect(world.ticks.map(({ tenant }) => tenant).toSorted()).toEqual(["t0", "t1", "t2", "t3", "t4", "t5", "t6"]);
    expect(new Set(world.ticks.map((tick) => tick.slot))).toEqual(new Set([slot]));
    expect(idsTold(world).toSorted()).toEqual(world.ticks.map(({ tenant }) => tenant).toSorted());
  });

  test("writes one line, which names who failed and no secret", async () => {
    const world = CronWorld.of(3);
    world.behaviours.set("t1", async () => {
      throw platformError({});
    });
    await fire(world);
    expect(world.lines).toEqual([
      expect.objectContaining({ event: "cron", slot, tenants: 3, ok: 2, failed: { t1: "the object broke" } }),
    ]);
    expect(JSON.stringify(world.lines)).not.toContain("a-token");
  });

  test("writes its line also when there is nobody to tick", async () => {
    const world = CronWorld.of(0);
    await fire(world);
    expect(world.ticks).toEqual([]);
    expect(world.lines).toEqual([expect.objectContaining({ tenants: 0, ok: 0 })]);
  });

  test("leaves out a tenant whose secret is broken", async () => {
    const world = new CronWorld({
      TENANT_GOOD: tenantSecret(),
      TENANT_BROKEN: "{",
      TENANT_MISSPELT: tenantSecret({ tokn: "x" }),
    });
    await fire(world);
    expect(world.ticks.map(({ tenant }) => tenant)).toEqual(["good"]);
  });
});

describe("what is to be told", () => {
  test("is told last of all, when the line of the firing is written, and nobody is asked where nothing is", async () => {
    const world = CronWorld.of(3);
    await fire(world);
    expect(world.notified).toEqual([]);
    world.hasNotices = true;
    await fire(world);
    expect(world.notified).toEqual([2]);
  });
});

describe("where a tenant lives", () => {
  test("it is ticked in its jurisdiction", async () => {
    const world = new CronWorld({ TENANT_EUROPE: tenantSecret({ jurisdiction: "eu" }), TENANT_FREE: tenantSecret() });
    await fire(world);
    expect(world.ticks.map(({ tenant, home }) => [tenant, home])).toEqual([
      ["europe", "eu"],
      ["free", ""],
    ]);
  });

  test("one whose jurisdiction was changed is not ticked, the others are", async () => {
    const world = new CronWorld({
      TENANT_EUROPE: tenantSecret({ jurisdiction: "eu" }),
      TENANT_MOVED: tenantSecret({ jurisdiction: "us" }),
      TENANT_FREED: tenantSecret(),
    });
    world.homes["moved"] = "eu";
    world.homes["freed"] = "eu";
    await fire(world);
    expect(world.ticks.map(({ tenant }) => tenant)).toEqual(["europe"]);
  });
});

describe("a tenant that fails", () => {
  test("fails alone", async () => {
    const world = CronWorld.of(20);
    for (const id of ["t3", "t11"]) {
      world.behaviours.set(id, async () => {
        throw platformError({});
      });
    }
    await fire(world);
    expect(idsTold(world)).toHaveLength(18);
    expect(failedTold(world)).toEqual({ t3: "the object broke", t11: "the object broke" });
  });

  test.each([
    ["the platform calls it retryable", { retryable: true }, 2],
    ["it is retryable and overloaded", { retryable: true, overloaded: true }, 1],
    ["it is overloaded", { overloaded: true }, 1],
    ["nothing is said of it", {}, 1],
  ])("is ticked again once only where that is wise: %s", async (_, flags, attempts) => {
    const world = CronWorld.of(1);
    world.behaviours.set("t0", async () => {
      throw platformError(flags);
    });
    await fire(world);
    expect(world.ticks).toHaveLength(attempts);
    expect(failedTold(world)).toEqual({ t0: "the object broke" });
  });

  test("is well again when the second tick succeeds", async () => {
    const world = CronWorld.of(1);
    world.behaviours.set("t0", async (attempt) => {
      if (attempt === 1) throw platformError({ retryable: true });
    });
    await fire(world);
    expect(idsTold(world)).toEqual(["t0"]);
    expect(failedTold(world)).toEqual({});
  });

  test("may throw anything", async () => {
    const world = CronWorld.of(2);
    world.behaviours.set("t0", async () => Promise.reject(undefined));
    await fire(world);
    expect(idsTold(world)).toEqual(["t1"]);
    expect(Object.keys(failedTold(world))).toEqual(["t0"]);
  });
});

describe("a tenant that never answers", () => {
  test("is given up within the minute, and costs no other its report", async () => {
    const world = CronWorld.of(60);
    for (const id of ["t0", "t30", "t59"]) world.behaviours.set(id, async () => world.sleep(Infinity));
    const took = await fire(world);
    expect(took).toBeLessThan(60_000);
    expect(idsTold(world)).toHaveLength(57);
    expect(Object.keys(failedTold(world)).toSorted()).toEqual(["t0", "t30", "t59"]);
    expect(world.lines).toHaveLength(1);
  });

  test("is not ticked twice", async () => {
    const world = CronWorld.of(1);
    world.behaviours.set("t0", async () => world.sleep(Infinity));
    await fire(world);
    expect(world.ticks).toHaveLength(1);
  });
});

describe("many tenants", () => {
  const lastTickAt = (world: CronWorld): number => Math.max(...world.ticks.map(({ at }) => at));

  test.each([1, 40, 100])("%i are all woken within ten seconds", async (count) => {
    const world = CronWorld.of(count);
    await fire(world);
    expect(world.ticks).toHaveLength(count);
    expect(lastTickAt(world)).toBeLessThanOrEqual(10_000);
  });

  test("no hundred of them are woken at once", async () => {
    const world = CronWorld.of(100);
    await fire(world);
    const times = world.ticks.map(({ at }) => at);
    const busiest = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
    expect(busiest).toBeLessThanOrEqual(11);
  });

  test("more are spread over the minute, and ready before the next firing", async () => {
    const world = CronWorld.of(400);
    for (let index = 0; index < 400; index += 1) world.behaviours.set(`t${index}`, async () => world.sleep(2000));
    const took = await fire(world);
    expect(lastTickAt(world)).toBeGreaterThan(30_000);
    expect(took).toBeLessThan(60_000);
    expect(idsTold(world)).toHaveLength(400);
  });

  test("never are more than fifty under way", async () => {
    const world = CronWorld.of(200);
    for (let index = 0; index < 200; index += 1) world.behaviours.set(`t${index}`, async () => world.sleep(30_000));
    await fire(world);
    expect(world.mostUnderWay).toBe(50);
    expect(idsTold(world)).toHaveLength(200);
  });
});

describe("when the forwarder object fails", () => {
  test.each(["begin", "takeReports"])("at %s: the firing fails, and its line is written all the same", async (step) => {
    const world = CronWorld.of(2);
    const broken = {
      [step]: async () => {
        throw new Error("the forwarder object broke");
      },
    };
    await expect(world.until(fireCron({ ...world.ports, ...broken }, slot))).rejects.toThrow(
      "the forwarder object broke",
    );
    expect(world.ticks).toHaveLength(step === "begin" ? 0 : 2);
    expect(world.lines).toHaveLength(1);
  });
});
