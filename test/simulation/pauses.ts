/** A paused destination is not sent to (contract §6), once what was under way is over. */
import { intakeOf } from "./manners.ts";

const longestRequest = 65_000;
const everything = "*";

export class Pauses {
  /** Tenant and destination → since when. */
  readonly #since = new Map<string, number>();
  readonly #now: () => number;
  readonly #note: (problem: string) => void;

  constructor(now: () => number, note: (problem: string) => void) {
    this.#now = now;
    this.#note = note;
  }

  paused(tenant: string, destination = everything): void {
    this.#since.set(`${tenant} ${destination}`, this.#now());
  }

  resumed(tenant: string, destination = everything): void {
    this.#since.delete(`${tenant} ${destination}`);
  }

  sent(who: string, url: string): void {
    const intake = intakeOf(url);
    if (intake === undefined) return;
    for (const destination of [intake, everything]) {
      const since = this.#since.get(`${who} ${destination}`);
      if (since !== undefined && this.#now() > since + longestRequest)
        this.#note(`contract §6: ${who} sends to ${intake}, which is paused`);
    }
  }
}
