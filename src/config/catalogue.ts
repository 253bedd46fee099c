import { datasets } from "../datasets/registry.ts";
import type { FormatName } from "../destinations/destination.ts";
import { destinationTypes } from "../destinations/registry.ts";
import type { Complaint } from "../destinations/settings.ts";
import { nearest } from "./nearest.ts";

/** Names that are promised and may not be in this version yet: somebody who asks for one has not mistyped it. */

interface Catalogue {
  /** `a destination type`. */
  readonly noun: string;
  readonly has: readonly string[];
  readonly planned: ReadonlySet<string>;
}

const prism = [
  "activation-lock",
  "apps",
  "application-firewall",
  "cellular",
  "certificates",
  "desktop-and-screensaver",
  "device-information",
  "filevault",
  "gatekeeper-and-xprotect",
  "installed-profiles",
  "kernel-extensions",
  "launch-agents-and-daemons",
  "local-users",
  "startup-settings",
  "system-extensions",
  "transparency-database",
];

export const datasetCatalogue: Catalogue = {
  noun: "a dataset",
  has: [...datasets.keys()],
  planned: new Set([
    "audit-events",
    "threats",
    "behavioral-detections",
    "vulnerability-detections",
    "vulnerabilities",
    "devices",
    "device-details",
    "device-status",
    "device-activity",
    "device-apps",
    "users",
    "admins",
    "blueprints",
    "tags",
    "licensing",
    "forwarder-journal",
    "forwarder-health",
    ...prism.map((category) => `prism-${category}`),
  ]),
};

export const typeCatalogue: Catalogue = {
  noun: "a destination type",
  has: [...destinationTypes.keys()],
  planned: new Set([
    "datadog",
    "panther",
    "runreveal",
    "datable",
    "splunk-hec",
    "otlp",
    "elastic",
    "sentinel",
    "google-secops",
    "sumo-logic",
    "new-relic",
    "loki",
    "axiom",
    "better-stack",
    "logscale",
    "webhook",
    "r2",
  ]),
};

const formats: readonly FormatName[] = ["raw"];

export const formatCatalogue: Catalogue = {
  noun: "a format",
  has: formats,
  planned: new Set(["raw", "panther", "runreveal", "ocsf", "ecs"]),
};

/** What is wrong with a name: nothing, not in this version, or mistyped. The name itself is told only when it is one of ours. */
export function checkName(name: string, { noun, has, planned }: Catalogue): Complaint | undefined {
  if (has.includes(name)) return undefined;
  const choice = `This version has ${listed(has)}`;
  if (planned.has(name)) return { what: `asks for "${name}", which this version does not have yet`, fix: choice };
  const meant = nearest(name, has) ?? nearest(name, planned);
  return { what: `is not ${noun}`, fix: meant === undefined ? choice : `Did you mean "${meant}"? ${choice}` };
}

/** `"a", "b" and "c"`. */
export function listed(names: readonly string[], joint = "and"): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop() ?? "none";
  return quoted.length === 0 ? last : `${quoted.join(", ")} ${joint} ${last}`;
}
