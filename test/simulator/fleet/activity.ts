/** What a device did, as the console shows it: rows that are only ever added. */
import { mix } from "./draw.ts";
import type { Family } from "./families.ts";

const APPLE = ["mdm_command_completed", "mdm_command_completed", "mdm_command_failed", "routing_arrival"];

const TYPES: Readonly<Record<Family, readonly string[]>> = {
  Mac: APPLE,
  iPhone: APPLE,
  iPad: APPLE,
  AppleTV: APPLE,
  Windows: ["device_csp_query", "device_csp_application"],
  Android: ["amapi_policy_update_success"],
};

export function activityType(family: Family, chance: number): string {
  const types = TYPES[family];
  return types[mix(chance, 501) % types.length] ?? "enrollment";
}
