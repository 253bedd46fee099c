import { ownTenantId } from "../datasets/forwarder-log.ts";
import { ownFeeds } from "../datasets/registry.ts";
import { Secret } from "../secret.ts";
import type { DatasetOptions, Parsed, TenantConfig } from "./config.ts";
import { defaultRequestsPerHour } from "./tenant-secret.ts";

/**
 * The tenant under which records of this forwarder go out that concern none of the others. It is there while tenants collect
 * logs of the forwarder itself: the same logs, to the destinations that all of these tenants share, so that nobody reads of others
 * who does not anyway. It asks Kandji for nothing.
 */
export function ownTenant(tenants: ReadonlyMap<string, Parsed<TenantConfig>>): TenantConfig | undefined {
  const askers = [...tenants.values()].flatMap((parsed) => (parsed.ok && readsOwn(parsed.value) ? [parsed.value] : []));
  const [first] = askers;
  if (first === undefined) return undefined;
  return {
    id: ownTenantId,
    secretName: first.secretName,
    apiOrigin: "https://forwarder.invalid",
    token: new Secret(""),
    datasets: new Map(askers.toReversed().flatMap(ownOptions)),
    destinations: shared(askers),
    filters: {},
    jurisdiction: undefined,
    maxRequestsPerHour: defaultRequestsPerHour,
    notes: [],
    fingerprint: askers.map(({ fingerprint }) => fingerprint).join("."),
  };
}

const readsOwn = ({ datasets }: TenantConfig): boolean => [...datasets.keys()].some((name) => ownFeeds.has(name));

const ownOptions = ({ datasets }: TenantConfig): [string, DatasetOptions][] =>
  [...datasets].filter(([name]) => ownFeeds.has(name));

/** `undefined` for all of them. */
function shared(askers: readonly TenantConfig[]): readonly string[] | undefined {
  const lists = askers.flatMap(({ destinations }) => (destinations === undefined ? [] : [destinations]));
  return lists.length === 0 ? undefined : lists.reduce((left, list) => left.filter((id) => list.includes(id)));
}
