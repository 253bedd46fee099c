import type { Refusal } from "./refusal.ts";
import type { Subject } from "./subject.ts";
import { usesDestination } from "../status/tenant-status.ts";

/** The datasets and destinations of a tenant that an operation may name. */

/** Says what is wrong with what was given, where in it, and the mend. */
export type Refuse = (why: string, path: readonly PropertyKey[], mend: string) => Refusal;

/** `refuse`: makes what is thrown when the tenant has no such part. */
export function requireKnown(
  key: "dataset" | "destination",
  value: string | undefined,
  known: ReadonlySet<string>,
  refuse: Refuse,
): void {
  if (value !== undefined && !known.has(value)) {
    const names = [...known]
      .toSorted()
      .map((name) => `"${name}"`)
      .join(", ");
    throw refuse(
      `this tenant has no ${key} "${value}"`,
      [key],
      names === "" ? `This tenant has no ${key} yet` : `Use one of ${names}`,
    );
  }
}

/** Everything that may be paused: what the secrets name, and what the tenant itself tells of. */
export function partsOf({ tenant, circumstances }: Subject): { datasets: Set<string>; destinations: Set<string> } {
  const { secret, report, id } = tenant;
  const asked = secret?.ok === true ? secret.value : undefined;
  const set = [...circumstances.config.destinations.keys()].filter((destination) =>
    usesDestination(circumstances.config, id, destination),
  );
  return {
    datasets: new Set([...(asked?.datasets.keys() ?? []), ...(report?.datasets.map((dataset) => dataset.name) ?? [])]),
    destinations: new Set([
      ...set,
      ...(asked?.destinations ?? []),
      ...(report?.destinations.map((destination) => destination.name) ?? []),
    ]),
  };
}
