/** Longest pause that we choose ourselves; an intake's or Kandji's `Retry-After` may be longer (contract §7.8). */
export const maxBackoffMs = 60_000;
const firstBackoffMs = 1_000;

/**
 * How long to wait after the n-th failure in a row (n from 1): exponential with full jitter, so that tenants which failed
 * together do not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backoffMs(failures: number, random: number, retryAfterMs: number | null): number {
  const ceiling = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(failures - 1, 10));
  return Math.max(Math.ceil(ceiling * random), retryAfterMs ?? 0);
}
