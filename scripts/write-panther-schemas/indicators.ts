/**
 * Fields of Kandji whose values Panther is to find in every log, by the name of the indicator. `trace_id` for the ids of
 * devices, as Panther's own `Iru.Audit` has it for `target_id`: so a search for one leads from an audit event to the device.
 * https://docs.panther.com/search/panther-fields
 */
const fields: Readonly<Record<string, readonly string[]>> = {
  email: ["email", "device__user_email"],
  serial_number: ["serial_number", "device_serial_number"],
  sha256: ["sha256", "file_hash"],
  ip: ["ip_address", "public_ip"],
  hostname: ["local_hostname", "host_name"],
  username: ["username", "process_owner", "owner", "local_user"],
  trace_id: ["device_id"],
};

const byField: ReadonlyMap<string, string> = new Map(
  Object.entries(fields).flatMap(([indicator, names]) => names.map((name) => [name, indicator] as const)),
);

export function indicatorsOf(name: string): { readonly indicators?: readonly string[] } {
  const indicator = byField.get(name);
  return indicator === undefined ? {} : { indicators: [indicator] };
}
