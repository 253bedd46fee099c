import type { Config, Parsed, TenantConfig } from "../config/config.ts";
import type { FailedTick, Fleet } from "../forwarder/fleet.ts";
import type { TenantReport } from "../tenant/report.ts";

/** A tenant that has a secret, valid or not, or that has left state behind. */
export interface KnownTenant {
  readonly id: string;
  readonly secretName: string;
  /** `undefined` when the secret is absent. */
  readonly secret: Parsed<TenantConfig> | undefined;
  /** Jurisdiction where its object was first placed, "" for none; `undefined` when it never was. */
  readonly home: string | undefined;
  readonly report: TenantReport | undefined;
  /** Set when its last tick failed. */
  readonly failed: FailedTick | undefined;
}

export function tenantIds(config: Config, fleet: Fleet): string[] {
  const reported = fleet.tenants.map((tenant) => tenant.id);
  return [...new Set([...config.tenants.keys(), ...Object.keys(fleet.homes), ...reported])];
}

export function findTenant(config: Config, fleet: Fleet, id: string): KnownTenant | undefined {
  const secret = config.tenants.get(id);
  const home = Object.hasOwn(fleet.homes, id) ? fleet.homes[id] : undefined;
  const report = fleet.tenants.find((tenant) => tenant.id === id);
  if (secret === undefined && home === undefined && report === undefined) {
    return undefined;
  }
  const failed = Object.hasOwn(fleet.failed, id) ? fleet.failed[id] : undefined;
  return { id, secretName: secretNameOf(id), secret, home, report, failed };
}

/** Where its object is, or will be: "" for no jurisdiction; `undefined` when it has none and the broken secret does not tell. */
export function whereabouts(tenant: KnownTenant): string | undefined {
  if (tenant.home !== undefined) {
    return tenant.home;
  }
  if (tenant.secret?.ok === true) {
    return tenant.secret.value.jurisdiction ?? "";
  }
  return tenant.report === undefined ? undefined : "";
}

function secretNameOf(id: string): string {
  return `TENANT_${id.toUpperCase().replaceAll("-", "_")}`;
}
