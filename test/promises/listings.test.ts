import { describe, expect, test } from "vitest";
import { listings } from "../../src/datasets/registry.ts";
import { randomFrom } from "../simulator/random.ts";
import { day, minute } from "../tenant/household.ts";
import { complaintsOf, pass, recordsOf, watch } from "./fleet-watch.ts";

const everything = {
  ...Object.fromEntries([...listings.keys()].map((name) => [name, {}])),
  "device-activity": { backfill: "3650d" },
};

/** Many times what a real fleet does. */
const busy = {
  appUpdate: 6,
  appInstall: 2,
  appRemove: 2,
  itemStatus: 4,
  rename: 0.5,
  osUpdate: 0.5,
  removal: 0.3,
  enrolment: 0.3,
  activity: 10,
};

describe("days of a fleet in which everything changes", () => {
  test("each difference between two complete walks is one record", { timeout: 300_000 }, async () => {
    const watched = watch(everything, { fleet: { seed: 3, devices: 40, rates: busy } });
    await pass(watched, 3 * day);
    expect(complaintsOf(watched)).toEqual([]);
    expect(recordsOf(watched, "updated")).toBeGreaterThan(500);
    expect(recordsOf(watched, "created")).toBeGreaterThan(100);
    expect(recordsOf(watched, "deleted")).toBeGreaterThan(100);
    expect(watched.household.report().destinations).toMatchObject([{ pending: 0, dead: 0 }]);
  });

  test.each([1, 2, 3])(
    "and kills at random moments change nothing in that (%i)",
    { timeout: 300_000 },
    async (seed) => {
      const watched = watch(everything, { fleet: { seed, devices: 40, rates: busy } }, {}, { mayForget: true });
      const random = randomFrom(seed);
      for (let kill = 0; kill < 30; kill += 1) {
        watched.household.sql.kill = { in: 1 + Math.floor(random() * 40), when: random() < 0.5 ? "before" : "after" };
        await pass(watched, Math.ceil(random() * 90) * minute);
        watched.household.evict();
      }
      watched.household.sql.kill = undefined;
      await pass(watched, 2 * day);
      expect(watched.household.kills).toBeGreaterThan(30);
      expect(complaintsOf(watched)).toEqual([]);
    },
  );
});
