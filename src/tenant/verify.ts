import type { Courier } from "../delivery/courier.ts";
import type { Check } from "../verification/check.ts";
import { checkDestination, checkSource, nameOfDestination, plannedAtSource } from "../verification/checks.ts";
import type { Progress, Verification } from "./report.ts";
import type { TenantState } from "./state.ts";

/** A check that would come before the time that the other side named. */
const postponed = (name: string, until: number): Check => ({
  name,
  ok: false,
  message: `No request is made before ${new Date(until).toISOString()}: the other side, or the hourly share, wants it so`,
  fix: "Verify again after that time",
});

const noDestination: Check = {
  name: "Destinations",
  ok: false,
  message: "No destination has a valid secret",
  fix: "Put a secret DESTINATION_<NAME>",
};

/**
 * Tries both ends of a tenant for real. Whoever asked for no request before a time is not asked before it. `tell` hears of
 * each check as it is made; it must not throw.
 */
export async function verify(
  state: TenantState,
  tell: (progress: Progress) => void = () => undefined,
): Promise<Verification> {
  const checks: Check[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    tell({ kind: "checked", check });
  };
  tell({ kind: "planned", names: plannedFor(state) });
  await verifySource(state, add);
  for (const courier of state.couriers.values()) add(await verifyDestination(state, courier));
  if (state.couriers.size === 0) add(noDestination);
  return { ok: checks.every(({ ok }) => ok), checks };
}

function plannedFor(state: TenantState): string[] {
  const destinations = [...state.couriers.values()].map(({ config }) => nameOfDestination(config));
  return [...plannedAtSource(state.options.tenant), ...destinations];
}

async function verifySource({ options, budget, client }: TenantState, tell: (check: Check) => void): Promise<void> {
  const { ports, tenant } = options;
  const askAt = budget.availableAt("live");
  if (askAt > ports.now()) tell(postponed(`Kandji: ${client.host}`, askAt));
  // Nothing of a record leaves a jurisdiction, not even a word.
  else await checkSource(ports, client, tenant, { mayName: tenant.jurisdiction === undefined, tell });
}

async function verifyDestination({ options }: TenantState, { id, config, trouble }: Courier): Promise<Check> {
  const { ports, tenant } = options;
  if (trouble?.isAsked === true && trouble.retryAt > ports.now())
    return postponed(`Destination ${id}`, trouble.retryAt);
  return checkDestination(ports, tenant.id, config);
}
