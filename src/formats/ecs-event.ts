import { membersOf } from "../json.ts";
import type * as meanings from "./meaning/meaning.ts";
import type { Change, Meaning } from "./meaning/meaning.ts";

/** Where an event stands in the categories of ECS: https://www.elastic.co/docs/reference/ecs/ecs-category-field-values-reference. */

export interface Place {
  readonly kind: string;
  readonly category: readonly string[] | undefined;
  readonly type: readonly string[] | undefined;
  /** The three as members of a JSON object, with a comma before each: they are few, and writing them anew costs (`npm run bench`). */
  readonly text: string;
}

export interface Category {
  readonly place: Place;
  readonly action: string | undefined;
  readonly outcome: string | undefined;
}

function placed(kind: string, category?: readonly string[], type?: readonly string[]): Place {
  return { kind, category, type, text: membersOf({ kind, category, type }) };
}

interface Target {
  readonly byAction: Readonly<Record<string, Place>>;
  /** For other actions. */
  readonly otherwise: Place;
}

const configuration: Target = {
  byAction: {
    create: placed("event", ["configuration"], ["change", "creation"]),
    update: placed("event", ["configuration"], ["change"]),
    delete: placed("event", ["configuration"], ["deletion"]),
  },
  otherwise: placed("event", ["configuration"]),
};

const iam = (object: string): Target => ({
  byAction: {
    create: placed("event", ["iam"], [object, "creation"]),
    update: placed("event", ["iam"], [object, "change"]),
    delete: placed("event", ["iam"], [object, "deletion"]),
  },
  otherwise: placed("event", ["iam"]),
});

/** The first three and `api_token` are those of Elastic's own package for Iru. */
const targets: Readonly<Record<string, Target>> = {
  blueprint: configuration,
  library_item: configuration,
  device: configuration,
  api_token: iam("admin"),
  tenant: configuration,
  admin: iam("user"),
  user: iam("user"),
};

const info = ["info"] as const;

const places = {
  malware: placed("alert", ["malware", "file"], info),
  intrusion: placed("alert", ["intrusion_detection", "process"], info),
  newVulnerability: placed("alert", ["vulnerability"], info),
  vulnerability: placed("state", ["vulnerability"], info),
  settings: placed("state", ["configuration"], info),
  device: placed("asset", ["host"], info),
  software: placed("asset", ["package"], info),
  person: placed("asset", ["iam"], ["user", "info"]),
  unknown: placed("event"),
};

export function categoryOf(meaning: Meaning, change: Change | undefined): Category {
  switch (meaning.kind) {
    case "activity":
      return activity(meaning);
    case "detection":
      return stands(meaning.by === "file" ? places.malware : places.intrusion, meaning.finding.action);
    case "vulnerability":
      // Only what is new calls for somebody.
      return stands(
        meaning.finding.stage === "found" ? places.newVulnerability : places.vulnerability,
        meaning.finding.action,
      );
    case "posture":
      return stands(places.settings, meaning.finding.action, outcomeOf(meaning));
    case "device":
      return stands(places.device, change);
    case "software":
      return stands(places.software, change);
    case "person":
      return stands(places.person, change);
    case "other":
      // Rows of the tenant's settings; of what a later version collects nothing is known.
      return stands(change === undefined ? places.unknown : places.settings, change);
    default:
      return meaning satisfies never;
  }
}

const stands = (place: Place, action: string | undefined, outcome?: string): Category => ({ place, action, outcome });

const outcomes = { pass: "success", warning: "unknown", fail: "failure" } as const;

const outcomeOf = ({ result }: meanings.Posture): string => (result === undefined ? "unknown" : outcomes[result]);

function activity({ target, action, outcome }: meanings.Activity): Category {
  const word = outcome === "error" || outcome === "failed" ? "failure" : outcome;
  return stands(placeOf(target.type, action), action, word === "success" || word === "failure" ? word : undefined);
}

function placeOf(type: string | undefined, action: string | undefined): Place {
  const target = type !== undefined && Object.hasOwn(targets, type) ? targets[type] : undefined;
  if (target === undefined) return places.unknown;
  const { byAction, otherwise } = target;
  return (action !== undefined && Object.hasOwn(byAction, action) ? byAction[action] : undefined) ?? otherwise;
}
