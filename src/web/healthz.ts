import type { Gateway } from "./gateway.ts";
import { overview } from "../status/overview.ts";

/** How long an answer of `/healthz` stands. The route is open to everybody, so each isolate asks at most once in this time. */
const standsForMs = 60_000;

export interface HealthCheck {
  /** `keepAlive` lets the asking go on when the asker has hung up, since others may wait for the same answer. */
  isWell(gateway: Gateway, keepAlive: (work: Promise<unknown>) => void): Promise<boolean>;
}

export function createHealthCheck(): HealthCheck {
  let answer: Promise<boolean> | undefined;
  let askedAt = 0;
  return {
    isWell(gateway, keepAlive) {
      const now = gateway.now();
      if (answer === undefined || now - askedAt >= standsForMs || now < askedAt) {
        askedAt = now;
        // A failure stands as long as a success does: whoever asks often must not be able to make us ask often.
        answer = ask(gateway, now).catch(() => false);
        keepAlive(answer);
      }
      return answer;
    },
  };
}

async function ask(gateway: Gateway, now: number): Promise<boolean> {
  const fleet = await gateway.fleet();
  return overview({ config: gateway.config(), fleet, now, version: gateway.version }).health !== "failing";
}
