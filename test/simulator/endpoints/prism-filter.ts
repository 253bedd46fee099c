/**
 * `filter` of Prism: JSON of field, operator and value. Filters on the times of a row are decided before its text is
 * written, so that a delta read of a large fleet is cheap.
 */
import type { RowTimes } from "../prism/prism-row.ts";

type Test = (value: unknown) => boolean;

export interface RowFilter {
  readonly byTimes: (times: RowTimes) => boolean;
  /** `undefined` when the times decide alone. */
  readonly byText: ((text: string) => boolean) | undefined;
}

const momentOf = (value: unknown): number => {
  if (typeof value === "number") return value;
  const text = typeof value === "string" ? value.replace(" ", "T") : "";
  return Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) || !text.includes("T") ? text : `${text}Z`);
};

const strings = (given: unknown): readonly string[] | undefined =>
  Array.isArray(given) && given.every((one) => typeof one === "string") ? given : undefined;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};

/** `undefined` for an operator that there is not, or a value that is none for it. */
function testOf(operator: string, given: unknown): Test | undefined {
  const compare = COMPARISONS[operator];
  if (compare !== undefined) {
    const bound = momentOf(given);
    return Number.isNaN(bound) ? undefined : (value) => compare(momentOf(value), bound);
  }
  if (operator === "eq") return typeof given === "boolean" ? (value) => value === given : undefined;
  if (operator === "or") return isRecord(given) ? anyOf(given) : undefined;
  const words = strings(given);
  if (words === undefined) return undefined;
  if (operator === "in") return (value) => words.includes(shown(value));
  if (operator === "not_in") return (value) => !words.includes(shown(value));
  if (operator === "like") return (value) => words.some((word) => shown(value).includes(word));
  if (operator === "not_like") return (value) => words.every((word) => !shown(value).includes(word));
  return undefined;
}

/** Outside of a window: before its one end or after its other. */
function anyOf(operators: Record<string, unknown>): Test | undefined {
  const tests = Object.entries(operators).map(([operator, given]) => testOf(operator, given));
  return tests.includes(undefined) ? undefined : (value) => tests.some((test) => test?.(value) === true);
}

const TIMES: ReadonlySet<string> = new Set<keyof RowTimes>(["created_at", "updated_at", "last_collected_at"]);

/** `undefined` for a filter that is refused. */
export function readFilter(text: string): RowFilter | undefined {
  let filter: unknown;
  try {
    filter = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(filter)) return undefined;
  const tests: [field: string, test: Test][] = [];
  for (const [field, operators] of Object.entries(filter)) {
    if (!isRecord(operators)) return undefined;
    for (const [operator, given] of Object.entries(operators)) {
      const test = testOf(operator, given);
      if (test === undefined) return undefined;
      tests.push([field, test]);
    }
  }
  const timely = tests.filter(([field]) => TIMES.has(field));
  const others = tests.filter(([field]) => !TIMES.has(field));
  const byText = (row: string): boolean => {
    const fields = JSON.parse(row) as Record<string, unknown>;
    return others.every(([field, test]) => test(fields[field]));
  };
  return {
    byTimes: (times) => timely.every(([field, test]) => test(times[field as keyof RowTimes])),
    byText: others.length === 0 ? undefined : byText,
  };
}
