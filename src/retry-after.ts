/** A hundred years: further away is not a time that a date can hold. */
const longestMs = 100 * 365 * 24 * 3_600_000;

/** `Retry-After` in either form, seconds or HTTP date, as milliseconds from `now`; null when there is none that can be read. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(longestMs, Math.ceil(Number(text) * 1000));
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.min(longestMs, Math.max(0, date - now));
}
