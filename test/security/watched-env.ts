/**
 * The Worker's bindings with a note of everything that the Worker asks of objects: each call is what Cloudflare bills as a
 * request, and what it is given and answers is what leaves one object for another.
 */
import type { Env } from "../../src/env.ts";
import worker from "../../src/worker.ts";

export interface Call {
  /** `TENANTS acme`, `FORWARDER forwarder`. */
  readonly object: string;
  readonly method: string;
  readonly given: readonly unknown[];
  /** What it answered or threw; undefined while it is awaited. */
  answer: unknown;
}

export interface WatchedEnv {
  readonly env: Env;
  readonly calls: readonly Call[];
  /** `FORWARDER forwarder fleet` for each call since the last time. */
  take(): string[];
}

type Method = (...given: unknown[]) => Promise<unknown>;

export function watch(env: Env): WatchedEnv {
  const calls: Call[] = [];
  let taken = 0;
  const binding = (name: "TENANTS" | "FORWARDER") => ({
    getByName: (id: string) => watchStub(env[name].getByName(id), `${name} ${id}`, calls),
  });
  return {
    // Any other way to an object is one that nobody counts here: it is absent, so that who takes it fails.
    env: { ...env, TENANTS: binding("TENANTS"), FORWARDER: binding("FORWARDER") } as unknown as Env,
    calls,
    take() {
      const fresh = calls.slice(taken);
      taken = calls.length;
      return fresh.map(({ object, method }) => `${object} ${method}`);
    },
  };
}

function watchStub(stub: object, object: string, calls: Call[]): unknown {
  return new Proxy(stub, {
    get:
      (target, method) =>
      async (...given: unknown[]) => {
        const call: Call = { object, method: String(method), given, answer: undefined };
        calls.push(call);
        try {
          call.answer = await (Reflect.get(target, method) as Method)(...given);
          return call.answer;
        } catch (error) {
          call.answer = error;
          throw error;
        }
      },
  });
}

/** One request to the Worker, and what it leaves to be done after its answer. */
export async function askWorker(env: Env, path: string, init: RequestInit = {}): Promise<Response> {
  const work: Promise<unknown>[] = [];
  const context = { waitUntil: (promise: Promise<unknown>) => void work.push(promise), props: {} };
  const response = await worker.fetch(
    new Request(`https://forwarder.example${path}`, init) as Request<unknown, IncomingRequestCfProperties>,
    env,
    context as unknown as ExecutionContext,
  );
  await Promise.all(work);
  return response;
}
