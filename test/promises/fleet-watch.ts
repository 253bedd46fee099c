import { kandjiDatasets, listings } from "../../src/datasets/registry.ts";
import type { KandjiPlan } from "../simulator/world.ts";
import { Household, minute, secrets } from "../tenant/household.ts";
import { ListingOracle } from "./listing-oracle.ts";

/** A tenant whose fleet is walked, with an oracle that sees both ends. */

/** What each endpoint wants of the token. */
const permissions = [...kandjiDatasets.values()].flatMap((dataset) =>
  dataset.reading === "feed" ? [dataset.permission.path] : dataset.ways.map(({ permission }) => permission.path),
);

export interface Watched {
  readonly household: Household;
  readonly oracle: ListingOracle;
}

export function watch(
  chosen: Readonly<Record<string, object>>,
  kandji: Partial<KandjiPlan>,
  tenant: object = {},
  options: { mayForget?: boolean } = {},
): Watched {
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
export async function pass({ household, oracle }: Watched, ms: number, step = 5 * minute): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    await household.pass(step);
    for (const { name, walker } of household.engine.state.walks.all) {
      if (walker.last?.isComplete === true) oracle.walked(name, walker.last);
    }
  }
}

/** The list of devices is also read by the walks that ask each device: only alone can be told who was shown what. */
const shared = new Set(["devices"]);

/** Datasets of which an oracle can tell. */
export const told = [...listings.keys()].filter((name) => !shared.has(name));

export function complaintsOf({ oracle }: Watched): string[] {
  return told.flatMap((name) => oracle.verdict(name).complaints).slice(0, 20);
}

export const recordsOf = ({ oracle }: Watched, change: string): number =>
  told.reduce((sum, name) => sum + (oracle.verdict(name).records[change] ?? 0), 0);
