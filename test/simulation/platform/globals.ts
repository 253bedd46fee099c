/**
 * The globals that the Workers runtime gives a program, for programs that run in a `Life`; everybody else keeps the real
 * ones. So the code under test is the code that is deployed, with nothing put in its place.
 */
import { gzipSync } from "node:zlib";
import type { Random } from "../../simulator/random.ts";
import type { Clock, Timer } from "./clock.ts";
import { currentLife, never, type Life } from "./life.ts";

export interface Surroundings {
  readonly clock: Clock;
  /** What the program's clock is off by, in milliseconds. */
  readonly skew: () => number;
  readonly random: Random;
  readonly fetch: (life: Life, url: string, init: RequestInit) => Promise<Response>;
  readonly log: (line: string) => void;
}

let around: Surroundings | undefined;

/** The surroundings of whoever runs now; undefined outside of a simulated program. */
const here = (): Surroundings | undefined => (currentLife.getStore() === undefined ? undefined : around);

/** Programs that run from now on live in these surroundings. One history at a time. */
export function surround(surroundings: Surroundings): void {
  around = surroundings;
}

const real = {
  now: Date.now,
  random: Math.random,
  fetch: globalThis.fetch,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  log: console.log,
  error: console.error,
};

const simulated = {
  now: (): number => {
    const found = here();
    return found === undefined ? real.now() : found.clock.now() + found.skew();
  },
  random: (): number => here()?.random() ?? real.random(),
  fetch: async (url: string, init: RequestInit): Promise<Response> => {
    const life = currentLife.getStore();
    return life === undefined || around === undefined ? real.fetch(url, init) : around.fetch(life, url, init);
  },
  setTimeout: (ring: () => void, ms: number): unknown => here()?.clock.set(ms, ring) ?? real.setTimeout(ring, ms),
  clearTimeout: (timer: unknown): void => {
    const clock = here()?.clock;
    if (clock === undefined) real.clearTimeout(timer as NodeJS.Timeout);
    else clock.clear(timer as Timer);
  },
  wait: async (ms: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> => {
    const clock = here()?.clock;
    if (clock === undefined) return never();
    return new Promise((resolve, reject) => {
      const timer = clock.set(ms, resolve);
      signal?.addEventListener("abort", () => {
        clock.clear(timer);
        reject(new Error("Aborted"));
      });
    });
  },
};

/** Compresses at once: that of Node does it in another thread, and nobody could tell when all wait. */
class PromptCompression extends TransformStream<Uint8Array, Uint8Array> {
  constructor() {
    const chunks: Uint8Array[] = [];
    const clock = here()?.clock;
    if (clock !== undefined) clock.busy += 1;
    super({
      transform: (chunk) => void chunks.push(chunk),
      flush: (controller) => {
        // How small it becomes is nobody's concern here, and this takes a third of the time.
        controller.enqueue(new Uint8Array(gzipSync(Buffer.concat(chunks), { level: 1 })));
        if (clock !== undefined) clock.busy -= 1;
      },
    });
  }
}

/** Puts the switches in, once per thread. */
export function installGlobals(): void {
  const tell =
    (usual: (...words: unknown[]) => void) =>
    (...words: unknown[]): void => {
      const found = here();
      if (found === undefined) usual(...words);
      else if (currentLife.getStore()?.isOver === false) found.log(words.map(String).join(" "));
    };
  Date.now = simulated.now;
  Math.random = simulated.random;
  Object.assign(globalThis, {
    fetch: simulated.fetch,
    setTimeout: simulated.setTimeout,
    clearTimeout: simulated.clearTimeout,
    scheduler: { wait: simulated.wait },
    CompressionStream: PromptCompression,
  });
  Object.assign(console, { log: tell(real.log), error: tell(real.error) });
}
