/** A page of what Kandji's EDR detected: its two endpoints and their successors take the same limits and sort alike. */
import { sorted, sortOf, windowOf, wrongField, type Answer } from "./endpoint.ts";

const MAX_LIMIT = 1000;

/** By the name that stands in `sort_by`: what of each is compared. */
export type Orderings<T> = Readonly<Record<string, (detection: T) => string | number>>;

/** The texts of its rows, or the answer that refuses the question. */
export function detectionRows<T>(
  query: URLSearchParams,
  detections: readonly T[],
  orderings: Orderings<T>,
  write: (detection: T) => object,
): readonly string[] | Answer {
  const window = windowOf(query, MAX_LIMIT, MAX_LIMIT);
  if ("status" in window) return window;
  const [direction, field] = sortOf(query, "-detection_date");
  const key = orderings[field];
  if (key === undefined) return wrongField("sort_by", `"${field}" is not a valid choice.`);
  return sorted(detections, direction, key)
    .slice(window.offset, window.offset + window.limit)
    .map((detection) => JSON.stringify(write(detection)));
}
