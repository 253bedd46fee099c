import type { Format, FormatContext, ReadRecord } from "./format.ts";
import { fieldsIn, type Fields } from "../json.ts";
import { firstText, textAt, textOf } from "./meaning/fields.ts";

/**
 * RunReveal's structured webhook: what its columns of normalised events are filled from, and the record itself. Kandji sends
 * no addresses, so there is no `src` and no `dst`; what a record does not say is left out.
 */

/** `library_item.update` of an event, `devices.updated` of a record of state, `device-activity.enrollment` of what a device did. */
function eventNameOf(record: Fields, dataset: string): string {
  const type = textOf(record["event_type"]);
  if (type !== undefined) return type;
  const target = textOf(record["target_type"]);
  const action = textOf(record["action"]);
  if (target !== undefined && action !== undefined) return `${target}.${action}`;
  const what = changeIn(record) ?? textOf(record["action_type"]);
  return what === undefined ? dataset : `${dataset}.${what}`;
}

/** What the forwarder noticed of a row. */
const changeIn = (record: Fields): string | undefined => textAt(record["_forwarder"], "change");

/** Who acted. `_actor` is what `enrich` adds. */
function actorOf(record: Fields): Fields | undefined {
  const id = textOf(record["actor_id"]);
  const email = textAt(record["_actor"], "email");
  const username = textAt(record["_actor"], "name");
  return (id ?? email ?? username) === undefined ? undefined : { id, email, username };
}

interface Resource {
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly name?: string | undefined;
}

/** What was acted on, or what a record of state is about: its device, its vulnerability, or itself. */
function resourcesOf(record: Fields, dataset: string): readonly Resource[] | undefined {
  const resources: Resource[] = [
    { type: textOf(record["target_type"]), id: textOf(record["target_id"]), name: textAt(record["new_state"], "name") },
    deviceIn(record),
    { type: "vulnerability", id: textOf(record["cve_id"]) },
  ];
  // An event's own id names the event, not what it is about.
  if (changeIn(record) !== undefined)
    resources.push({ type: dataset, id: textOf(record["id"]), name: textOf(record["name"]) });
  const named = resources.filter(({ id }) => id !== undefined);
  return named.length === 0 ? undefined : named;
}

/** The keys under which datasets name the device that a record is about. */
function deviceIn(record: Fields): Resource {
  const { device_info: info, computer } = record;
  const noted = fieldsIn(record["_forwarder"])["device"];
  return {
    type: "device",
    id: textOf(record["device_id"]) ?? textAt(info, "id") ?? textAt(computer, "id") ?? textAt(noted, "id"),
    name:
      firstText(record, ["device_name", "device__name"]) ??
      textAt(info, "name") ??
      textAt(computer, "name") ??
      textAt(noted, "name"),
  };
}

function shape({ raw, value, time }: ReadRecord, { tenant, dataset }: FormatContext): string {
  const record = fieldsIn(value);
  const envelope = JSON.stringify({
    eventName: eventNameOf(record, dataset),
    // Without one RunReveal takes the time of receipt.
    eventTime: time?.text,
    readOnly: false,
    actor: actorOf(record),
    service: { name: "kandji" },
    resources: resourcesOf(record, dataset),
    tags: {
      tenant,
      dataset,
      id: textOf(record["id"]),
      change: changeIn(record),
      actor_type: textOf(record["actor_type"]),
      target_component: textOf(record["target_component"]),
    },
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
