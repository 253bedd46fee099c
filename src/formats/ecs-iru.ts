import { fieldOf, type Fields } from "../json.ts";
import { momentAt, objectAt, objectOf, textAt, textOf, textsAt } from "./meaning/fields.ts";

/**
 * What Elastic's own package for Iru puts under `iru`, so that its dashboards find it
 * (https://github.com/elastic/integrations/tree/main/packages/iru), and the ECS documents that Kandji's engines write themselves.
 */

/** Null and "" are left out, as the package does. */
const known = (value: unknown, key: string): unknown => {
  const field = fieldOf(value, key);
  return field === null || field === "" ? undefined : field;
};

export function iruAudit(event: Fields): Fields {
  const type = textOf(event["actor_type"]);
  return {
    actor: { id: type === "user" ? undefined : textOf(event["actor_id"]), type },
    target: {
      id: textOf(event["target_id"]),
      type: textOf(event["target_type"]),
      component: textOf(event["target_component"]),
    },
    new_state: filled(event["new_state"]),
    metadata: filled(event["metadata"]),
    admin: filled(event["admin"]) ?? filled(event["_actor"]),
  };
}

/** Nothing where the object is empty, as the package has it. */
function filled(field: unknown): Fields | undefined {
  const object = objectOf(field);
  for (const _ in object) return object;
  return undefined;
}

const isoAt = (value: unknown, key: string): string | undefined => momentAt(value, key)?.text;

export function iruDevice(value: unknown): Fields {
  const user = objectAt(value, "user");
  return {
    device_id: textAt(value, "device_id"),
    serial_number: textAt(value, "serial_number"),
    model: textAt(value, "model"),
    platform: textAt(value, "platform"),
    supplemental_build_version: textAt(value, "supplemental_build_version"),
    supplemental_os_version_extra: textAt(value, "supplemental_os_version_extra"),
    last_check_in: isoAt(value, "last_check_in"),
    first_enrollment: isoAt(value, "first_enrollment"),
    last_enrollment: isoAt(value, "last_enrollment"),
    user: user && { is_archived: known(user, "is_archived"), active: known(user, "active") },
    asset_tag: textAt(value, "asset_tag"),
    blueprint: { id: textAt(value, "blueprint_id"), name: textAt(value, "blueprint_name") },
    mdm_enabled: known(value, "mdm_enabled"),
    agent: { installed: known(value, "agent_installed"), version: textAt(value, "agent_version") },
    is_missing: known(value, "is_missing"),
    is_removed: known(value, "is_removed"),
    lost_mode_status: textAt(value, "lost_mode_status"),
    tags: textsAt(value, "tags"),
  };
}

/** A device is an entity for the package. */
export const entityOf = (value: unknown): Fields => ({
  id: textAt(value, "device_id"),
  name: textAt(value, "device_name"),
  type: ["host"],
  source: "iru",
  last_seen_timestamp: isoAt(value, "last_check_in"),
});

/** The field sets that Kandji's documents have, and ECS too. */
const hoisted = ["file", "process", "host", "vulnerability"] as const;

/** What a document says of where it stands, as far as ECS has the words. */
export interface WrittenCategory {
  readonly kind: string | undefined;
  readonly category: readonly string[] | undefined;
  readonly type: readonly string[] | undefined;
  readonly outcome: string | undefined;
}

/** The ECS document inside an event of an engine: what it says is better than what could be made of it. */
export function documentIn(event: Fields): Fields | undefined {
  const type = event["target_type"];
  return type === "file_detection" || type === "vulnerability" ? objectOf(event["new_state"]) : undefined;
}

/** Puts the field sets of a document in the place of others. */
export function hoist(document: Fields, event: Fields, sets: Record<string, unknown>): void {
  for (const key of hoisted) {
    const field = objectOf(document[key]);
    if (field !== undefined) sets[key] = field;
  }
  // Where a person acted, `user` is that person.
  const user = objectOf(document["user"]);
  if (user !== undefined && event["actor_type"] !== "user") sets["user"] = user;
}

// https://www.elastic.co/docs/reference/ecs/ecs-category-field-values-reference
const kinds = new Set(["alert", "asset", "enrichment", "event", "metric", "signal", "state"]);
const outcomes = new Set(["success", "failure", "unknown"]);
const categories = new Set(
  (
    "api authentication configuration database driver email file host iam intrusion_detection library malware network " +
    "package process registry session threat vulnerability web"
  ).split(" "),
);
const types = new Set(
  (
    "access admin allowed change connection creation deletion denied device end error group indicator info installation " +
    "protocol start user"
  ).split(" "),
);

/** Where it stands by its own words, as far as ECS has them: it allows no others. */
export function categoryIn(document: Fields): WrittenCategory {
  const event = objectOf(document["event"]);
  const among = (allowed: ReadonlySet<string>, key: string): readonly string[] | undefined => {
    const one = textAt(event, key);
    const words = (textsAt(event, key) ?? (one === undefined ? [] : [one])).filter((word) => allowed.has(word));
    return words.length === 0 ? undefined : words;
  };
  return {
    kind: among(kinds, "kind")?.[0],
    category: among(categories, "category"),
    type: among(types, "type"),
    outcome: among(outcomes, "outcome")?.[0],
  };
}
