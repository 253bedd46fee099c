/** `/api/v1/blueprints`, `/api/v1/tags` and `/api/v1/settings/licensing`. */
import { uuidOf } from "../fleet/draw.ts";
import type { Family } from "../fleet/families.ts";
import type { Blueprint } from "../fleet/tenant.ts";
import { envelope, good, windowOf, wordsOf, type Answer, type Endpoint, type Question } from "./endpoint.ts";

const MAX_BLUEPRINTS = 1000;
const USUAL_BLUEPRINTS = 300;

/** Whoever has the code of a blueprint can enrol a device: it may not leave the tenant. */
function blueprintRow(blueprint: Blueprint, number: number, enrolmentCode: string): string {
  const code = String(Number(enrolmentCode) + number);
  return JSON.stringify({
    id: blueprint.id,
    name: blueprint.name,
    icon: "ss-laptop",
    color: ["aqua-500", "red-400", ""][number % 3],
    description: number % 2 === 0 ? "" : null,
    params: number % 2 === 0 ? {} : { [uuidOf("parameter")]: { details: null } },
    computers_count: blueprint.devices,
    enrollment_code: { code, is_active: number % 4 !== 3 },
    type: blueprint.type,
  });
}

function answerBlueprints({ query, fleet, url }: Question): Answer {
  const window = windowOf(query, USUAL_BLUEPRINTS, MAX_BLUEPRINTS);
  if ("status" in window) return window;
  const { limit, offset } = window;
  const { blueprints, enrolmentCode } = fleet.state.tenant;
  const ids = wordsOf(query, "id__in") ?? wordsOf(query, "id");
  const name = query.get("name") ?? "";
  const wanted = blueprints.filter((one) => (ids === undefined || ids.includes(one.id)) && one.name.includes(name));
  const rows = wanted
    .slice(offset, offset + limit)
    .map((one) => blueprintRow(one, blueprints.indexOf(one), enrolmentCode));
  const link = (to: number): string => {
    const there = new URL(url);
    there.searchParams.set("limit", String(limit));
    there.searchParams.set("offset", String(to));
    return there.href;
  };
  const next = offset + limit < wanted.length ? link(offset + limit) : null;
  const previous = offset > 0 ? link(Math.max(0, offset - limit)) : null;
  return envelope({ count: wanted.length }, next, previous, rows);
}

function answerTags({ query, fleet }: Question): Answer {
  const search = query.get("search") ?? "";
  const tags = fleet.state.tenant.tags.filter((tag) => tag.name.includes(search));
  return envelope(
    { count: tags.length },
    null,
    null,
    tags.map((tag) => JSON.stringify(tag)),
  );
}

function answerLicensing({ fleet }: Question): Answer {
  const count = (...families: readonly Family[]): number =>
    fleet.devices.filter((device) => families.includes(device.family)).length;
  // Bought for the fleet as it was planned, with some room.
  const most = Math.ceil(fleet.plan.devices * 1.2);
  const all = fleet.devices.length;
  const text = JSON.stringify({
    counts: {
      computers_count: all,
      ios_count: count("iPhone"),
      ipados_count: count("iPad"),
      macos_count: count("Mac"),
      tvos_count: count("AppleTV"),
    },
    limits: { plan_type: "single_limit", max_devices: most, max_devices_per_platform: { macos: 0, ios_ipados: 0 } },
    tenantOverLicenseLimit: all > most,
  });
  return good(text, [text]);
}

export const TENANT_SETTINGS: readonly Endpoint[] = [
  { template: "/api/v1/blueprints", dataset: "blueprints", answer: answerBlueprints },
  { template: "/api/v1/tags", dataset: "tags", answer: answerTags },
  { template: "/api/v1/settings/licensing", dataset: "licensing", answer: answerLicensing },
];
