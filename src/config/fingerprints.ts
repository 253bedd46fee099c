import type { Config, Parsed } from "./config.ts";

/** Name of each tenant's and destination's secret → its fingerprint; null for one that cannot be read. No value. */
export function fingerprintsOf({ tenants, destinations }: Config): Record<string, string | null> {
  return Object.fromEntries([...tenants.values(), ...destinations.values()].flatMap(fingerprintOf));
}

function fingerprintOf(
  parsed: Parsed<{ readonly secretName: string; readonly fingerprint: string }>,
): [string, string | null][] {
  if (parsed.ok) return [[parsed.value.secretName, parsed.value.fingerprint]];
  const [error] = parsed.errors;
  return error === undefined ? [] : [[error.secret, null]];
}
