import { exchange } from "../http.ts";
import type { Ports } from "../ports.ts";
import { sqlOf } from "../sqlite.ts";
import { isForBucket, putObject } from "./bucket.ts";

/** The ports of a Durable Object: the runtime's clock, chance, network and SQLite, and the buckets that `env` binds. */
export function platformPorts(storage: DurableObjectStorage, env: object): Ports {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    sleep: (ms) => scheduler.wait(ms),
    http: (request, limits) =>
      isForBucket(request)
        ? putObject(env, request, limits)
        : exchange((url, init) => fetch(url, init), request, limits),
    sql: sqlOf(storage),
  };
}
