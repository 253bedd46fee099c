import { exchange } from "../http.ts";
import type { Ports } from "../ports.ts";
import { sqlOf } from "../sqlite.ts";

/** The ports of a Durable Object: the runtime's clock, chance, network and SQLite. */
export function platformPorts(storage: DurableObjectStorage): Ports {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    sleep: (ms) => scheduler.wait(ms),
    http: (request, limits) => exchange((url, init) => fetch(url, init), request, limits),
    sql: sqlOf(storage),
  };
}
