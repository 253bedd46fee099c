/** What goes wrong, and when: for good, by script, or for a share of the answers, drawn from a seed. */
import type { Change } from "./change.ts";
import { randomFrom, type Random } from "./random.ts";
import type { RequestLog } from "./request-log.ts";

export type Fault =
  | {
      readonly do: "status";
      readonly status: number;
      readonly body?: string | undefined;
      readonly retryAfter?: { readonly seconds: number; readonly as: "seconds" | "date" } | undefined;
    }
  /** The answer never comes. */
  | { readonly do: "hang" }
  /** The answer breaks off in the middle, and nothing was done. */
  | { readonly do: "cut" }
  /** The work was done and the answer breaks off: whoever asks again repeats it. */
  | { readonly do: "lost-answer" }
  /** `200` and a page of HTML, as from a proxy in between. */
  | { readonly do: "unreadable" }
  /** An intake refuses all that the request holds, in its own words, which for some kinds are a `200`. Kandji has none. */
  | { readonly do: "deny" };

export interface FaultSettings {
  /** Every answer, until it is set to `null` again. */
  readonly always: Fault | null;
  /** The next answers in turn, `"ok"` for a good one; goes before the shares. */
  readonly script: readonly (Fault | "ok")[];
  /** Of all other answers. */
  readonly shares: readonly { readonly share: number; readonly fault: Fault }[];
}

export class FaultDesk {
  readonly #random: Random;
  #always: Fault | null = null;
  #script: (Fault | "ok")[] = [];
  #shares: FaultSettings["shares"] = [];

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  /** What is not mentioned stays as it is. */
  set(settings: Change<FaultSettings>): void {
    if (settings.always !== undefined) this.#always = settings.always;
    if (settings.script !== undefined) this.#script = [...settings.script];
    if (settings.shares !== undefined) this.#shares = settings.shares;
  }

  clear(): void {
    this.set({ always: null, script: [], shares: [] });
  }

  /** What befalls the next answer. One draw per answer, so that a share keeps its story when others are added behind it. */
  next(): Fault | undefined {
    if (this.#always !== null) return this.#always;
    const scripted = this.#script.shift();
    if (scripted !== undefined) return scripted === "ok" ? undefined : scripted;
    let draw = this.#random();
    for (const { share, fault } of this.#shares) {
      if (draw < share) return fault;
      draw -= share;
    }
    return undefined;
  }
}

/** How an answer hangs. The usual way ends when the caller gives up; a test with a clock of its own brings its own way. */
export type Hang = (request: Request) => Promise<never>;

/** Requests that hang are held here: a request that nobody holds is collected, and its signal with it, which then never tells. */
const hanging = new Set<Request>();

export const hangUntilAborted: Hang = (request) =>
  new Promise((_, reject) => {
    hanging.add(request);
    const giveUp = (): void => {
      hanging.delete(request);
      reject(new Error("the caller gave up"));
    };
    if (request.signal.aborted) giveUp();
    else request.signal.addEventListener("abort", giveUp, { once: true });
  });

/** Announces all of `text`, sends half of it and breaks off. */
export function cutAnswer(text: string, type: string): Response {
  const bytes = new TextEncoder().encode(text);
  const half = bytes.slice(0, Math.ceil(bytes.length / 2));
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) controller.error(new Error("connection reset"));
      else controller.enqueue(half);
      sent = true;
    },
  });
  return new Response(body, { headers: { "content-type": type, "content-length": String(bytes.length + 1) } });
}

export function unreadableAnswer(): Response {
  return new Response("<!doctype html><title>Please stand by</title>", { headers: { "content-type": "text/html" } });
}

/** An answer with that status; when it asks to wait, the log is told, to see whether the caller does. */
export function statusAnswer(
  fault: Extract<Fault, { do: "status" }>,
  fallbackBody: string,
  now: number,
  log: RequestLog,
): Response {
  const headers = new Headers({ "content-type": "application/json" });
  if (fault.retryAfter !== undefined) {
    const { seconds, as } = fault.retryAfter;
    // A date has whole seconds only, so it is rounded up.
    const until = as === "date" ? Math.ceil(now / 1000 + seconds) * 1000 : now + seconds * 1000;
    headers.set("retry-after", as === "date" ? new Date(until).toUTCString() : String(seconds));
    log.askToWait(now, until);
  }
  const empty = fault.status === 204 || fault.status === 304;
  return new Response(empty ? null : (fault.body ?? fallbackBody), { status: fault.status, headers });
}
