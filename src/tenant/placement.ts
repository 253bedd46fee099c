import type { Env } from "../env.ts";

/**
 * The one place where a tenant's object is named. A jurisdiction is part of where it lives: the same name elsewhere is
 * another object. The local runtime has no jurisdictions and throws, so development leaves them out.
 */
export function tenantAt(env: Env, id: string, home: string) {
  if (home === "" || env.ALLOW_LOCAL_HOSTS === "true") return env.TENANTS.getByName(id);
  return env.TENANTS.jurisdiction(home as DurableObjectJurisdiction).getByName(id);
}
