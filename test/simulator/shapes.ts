/** The forwarder's formats, as a reader of an intake knows them: each has what Kandji sent somewhere in it. */

type Shaped = Readonly<Record<string, unknown>> & {
  readonly class_uid?: unknown;
  readonly raw_data?: unknown;
  readonly event?: { readonly original?: unknown };
};

/** What Kandji sent, to the character, out of a record in any format. */
export function rawOf(text: string): string {
  const shaped = read(text);
  const { class_uid: ocsfClass, raw_data: ocsf, event } = shaped;
  if (typeof ocsfClass === "number" && typeof ocsf === "string") return ocsf;
  if (typeof event?.original === "string") return event.original;
  // RunReveal and Panther are given the record itself, among keys of their own. The text `,"record":` stands in no JSON
  // string, whose quotes are escaped, and in no other part of the envelope.
  const runreveal = /^\{"eventName":.*?,"record":(.*)\}$/su.exec(text)?.[1];
  return runreveal ?? withoutPanthers(text, shaped);
}

/** A time of the forwarder's has milliseconds, one of Kandji's microseconds. */
const pantherMembers = {
  received_at: String.raw`"received_at":"[^"]{19}\.\d{3}Z"`,
  tenant_id: String.raw`"tenant_id":"(?:[^"\\]|\\.)*"`,
} as const;

/** Takes off what the format `panther` puts at the end: both keys, or the one that Kandji did not send itself. */
function withoutPanthers(text: string, shaped: Shaped): string {
  const keys = Object.keys(shaped);
  const { received_at: received, tenant_id: tenant } = pantherMembers;
  const last = keys.at(-1);
  const endings = [
    ...(keys.at(-2) === "received_at" && last === "tenant_id" ? [`${received},${tenant}`] : []),
    ...(last === "tenant_id" && keys.includes("received_at") ? [tenant] : []),
    ...(last === "received_at" && keys.includes("tenant_id") ? [received] : []),
  ];
  for (const ending of endings) {
    const found = new RegExp(`,?${ending}\\}$`, "u").exec(text);
    if (found === null) continue;
    const whole = `${text.slice(0, found.index)}}`;
    // What was no object was put into one.
    return Object.keys(read(whole)).join() === "value" ? whole.slice('{"value":'.length, -1) : whole;
  }
  return text;
}

function read(text: string): Shaped {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Shaped) : {};
  } catch {
    return {};
  }
}
