import type * as meanings from "./meaning/meaning.ts";
import type { Change, Meaning } from "./meaning/meaning.ts";

/** Where an event stands in the categories of ECS: https://www.elastic.co/docs/reference/ecs/ecs-category-field-values-reference. */

export interface Category {
  readonly kind: string;
  readonly category?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
}

const info = ["info"] as const;

const configuration: Readonly<Record<string, readonly string[]>> = {
  create: ["change", "creation"],
  update: ["change"],
  delete: ["deletion"],
};

const iam = (object: string): Readonly<Record<string, readonly string[]>> => ({
  create: [object, "creation"],
  update: [object, "change"],
  delete: [object, "deletion"],
});

/** The first three and `api_token` are those of Elastic's own package for Iru. */
const targets: Readonly<
  Record<string, { readonly category: string; readonly types: Readonly<Record<string, readonly string[]>> }>
> = {
  blueprint: { category: "configuration", types: configuration },
  library_item: { category: "configuration", types: configuration },
  device: { category: "configuration", types: configuration },
  api_token: { category: "iam", types: iam("admin") },
  tenant: { category: "configuration", types: configuration },
  admin: { category: "iam", types: iam("user") },
  user: { category: "iam", types: iam("user") },
};

export function categoryOf(meaning: Meaning, change: Change | undefined): Category {
  switch (meaning.kind) {
    case "activity":
      return activity(meaning);
    case "detection": {
      const category = meaning.by === "file" ? ["malware", "file"] : ["intrusion_detection", "process"];
      return { kind: "alert", category, type: info, action: meaning.finding.action };
    }
    case "vulnerability":
      return {
        // Only what is new calls for somebody.
        kind: meaning.finding.stage === "found" ? "alert" : "state",
        category: ["vulnerability"],
        type: info,
        action: meaning.finding.action,
      };
    case "posture":
      return {
        kind: "state",
        category: ["configuration"],
        type: info,
        action: meaning.finding.action,
        outcome: outcomeOf(meaning),
      };
    case "device":
      return { kind: "asset", category: ["host"], type: info, action: change };
    case "software":
      return { kind: "asset", category: ["package"], type: info, action: change };
    case "person":
      return { kind: "asset", category: ["iam"], type: ["user", "info"], action: change };
    case "other":
      return settings(change);
    default:
      return meaning satisfies never;
  }
}

/** Rows of the tenant's settings; of what a later version collects nothing is known. */
const settings = (change: Change | undefined): Category =>
  change === undefined ? { kind: "event" } : { kind: "state", category: ["configuration"], type: info, action: change };

const outcomes = { pass: "success", warning: "unknown", fail: "failure" } as const;

const outcomeOf = ({ result }: meanings.Posture): string => (result === undefined ? "unknown" : outcomes[result]);

function activity({ target, action, outcome }: meanings.Activity): Category {
  const known = target.type !== undefined && Object.hasOwn(targets, target.type) ? targets[target.type] : undefined;
  const hasType = known !== undefined && action !== undefined && Object.hasOwn(known.types, action);
  return {
    kind: "event",
    category: known === undefined ? undefined : [known.category],
    type: hasType ? known.types[action] : undefined,
    action,
    outcome: outcome === "success" ? outcome : outcome === "error" || outcome === "failed" ? "failure" : undefined,
  };
}
