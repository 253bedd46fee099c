import type { Format, FormatContext, ReadRecord } from "./format.ts";
import { fieldOf } from "./json.ts";

/**
 * RunReveal's structured webhook: what its columns of normalised events are filled from, and the record itself. Kandji sends
 * no addresses, so there is no `src` and no `dst`; what a record does not say is left out.
 */

/** The first text, or whole number, that stands under one of the paths; undefined where there is none. */
function textAt(value: unknown, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    let found = value;
    for (const key of path.split(".")) found = fieldOf(found, key);
    if (Number.isSafeInteger(found)) return String(found);
    if (typeof found === "string" && found !== "") return found;
  }
  return undefined;
}

/** Without what is undefined. RunReveal's maps take texts alone. */
const known = (pairs: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(pairs).filter((pair): pair is [string, string] => pair[1] !== undefined));

/** `library_item.update` of an event, `devices.updated` of a record of state, `device-activity.enrollment` of what a device did. */
function eventNameOf(value: unknown, dataset: string): string {
  const type = textAt(value, "event_type");
  if (type !== undefined) return type;
  const [target, action] = [textAt(value, "target_type"), textAt(value, "action")];
  if (target !== undefined && action !== undefined) return `${target}.${action}`;
  const what = textAt(value, "_forwarder.change", "action_type");
  return what === undefined ? dataset : `${dataset}.${what}`;
}

/** Who acted. `_actor` is what `enrich` adds. */
const actorOf = (value: unknown): Record<string, string> =>
  known({
    id: textAt(value, "actor_id"),
    email: textAt(value, "_actor.email"),
    username: textAt(value, "_actor.name"),
  });

/** What was acted on, or what a record of state is about: its device, its vulnerability, or itself. */
function resourcesOf(value: unknown, dataset: string): Record<string, string>[] {
  const resources = [
    { type: textAt(value, "target_type"), id: textAt(value, "target_id"), name: textAt(value, "new_state.name") },
    {
      type: "device",
      id: textAt(value, "device_id", "device_info.id", "computer.id", "_forwarder.device.id"),
      name: textAt(value, "device_name", "device__name", "device_info.name", "computer.name", "_forwarder.device.name"),
    },
    { type: "vulnerability", id: textAt(value, "cve_id") },
    // An event's own id names the event, not what it is about.
    ...(textAt(value, "_forwarder.change") === undefined
      ? []
      : [{ type: dataset, id: textAt(value, "id"), name: textAt(value, "name") }]),
  ];
  return resources.filter(({ id }) => id !== undefined).map(known);
}

const tagsOf = (value: unknown, { tenant, dataset }: FormatContext): Record<string, string> =>
  known({
    tenant,
    dataset,
    id: textAt(value, "id"),
    change: textAt(value, "_forwarder.change"),
    actor_type: textAt(value, "actor_type"),
    target_component: textAt(value, "target_component"),
  });

function shape({ raw, value, time }: ReadRecord, context: FormatContext): string {
  const { dataset } = context;
  const actor = actorOf(value);
  const resources = resourcesOf(value, dataset);
  const envelope = JSON.stringify({
    eventName: eventNameOf(value, dataset),
    // Without one RunReveal takes the time of receipt.
    ...(time === undefined ? {} : { eventTime: time.text }),
    readOnly: false,
    ...(Object.keys(actor).length === 0 ? {} : { actor }),
    service: { name: "kandji" },
    ...(resources.length === 0 ? {} : { resources }),
    tags: tagsOf(value, context),
  });
  // Spliced in as it stands: parsed and written again, numbers beyond 2^53 would change.
  return `${envelope.slice(0, -1)},"record":${raw.trim()}}`;
}

export const runreveal: Format = {
  name: "runreveal",
  title: "RunReveal's structured webhook",
  source: new URL("https://docs.runreveal.com/sources/source-types/structured-webhooks"),
  version: 1,
  shape,
};
