import type { Context } from "hono";

/** Lets work go on after the answer. Outside of the platform, in a test, there is no execution context to hold on to. */
export function keepAlive(c: Context, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work);
  } catch {
    void work;
  }
}
