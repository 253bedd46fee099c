import type { ConfigError, DestinationConfig, TenantConfig } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";

/** Short ways to ask for one secret. Objects are written as JSON, texts are put as they are. */

type Local = { readonly local?: boolean };

function environment(name: string, secret: unknown, { local = false }: Local): Record<string, unknown> {
  return {
    [name]: typeof secret === "string" ? secret : JSON.stringify(secret),
    ...(local ? { ALLOW_LOCAL_HOSTS: "true" } : {}),
  };
}

export function tenantOf(secret: unknown, options: Local = {}): TenantConfig {
  const parsed = readConfig(environment("TENANT_ACME", secret, options)).tenants.get("acme");
  if (parsed?.ok !== true) throw new Error(`Cannot read the tenant: ${JSON.stringify(parsed)}`);
  return parsed.value;
}

export function tenantErrors(secret: unknown, options: Local = {}): readonly ConfigError[] {
  const parsed = readConfig(environment("TENANT_ACME", secret, options)).tenants.get("acme");
  return parsed?.ok === false ? parsed.errors : [];
}

export function destinationOf(secret: unknown, options: Local = {}): DestinationConfig {
  const parsed = readConfig(environment("DESTINATION_SIEM", secret, options)).destinations.get("siem");
  if (parsed?.ok !== true) throw new Error(`Cannot read the destination: ${JSON.stringify(parsed)}`);
  return parsed.value;
}

export function destinationErrors(secret: unknown, options: Local = {}): readonly ConfigError[] {
  const parsed = readConfig(environment("DESTINATION_SIEM", secret, options)).destinations.get("siem");
  return parsed?.ok === false ? parsed.errors : [];
}
