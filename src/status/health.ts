import type { OverallHealth } from "../forwarder/fleet.ts";
import type { Health } from "../tenant/report.ts";

/** From worst to best, the order in which a reader wants them. */
export const worstFirst: readonly Health[] = ["failing", "degraded", "ok", "paused"];

/** The worst of all. What is paused was paused by somebody who knows: it makes nothing worse. */
export function worst(healths: readonly Health[]): OverallHealth {
  if (healths.includes("failing")) {
    return "failing";
  }
  return healths.includes("degraded") ? "degraded" : "ok";
}
