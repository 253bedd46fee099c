/**
 * A Durable Object has six connections that wait for headers (https://developers.cloudflare.com/workers/platform/limits/).
 * The local runtime does not enforce it, so they are counted here: one for Kandji, four for destinations that work, one that
 * those which do not take in turn.
 */
export const healthyConnections = 4;
export const suspectConnections = 1;

export class Connections {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs `work` when a connection is free, in the order of asking. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
