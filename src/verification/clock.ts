import type { Check } from "./check.ts";

/** More than a slow answer and the whole seconds of a `Date` header explain. */
const mostApartMs = 60_000;

const name = "Kandji: clock";

/** Compares Kandji's clock with this one. `aheadMs`: by how much Kandji's is ahead; `undefined` when no answer told. */
export function checkClock(aheadMs: number | undefined): Check {
  if (aheadMs === undefined) return { name, ok: true, message: "Kandji's answers do not tell the time" };
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const direction = aheadMs < 0 ? "behind" : "ahead of";
  const message =
    seconds === 0 ? "Kandji's clock and this one agree" : `Kandji's clock is ${seconds} s ${direction} this one`;
  if (Math.abs(aheadMs) <= mostApartMs) return { name, ok: true, message };
  const fix =
    "If you run this on a machine of your own, set its clock; if the Worker says so, report it to Kandji/Iru: nothing is lost, and lateness is shown wrongly";
  return { name, ok: false, message, fix };
}
