import { backoffMs } from "../backoff.ts";
import type { Failure } from "../kandji/failure.ts";
import type { Ports } from "../ports.ts";

const holdMs = 60_000;

/** What stands between a stream of a dataset and its next page. */
export interface Setback {
  readonly failure: Failure;
  readonly attempts: number;
  readonly since: number;
  readonly retryAt: number;
}

/** Failures that only somebody's hand mends: asked again every minute, so that the mend is noticed. */
const isHold = ({ kind }: Failure): boolean =>
  [
    "token-rejected",
    "token-lacks-permission",
    "not-available",
    "wrong-host",
    "different-account",
    "unexpected-answer",
  ].includes(kind);

export function setbackAfter(before: Setback | null, failure: Failure, ports: Pick<Ports, "now" | "random">): Setback {
  const now = ports.now();
  const attempts = before?.failure.kind === failure.kind ? before.attempts + 1 : 1;
  const pause = isHold(failure)
    ? Math.max(holdMs, failure.retryAfterMs ?? 0)
    : backoffMs(attempts, ports.random(), failure.retryAfterMs);
  return { failure, attempts, since: before?.since ?? now, retryAt: now + pause };
}
