import type { JSX } from "hono/jsx/jsx-runtime";
import { count, number } from "./format.ts";

const height = 40;
const step = 10;
const width = 8;

/** Records of the last 24 hours as bars: one path, so that a hundred of them fit a page. */
export function Bars({ lastDay }: { lastDay: readonly number[] }): JSX.Element {
  const total = lastDay.reduce((sum, hour) => sum + hour, 0);
  const most = Math.max(0, ...lastDay);
  const caption =
    total === 0
      ? "No records in the last 24 h"
      : `${count(total, "record")} in the last 24 h, at most ${number(most)} in an hour`;
  const full = step * Math.max(1, lastDay.length);
  return (
    <figure>
      <svg class="bars" viewBox={`0 0 ${full} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="floor" d={`M0 ${height - 0.5}H${full}`} />
        <path d={lastDay.map((hour, index) => bar(index, hour, most)).join("")} />
      </svg>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

function bar(index: number, records: number, most: number): string {
  if (records <= 0) {
    return "";
  }
  // At least a little, so that one record among thousands is still seen.
  const tall = Math.max(2, Math.round((records / most) * height));
  return `M${index * step + 1} ${height}v-${tall}h${width}v${tall}z`;
}
