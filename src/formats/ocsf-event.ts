import { other, type Enumerated } from "./ocsf-objects.ts";

/** What is different from event to event; the envelope is `ocsf.ts`. */
export interface Event {
  readonly class_uid: number;
  readonly class_name: string;
  readonly activity: Enumerated;
  readonly severity: Enumerated;
  /** Those of its class. */
  readonly attributes: object;
}

export const informational: Enumerated = { id: 1, name: "Informational" };

/** Whatever fits no class, or lacks what its class requires. */
export const baseEvent = (word: string | undefined, attributes: object = {}): Event => ({
  class_uid: 0,
  class_name: "Base Event",
  activity: other(word),
  severity: informational,
  attributes,
});
