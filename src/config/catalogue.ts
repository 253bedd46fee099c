import { datasets } from "../datasets/registry.ts";
import { formats } from "../formats/registry.ts";
import { destinationTypes } from "../destinations/registry.ts";
import type { Complaint } from "../destinations/settings.ts";
import { nearest } from "./nearest.ts";

/** The names that an operator may write. */

interface Catalogue {
  /** `a destination type`. */
  readonly noun: string;
  readonly has: readonly string[];
  /** What `has` in a few words, where there are many. */
  readonly brief?: string;
}

const ofDatasets = [...datasets.keys()];
const prism = "prism-";
const others = ofDatasets.filter((name) => !name.startsWith(prism));

export const datasetCatalogue: Catalogue = {
  noun: "a dataset",
  has: ofDatasets,
  brief: `${others.map((name) => `"${name}"`).join(", ")} and "${prism}" with one of its categories`,
};

export const typeCatalogue: Catalogue = {
  noun: "a destination type",
  has: [...destinationTypes.keys()],
};

export const formatCatalogue: Catalogue = {
  noun: "a format",
  has: [...formats.keys()],
};

/** What is wrong with a name; it is not repeated, since it may be anything. */
export function checkName(name: string, { noun, has, brief }: Catalogue): Complaint | undefined {
  if (has.includes(name)) return undefined;
  const choice = `This version has ${brief ?? listed(has)}`;
  const meant = nearest(name, has);
  return { what: `is not ${noun}`, fix: meant === undefined ? choice : `Did you mean "${meant}"? ${choice}` };
}

/** `"a", "b" and "c"`. */
export function listed(names: readonly string[], joint = "and"): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop() ?? "none";
  return quoted.length === 0 ? last : `${quoted.join(", ")} ${joint} ${last}`;
}
