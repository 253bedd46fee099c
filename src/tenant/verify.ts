import type { Check } from "../verification/check.ts";
import { checkDestination, checkSource } from "../verification/checks.ts";
import type { Verification } from "./report.ts";
import type { TenantState } from "./state.ts";

/** A check that would come before the time that the other side named. */
const postponed = (name: string, until: number): Check => ({
  name,
  ok: false,
  message: `No request is made before ${new Date(until).toISOString()}: the other side, or the hourly share, wants it so`,
  fix: "Verify again after that time",
});

/** Tries both ends of a tenant for real. Whoever asked for no request before a time is not asked before it. */
export async function verify(state: TenantState): Promise<Verification> {
  const { ports, tenant } = state.options;
  const now = ports.now();
  const askAt = state.budget.availableAt("live");
  const checks: Check[] =
    askAt > now
      ? [postponed(`Kandji: ${state.client.host}`, askAt)]
      : // Nothing of a record leaves a jurisdiction, not even a word.
        await checkSource(ports, state.client, tenant, { mayName: tenant.jurisdiction === undefined });
  for (const [id, courier] of state.couriers) {
    const { trouble } = courier;
    const isAsked = trouble?.isAsked === true && trouble.retryAt > now;
    checks.push(
      isAsked
        ? postponed(`Destination ${id}`, trouble.retryAt)
        : await checkDestination(ports, tenant.id, courier.config),
    );
  }
  if (state.couriers.size === 0) {
    checks.push({
      name: "Destinations",
      ok: false,
      message: "No destination has a valid secret",
      fix: "Put a secret DESTINATION_<NAME>",
    });
  }
  return { ok: checks.every(({ ok }) => ok), checks };
}
