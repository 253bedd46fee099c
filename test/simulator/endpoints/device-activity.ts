/** `/devices/{device_id}/activity`: pages by offset within an envelope within an object; rows grow at the end. */
import type { Activity, Device } from "../fleet/device.ts";
import { drawHex, mix } from "../fleet/draw.ts";
import { zulu } from "../fleet/moments.ts";
import { good, notFound, windowOf, type Answer, type Endpoint, type Question } from "./endpoint.ts";

const MAX_LIMIT = 300;

/** Written by hand where the digits are more than a double holds. */
function detailsOf(device: Device, { id, type }: Activity): string {
  const seed = mix(device.seed, id);
  switch (type) {
    case "enrollment":
      return JSON.stringify({ blueprint_name: device.blueprint.name, enrollment_type: "DEP" });
    case "name_changed":
      return JSON.stringify({ new_name: device.name });
    case "device_csp_application":
      return (
        `{"library_item_id":"${device.blueprint.items[0]?.id ?? ""}","library_item_version":${seed % 40},` +
        `"timeline_id":115292150460684${seed % 10_000_000},"diff_info":{"added":[],"took":${seed % 90}.50}}`
      );
    case "routing_arrival":
      return JSON.stringify({ node: drawHex(seed, 1, 8), blueprint_name: device.blueprint.name });
    default:
      return JSON.stringify({ command_type: "DeviceInformation", command_uuid: drawHex(seed, 2, 32), status: type });
  }
}

function activityRow(device: Device, activity: Activity): string {
  const { blueprint, user } = device;
  const computer = { id: device.id, name: device.name, is_removed: false };
  const where = activity.type === "enrollment" ? { id: blueprint.id, name: blueprint.name, is_removed: false } : null;
  const who = activity.type === "routing_arrival" && user !== undefined ? { id: user.id, email: user.email } : null;
  return (
    `{"id":${activity.id},"created_at":"${zulu(activity.at)}","action_type":"${activity.type}",` +
    `"details":${detailsOf(device, activity)},"computer":${JSON.stringify(computer)},` +
    `"blueprint":${JSON.stringify(where)},"user":${JSON.stringify(who)},"external_token":null,"blueprint_routing":null}`
  );
}

function answerActivity({ fleet, inPath, query, url }: Question): Answer {
  const device = fleet.state.device(inPath[0] ?? "");
  if (device === undefined) return notFound();
  const window = windowOf(query, MAX_LIMIT, MAX_LIMIT);
  if ("status" in window) return window;
  const { limit, offset } = window;
  const count = device.activity.length;
  const rows = device.activity.slice(offset, offset + limit).map((activity) => activityRow(device, activity));
  const link = (to: number): string => `${url.origin}${url.pathname}?limit=${limit}&offset=${to}`;
  const next = offset + limit < count ? link(offset + limit) : null;
  const previous = offset > 0 ? link(Math.max(0, offset - limit)) : null;
  const links = `"next":${JSON.stringify(next)},"previous":${JSON.stringify(previous)}`;
  const activity = `{"count":${count},${links},"results":[${rows.join(",")}]}`;
  return good(`{"device_id":"${device.id}","activity":${activity}}`, rows);
}

export const DEVICE_ACTIVITY: readonly Endpoint[] = [
  { template: "/api/v1/devices/{device_id}/activity", dataset: "device-activity", answer: answerActivity },
];
