import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import { count, number } from "./format.ts";

/** Of the drawing; a slot is one wide. */
const height = 40;

/** Bars of one colour, one for each slot; `above`: they stand on those. */
export interface Layer {
  /** Names the colour, in the style sheet. */
  readonly tone?: string;
  readonly values: readonly number[];
  readonly above?: readonly number[];
}

/**
 * Numbers over time as bars, and in words what they come to: one path per colour, a broad stroke for each bar, so that a hundred
 * of them fit a page. The style sheet turns the drawing over: upwards is more.
 */
export function Bars({ layers, children }: { layers: readonly Layer[]; children?: Child }): JSX.Element {
  const slots = Math.max(1, ...layers.map(({ values }) => values.length));
  const most = Math.max(
    0,
    ...layers.flatMap(({ values, above }) => values.map((value, at) => value + (above?.[at] ?? 0))),
  );
  return (
    <figure>
      <svg class="bars" viewBox={`-.5 0 ${slots} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {layers.map(({ tone, values, above = [] }) => {
          const bars = values.map((value, at) => bar(at, value / most, (above[at] ?? 0) / most)).join("");
          return bars === "" ? null : <path class={tone} d={bars} />;
        })}
      </svg>
      <figcaption>{children}</figcaption>
    </figure>
  );
}

/** Records that were collected over a time, oldest slot first. */
export function Records(props: { slots: readonly number[]; within: string; slot: string }): JSX.Element {
  const { slots, within, slot } = props;
  const total = slots.reduce((sum, records) => sum + records, 0);
  return (
    <Bars layers={[{ values: slots }]}>
      {total === 0
        ? `No records in the last ${within}`
        : `${count(total, "record")} in the last ${within}, at most ${number(Math.max(...slots))} in ${slot}`}
    </Bars>
  );
}

/** `share` and `below` are shares of the height. */
function bar(at: number, share: number, below: number): string {
  if (!(share > 0)) {
    return "";
  }
  // At least a little, so that one among thousands is still seen.
  const foot = Math.round(below * height);
  return `M${at} ${foot}V${foot + Math.max(2, Math.round(share * height))}`;
}
