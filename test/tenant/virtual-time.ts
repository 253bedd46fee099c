/** A clock that stands still while anybody works, and jumps to the next thing that is waited for when nobody does. */
export class VirtualTime {
  #now: number;
  readonly #timers: { readonly at: number; readonly ring: () => void }[] = [];
  /** Work under way that needs real turns of the event loop: requests to the simulator. */
  busy = 0;

  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly sleep = async (ms: number): Promise<void> =>
    new Promise((resolve) => void this.#timers.push({ at: this.#now + ms, ring: resolve }));

  /** Waits for `work`, but no longer than that; the timer goes with it. */
  async within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
    const timer = { at: this.#now + ms, ring: (): void => undefined };
    const isLate = new Promise<never>((_resolve, reject) => (timer.ring = () => reject(late())));
    this.#timers.push(timer);
    try {
      return await Promise.race([work, isLate]);
    } finally {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    }
  }

  /** Moves on without anybody waiting. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.#settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#ring(next);
      await this.#settle();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Lets time pass until `work` is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const done = work.finally(() => (state.isDone = true));
    // Whoever awaits `done` hears of a failure; this keeps it from being called unhandled meanwhile.
    done.catch(() => undefined);
    await this.#settle();
    while (!state.isDone) {
      const next = this.#next(Infinity);
      if (next !== undefined) this.#ring(next);
      await this.#settle();
    }
    return done;
  }

  #next(until: number) {
    return this.#timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
  }

  #ring(timer: { readonly at: number; readonly ring: () => void }): void {
    this.#timers.splice(this.#timers.indexOf(timer), 1);
    this.#now = Math.max(this.#now, timer.at);
    timer.ring();
  }

  async #settle(): Promise<void> {
    let quiet = 0;
    while (quiet < 3) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.busy === 0 ? quiet + 1 : 0;
    }
  }
}
