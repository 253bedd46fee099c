import { integer, type Random } from "../../simulator/random.ts";
import type { Clock } from "./clock.ts";
import { currentLife, never, type Life } from "./life.ts";

/** What may befall an answer on its way, besides what the two ends do themselves. */
export interface Weather {
  /** Milliseconds that a request and its answer take, at the most. */
  readonly latencyMs: number;
  /** Share of the answers whose body stalls in the middle. */
  readonly slowBodies: number;
}

export interface Exchange {
  readonly url: string;
  readonly init: RequestInit;
  readonly status: number;
  readonly headers: Headers;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The outside world. */
  readonly world: (request: Request) => Promise<Response>;
  readonly reach: (life: Life, point: "before a request leaves" | "while a request is answered") => void;
  /** A request leaves. */
  readonly sent: (who: string, url: string) => void;
  /** The whole answer came back to whoever asked, and they were still there. */
  readonly received: (who: string, exchange: Exchange) => void;
  readonly slowed: () => void;
}

const stallMs = [200, 5_000, 29_000, 40_000] as const;

/** Carries requests out of the simulated platform, in simulated time. Whoever is killed meanwhile learns nothing any more. */
export class Network {
  weather: Weather = { latencyMs: 0, slowBodies: 0 };
  readonly #o: NetworkOptions;
  readonly #signals = new WeakMap<Request, AbortSignal>();

  constructor(options: NetworkOptions) {
    this.#o = options;
  }

  readonly fetch = async (life: Life, url: string, init: RequestInit): Promise<Response> => {
    const { clock, world, reach, sent, received } = this.#o;
    const { signal } = init;
    reach(life, "before a request leaves");
    sent(life.name, url);
    await this.#travel(signal);
    if (life.isOver) return never();
    // Node keeps the signal of a request, and all that hangs on it, longer than anybody needs it.
    const { signal: _, ...rest } = init;
    const request = new Request(url, rest);
    if (signal !== null && signal !== undefined) this.#signals.set(request, signal);
    clock.busy += 1;
    let response: Response;
    try {
      response = await currentLife.exit(() => world(request));
    } finally {
      clock.busy -= 1;
    }
    reach(life, "while a request is answered");
    await this.#travel(signal);
    if (life.isOver) return never();
    return this.#received(life, response, signal, () =>
      received(life.name, { url, init, status: response.status, headers: response.headers }),
    );
  };

  /** An answer that hangs is not waited for: the clock goes on. */
  readonly hang = async (request: Request): Promise<never> => {
    const { clock } = this.#o;
    clock.busy -= 1;
    return new Promise((_resolve, reject) => {
      this.#signals.get(request)?.addEventListener("abort", () => {
        clock.busy += 1;
        reject(new Error("The caller gave up"));
      });
    });
  };

  async #travel(signal: AbortSignal | null | undefined): Promise<void> {
    const { latencyMs } = this.weather;
    if (latencyMs === 0) return;
    const { clock, random } = this.#o;
    const ms = Math.floor(random() ** 3 * latencyMs);
    await unlessAborted(clock.wait(ms), signal);
  }

  /** The body as it comes in: whole, or in two halves with a pause between. */
  #received(life: Life, response: Response, signal: AbortSignal | null | undefined, whole: () => void): Response {
    const { clock, random, slowed } = this.#o;
    const { status, headers } = response;
    const isSlow = this.weather.slowBodies > 0 && random() < this.weather.slowBodies;
    if (isSlow) slowed();
    const pauseMs = isSlow ? (stallMs[integer(random, stallMs.length)] ?? 0) : 0;
    const read = async (): Promise<Uint8Array> => {
      if (pauseMs > 0) await unlessAborted(clock.wait(pauseMs), signal);
      clock.busy += 1;
      try {
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (!life.isOver) whole();
        return bytes;
      } finally {
        clock.busy -= 1;
      }
    };
    const text = async (): Promise<string> => new TextDecoder().decode(await read());
    return { status, headers, text, body: bodyOf(read) } as unknown as Response;
  }
}

async function* bodyOf(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await read();
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal | null | undefined): Promise<void> {
  if (signal === null || signal === undefined) return work;
  if (signal.aborted) throw new Error("Aborted");
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("Aborted")), { once: true });
    work.then(resolve, reject);
  });
}
