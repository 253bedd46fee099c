/** Members that move whenever a device is heard of, or just with the clock, although nothing became different. */
const VOLATILE: ReadonlySet<string> = new Set([
  "last_check_in",
  "last_check_in_datetime",
  "last_checkin",
  "last_checkin_agent",
  "last_checkin_mdm",
  "last_collected_at",
  "reported_at",
  "time_since_boot",
  "updated_at",
]);

/** The text of a row with nothing in it that moves by itself. */
export function withoutVolatile(row: string): string {
  return JSON.stringify(JSON.parse(row), (name, value: unknown) => (VOLATILE.has(name) ? undefined : value));
}
