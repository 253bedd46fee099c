import { describe, expect, it } from "vitest";
import type { Fleet } from "../../src/forwarder/fleet.ts";
import { asking } from "./asking.ts";
import { aFleet, aGateway, ago, aReport, now } from "./sample.ts";

/** A gateway whose clock can be moved. */
function ticking(fleet: () => Promise<Fleet>) {
  const clock = { now };
  return { clock, gateway: aGateway({ now: () => clock.now, fleet }) };
}

async function answer(fleet: Fleet) {
  const response = await asking(aGateway({ fleet: async () => fleet }))("/healthz", { as: "nobody" });
  return [response.status, await response.text()];
}

describe("GET /healthz", () => {
  it("says only whether it is well", async () => {
    expect(await answer(aFleet())).toEqual([200, '{"ok":true}']);
    expect(await answer(aFleet({ tenants: [aReport({ health: "failing" })] }))).toEqual([503, '{"ok":false}']);
  });

  it("takes degraded and paused for well", async () => {
    expect(await answer(aFleet({ tenants: [aReport({ health: "degraded" }), aReport({ health: "paused" })] }))).toEqual(
      [200, '{"ok":true}'],
    );
  });

  it("takes a forwarder that never ticked for well, and a silent cron not", async () => {
    expect((await answer(aFleet({ lastTickAt: null, tenants: [], homes: {} })))[0]).toBe(200);
    expect((await answer(aFleet({ lastTickAt: ago(4 * 60_000) })))[0]).toBe(503);
  });

  it("asks the forwarder object at most once per minute, however many ask at once", async () => {
    const { clock, gateway } = ticking(async () => aFleet());
    const ask = asking(gateway);
    await Promise.all(Array.from({ length: 50 }, () => ask("/healthz", { as: "nobody" })));
    expect(gateway.calls).toEqual(["fleet"]);
    clock.now += 59_999;
    await ask("/healthz", { as: "nobody" });
    expect(gateway.calls).toEqual(["fleet"]);
    clock.now += 1;
    await ask("/healthz", { as: "nobody" });
    expect(gateway.calls).toEqual(["fleet", "fleet"]);
  });

  it("asks no more often when asking fails", async () => {
    const { clock, gateway } = ticking(async () => {
      throw new Error("object is overloaded");
    });
    const ask = asking(gateway);
    const responses = await Promise.all(Array.from({ length: 20 }, () => ask("/healthz", { as: "nobody" })));
    expect(responses.map((response) => response.status)).toEqual(Array.from({ length: 20 }, () => 503));
    clock.now += 30_000;
    expect(await (await ask("/healthz", { as: "nobody" })).text()).toBe('{"ok":false}');
    expect(gateway.calls).toEqual(["fleet"]);
  });

  it("costs nothing more for other methods, queries and writings of the path", async () => {
    const gateway = aGateway();
    const ask = asking(gateway);
    await ask("/healthz?x=1", { as: "nobody" });
    await ask("/healthz/", { as: "nobody" });
    expect((await ask("/healthz", { as: "nobody", method: "HEAD" })).status).toBe(200);
    expect((await ask("/healthz", { as: "nobody", method: "POST" })).status).toBe(401);
    expect(gateway.calls).toEqual(["fleet"]);
  });

  it("is 405 for an admin who posts", async () => {
    const response = await asking(aGateway())("/healthz", { method: "POST" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
  });
});
