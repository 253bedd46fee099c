import type { Context } from "hono";
import type { Config } from "../config/config.ts";
import type { Fleet } from "../forwarder/fleet.ts";
import type { Problem, TenantOperations } from "../tenant/report.ts";
import type { Gateway } from "./gateway.ts";
import { note } from "./journalling.ts";
import { findTenant, whereabouts, type KnownTenant } from "../status/known-tenant.ts";
import type { Circumstances } from "../status/overview.ts";
import { Refusal, type RefusalText } from "./refusal.ts";
import { hindrances } from "../status/tenant-status.ts";
import type { WebTypes } from "./web-types.ts";

/** What a request is about, looked up once. */

/** A request about one tenant. */
export interface Subject {
  readonly gateway: Gateway;
  readonly circumstances: Circumstances;
  readonly tenant: KnownTenant;
}

export async function circumstancesOf(gateway: Gateway): Promise<Circumstances> {
  const config: Config = gateway.config();
  const fleet: Fleet = await reach("the forwarder's summary", () => gateway.fleet());
  return { config, fleet, now: gateway.now(), version: gateway.version };
}

/** The tenant that the address names. Throws a 404 when nobody knows it. */
export async function subjectOf(c: Context<WebTypes>): Promise<Subject> {
  const gateway = c.get("gateway");
  const circumstances = await circumstancesOf(gateway);
  const id = c.req.param("tenant") ?? "";
  const tenant = findTenant(circumstances.config, circumstances.fleet, id);
  if (tenant === undefined) {
    throw new Refusal(404, {
      what: `Cannot find tenant "${id.slice(0, 100)}"`,
      where: "path",
      mend: "Use an id that /status lists: that of secret TENANT_ACME_EU is acme-eu",
    });
  }
  note(c, { static: { tenant: tenant.id } });
  return { gateway, circumstances, tenant };
}

/**
 * Asks the tenant's object. Throws a 503 when it fails, and a 409 when it fails or cannot be found because of its secret.
 */
export async function askTenant<T>(
  { gateway, tenant }: Subject,
  question: (object: TenantOperations) => Promise<T>,
): Promise<T> {
  const home = whereabouts(tenant);
  const [hindrance] = hindrances(tenant);
  const ask = async (): Promise<T> => {
    // It was never placed, and its broken secret does not tell where it belongs.
    if (home === undefined) throw new Error("Nobody knows where this object is");
    return question(gateway.tenant(tenant.id, home));
  };
  if (hindrance === undefined) {
    return reach(`tenant "${tenant.id}"`, ask);
  }
  try {
    return await ask();
  } catch (cause) {
    throw new Refusal(409, hindered(tenant.id, hindrance), { cause });
  }
}

export function hindered(id: string, { subject, message, fix }: Problem): RefusalText {
  return { what: `Cannot do this for tenant "${id}": ${message}`, where: subject, mend: fix };
}

/** What an object throws may hold anything: it goes to the log as the cause, never into the answer. */
export async function reach<T>(whom: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const text = {
      what: `Cannot reach ${whom}: its Durable Object did not answer`,
      where: "the Worker",
      mend: "Try again in a minute; if it stays so, look at the Worker's logs with npx wrangler tail",
    };
    throw new Refusal(503, text, { cause });
  }
}
