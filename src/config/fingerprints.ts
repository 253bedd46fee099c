import type { Config, Parsed } from "./config.ts";
import { ownTenantId } from "../datasets/forwarder-log.ts";

/** Name of each secret of a tenant, a destination or a notification → its fingerprint; null for one that cannot be read. No value. */
export function fingerprintsOf({
  tenants,
  destinations,
  notifiers = new Map(),
}: Config): Record<string, string | null> {
  return Object.fromEntries(
    // What the forwarder's own tenant is made of stands in the secrets of others.
    [
      ...[...tenants].flatMap(([id, parsed]) => (id === ownTenantId ? [] : [parsed])),
      ...destinations.values(),
      ...notifiers.values(),
    ].flatMap(fingerprintOf),
  );
}

function fingerprintOf(
  parsed: Parsed<{ readonly secretName: string; readonly fingerprint: string }>,
): [string, string | null][] {
  if (parsed.ok) return [[parsed.value.secretName, parsed.value.fingerprint]];
  const [error] = parsed.errors;
  return error === undefined ? [] : [[error.secret, null]];
}
