import type { Failure } from "../../kandji/failure.ts";

/** Devices that are gone one after the other before any had a row: then it is perhaps not they who are gone. */
const mostGone = 3;
/** A device that fails so often is left out of this walk. */
const mostFailures = 3;
/** Where several before it were left out it is perhaps Kandji that fails, and it is given more time. */
const mostLeftOut = 3;
const mostFailuresLater = 30;

/** What becomes of a device that was asked in vain: asked again, passed over as one that is gone, left out, or the list is read anew. */
export type Verdict = "wait" | "gone" | "left-out" | "all-gone";

export const isGone = ({ status }: Failure): boolean => status === 404 || status === 410;

/** How long a walk over all devices waits for one of them. */
export class Patience {
  /** Devices in a row. */
  #gone = 0;
  #leftOut = 0;
  /** Of the device that is asked. */
  #failures = 0;

  /** A device answered. */
  renew(): void {
    this.#gone = 0;
    this.#leftOut = 0;
    this.#failures = 0;
  }

  judge(failure: Failure, isPoisoned: boolean, hasRows: boolean): Verdict {
    this.#failures += 1;
    if (isGone(failure)) {
      this.#gone += 1;
      this.#failures = 0;
      return this.#gone >= mostGone && !hasRows ? "all-gone" : "gone";
    }
    const most = this.#leftOut < mostLeftOut ? mostFailures : mostFailuresLater;
    if (!isPoisoned && (failure.kind !== "kandji-unavailable" || this.#failures < most)) return "wait";
    this.#leftOut += 1;
    this.#failures = 0;
    return "left-out";
  }
}
