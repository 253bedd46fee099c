/**
 * Lets loops that have nothing to do wait for those that work, since what one does may make work for another. When the
 * last one has nothing to do, all end.
 */
export class Pulse {
  #active = 0;
  #waiting: ((goOn: boolean) => void)[] = [];

  /** Whether another loop than the one that asks is at work. */
  get hasOthers(): boolean {
    return this.#active > 1;
  }

  /** Runs a loop as one of those that are waited for. */
  async run(loop: () => Promise<void>): Promise<void> {
    this.#active += 1;
    try {
      // Loops that are started together are all counted before one of them finds that it has nothing to do.
      await Promise.resolve();
      await loop();
    } finally {
      this.#active -= 1;
      this.#endIfAllIdle();
    }
  }

  /** Waits until something may have changed; false when every loop waits, so that nothing will. */
  async next(): Promise<boolean> {
    this.#active -= 1;
    const goesOn = new Promise<boolean>((resolve) => this.#waiting.push(resolve));
    this.#endIfAllIdle();
    return goesOn;
  }

  /** Something has changed: all who wait look again. */
  beat(): void {
    this.#wake(true);
  }

  #endIfAllIdle(): void {
    if (this.#active === 0) this.#wake(false);
  }

  #wake(goOn: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#active += waiting.length;
    for (const resolve of waiting) resolve(goOn);
  }
}
