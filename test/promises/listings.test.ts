import { describe, expect, test } from "vitest";
import { datasets, listings } from "../../src/datasets/registry.ts";
import { day, hour, Household, minute, secrets } from "../tenant/household.ts";
import type { KandjiPlan } from "../simulator/world.ts";
import { randomFrom } from "../simulator/random.ts";
import { ListingOracle } from "./listing-oracle.ts";

/** What each endpoint wants of the token. */
const permissions = [...datasets.values()].flatMap((dataset) =>
  dataset.reading === "feed" ? [dataset.permission.path] : dataset.ways.map(({ permission }) => permission.path),
);

interface Opened {
  readonly household: Household;
  readonly oracle: ListingOracle;
}

function open(
  chosen: Readonly<Record<string, object>>,
  kandji: Partial<KandjiPlan>,
  tenant: object = {},
  options: { mayForget?: boolean } = {},
): Opened {
  const oracle = new ListingOracle({ ...options, removals: () => removals() });
  const plan = { token: "token-of-acme", permissions, onServed: oracle.served, ...kandji };
  const household = new Household(
    { kandji: { acme: plan }, intakes: { siem: { kind: "webhook", keepTexts: false } } },
    secrets({ siem: {} }, { datasets: chosen, ...tenant }),
  );
  const removals = (): Map<string, number> => {
    const log = household.world.kandji.get("acme")?.fleet.log.of("devices") ?? [];
    return new Map(log.filter(({ kind }) => kind === "deleted").map(({ identity, at }) => [identity, at]));
  };
  const siem = household.world.intakes.get("siem");
  if (siem !== undefined) siem.memory.onAccepted = oracle.accepted;
  return { household, oracle };
}

/** Lets time pass, and takes note of the walks that come to their end. */
async function pass({ household, oracle }: Opened, ms: number, step = 5 * minute): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    await household.pass(step);
    for (const { name, walker } of household.engine.state.walks.all) {
      if (walker.last?.isComplete === true) oracle.walked(name, walker.last);
    }
  }
}

/** The list of devices is also read by the walks that ask each device: only alone can be told who was shown what. */
const shared = new Set(["devices"]);

const everything = {
  ...Object.fromEntries([...listings.keys()].map((name) => [name, {}])),
  "device-activity": { backfill: "3650d" },
};

/** Many times what a real fleet does. */
const busy = { appUpdate: 6, appInstall: 2, appRemove: 2, itemStatus: 4, rename: 0.5, osUpdate: 0.5, removal: 0.3, enrolment: 0.3, activity: 10 };

const told = [...listings.keys()].filter((name) => !shared.has(name));

function complaintsOf({ oracle }: Opened): string[] {
  return told.flatMap((name) => oracle.verdict(name).complaints).slice(0, 20);
}

const recordsOf = ({ oracle }: Opened, change: string): number =>
  told.reduce((sum, name) => sum + (oracle.verdict(name).records[change] ?? 0), 0);

describe("days of a fleet in which everything changes", () => {
  test("each difference between two complete walks is one record", { timeout: 300_000 }, async () => {
    const opened = open(everything, { fleet: { seed: 3, devices: 40, rates: busy } });
    await pass(opened, 3 * day);
    expect(complaintsOf(opened)).toEqual([]);
    expect(recordsOf(opened, "updated")).toBeGreaterThan(500);
    expect(recordsOf(opened, "created")).toBeGreaterThan(100);
    expect(recordsOf(opened, "deleted")).toBeGreaterThan(100);
    expect(opened.household.report().destinations).toMatchObject([{ pending: 0, dead: 0 }]);
  });

  test.each([1, 2, 3])("and kills at random moments change nothing in that (%i)", { timeout: 300_000 }, async (seed) => {
    const opened = open(everything, { fleet: { seed, devices: 40, rates: busy } }, {}, { mayForget: true });
    const random = randomFrom(seed);
    for (let kill = 0; kill < 30; kill += 1) {
      opened.household.sql.kill = { in: 1 + Math.floor(random() * 40), when: random() < 0.5 ? "before" : "after" };
      await pass(opened, Math.ceil(random() * 90) * minute);
      opened.household.evict();
    }
    opened.household.sql.kill = undefined;
    await pass(opened, 2 * day);
    expect(opened.household.kills).toBeGreaterThan(30);
    expect(complaintsOf(opened)).toEqual([]);
  });
});
