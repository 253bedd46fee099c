import { currentLife, type Life } from "./life.ts";

export interface Timer {
  readonly at: number;
  readonly ring: () => void;
  readonly life: Life | undefined;
}

/** A clock that stands still while anybody works, and jumps to what is waited for next. */
export class Clock {
  #now: number;
  /** Ascending by time. */
  readonly #timers: Timer[] = [];
  /** Work under way that needs turns of the real event loop: requests to the simulated ends, compression. */
  busy = 0;

  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  /** Rings for whoever sets it, unless they are gone by then. */
  set(ms: number, ring: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, ms), ring, life: currentLife.getStore() };
    let index = this.#timers.length;
    while (index > 0 && (this.#timers[index - 1]?.at ?? 0) > timer.at) index -= 1;
    this.#timers.splice(index, 0, timer);
    return timer;
  }

  clear(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  readonly wait = async (ms: number): Promise<void> => new Promise((resolve) => void this.set(ms, resolve));

  /** When the next timer of somebody who is still there rings; `Infinity` when nobody waits. */
  get nextAt(): number {
    while (this.#timers[0]?.life?.isOver === true) this.#timers.shift();
    return this.#timers[0]?.at ?? Infinity;
  }

  /** Moves on to a moment and rings what is due by then, one after the other. */
  async advanceTo(moment: number): Promise<void> {
    this.#now = Math.max(this.#now, moment);
    while (this.nextAt <= this.#now) {
      const timer = this.#timers.shift();
      const ring = timer?.ring ?? (() => {});
      if (timer?.life === undefined) ring();
      else currentLife.run(timer.life, ring);
      await this.settle();
    }
    await this.settle();
  }

  /** Lets everybody work until all wait: for a timer, for an answer that hangs, or for nothing any more. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet = this.busy === 0 ? quiet + 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
