import { describe, expect, test } from "vitest";
import { reportOf } from "../../src/tenant/reporter.ts";
import { permissions } from "../promises/problems/watched-installation.ts";
import { epoch, hour, Household, secrets } from "./household.ts";

describe("the newest record", () => {
  const settled = async (tenant: object): Promise<Household> => {
    const events = [{ seed: 1, count: 40, from: epoch - 5 * hour, to: epoch }];
    const it = new Household(
      {
        kandji: { acme: { token: "token-of-acme", events, permissions, fleet: { devices: 3 } } },
        intakes: { siem: { kind: "webhook" } },
      },
      secrets({ siem: {} }, { datasets: { "audit-events": {}, devices: {} }, ...tenant }),
    );
    await it.pass(hour);
    return it;
  };
  const named = (it: Household): (string | undefined)[] =>
    reportOf(it.engine.state, it.time.now(), true).datasets.map(({ newestRecord }) => newestRecord);

  test("is told by its name to whoever looks at the tenant, and to nobody else", async () => {
    const it = await settled({});
    const [event, device] = named(it);
    expect(event).toMatch(/^(?:create|update|delete|detect) [a-z_]+/u);
    expect(device).toMatch(/\S+, \S+/u);
    expect(JSON.stringify(it.report())).not.toContain('newestRecord"');
    it.evict();
    expect(named(it)).toEqual([event, device]);
  });

  test("has no name outside of a jurisdiction", async () => {
    expect(named(await settled({ jurisdiction: "eu" }))).toEqual([undefined, undefined]);
  });
});
