import type { KandjiRequest } from "../datasets/dataset.ts";
import { CutBody, TimedOut, type HttpAnswer, type Ports } from "../ports.ts";
import type { Secret } from "../secret.ts";
import { version } from "../version.ts";
import type { Purpose, RequestBudget } from "./budget.ts";
import { failureOf, type Failure, type Permission } from "./failure.ts";

const timeoutMs = 30_000;
/** A page of 500 audit events is some 250 KB; an object has to live in 128 MB with others. */
const maxAnswerBytes = 16_000_000;

export type Result = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly failure: Failure };

/** Speaks HTTP to one tenant's API: one host, one token, inside the budget. */
export class KandjiClient {
  readonly #ports: Ports;
  readonly #origin: string;
  readonly #token: Secret;
  readonly #budget: RequestBudget;
  #aheadMs: number | undefined;

  constructor(ports: Ports, origin: string, token: Secret, budget: RequestBudget) {
    this.#ports = ports;
    this.#origin = origin;
    this.#token = token;
    this.#budget = budget;
  }

  get host(): string {
    return new URL(this.#origin).host;
  }

  /** By how many milliseconds Kandji's clock is ahead of ours, by its last answer; `undefined` while none has told. */
  get aheadMs(): number | undefined {
    return this.#aheadMs;
  }

  /** Asks once. `permission` is what the token needs for it, named in the mend. */
  async get(
    request: KandjiRequest,
    permission: Permission,
    purpose: Purpose = "live",
    dataset?: string,
  ): Promise<Result> {
    const url = new URL(request.path, this.#origin);
    url.search = new URLSearchParams(request.search).toString();
    await this.#budget.take(purpose, dataset);
    let answer: HttpAnswer;
    try {
      answer = await this.#ports.http(
        {
          url: url.href,
          method: "GET",
          headers: {
            Authorization: `Bearer ${this.#token.reveal()}`,
            Accept: "application/json",
            "User-Agent": `kandji-forwarder/${version}`,
          },
        },
        { timeoutMs, maxBytes: maxAnswerBytes },
      );
    } catch (error) {
      this.#budget.answered(undefined);
      return { ok: false, failure: unreachable(error) };
    }
    this.#budget.answered(answer.headers);
    this.#noteClock(answer.headers);
    return this.#judge(answer, permission);
  }

  #noteClock(headers: Headers): void {
    const theirs = Date.parse(headers.get("Date") ?? "");
    if (!Number.isNaN(theirs)) this.#aheadMs = theirs - this.#ports.now();
  }

  #judge(answer: HttpAnswer, permission: Permission): Result {
    if (answer.status === 200) {
      if (answer.body !== undefined) return { ok: true, body: answer.body };
      return { ok: false, failure: unreadable(`The answer is longer than ${maxAnswerBytes} bytes`) };
    }
    const now = this.#ports.now();
    // An error body may repeat what it was asked with, as it is or escaped.
    const hide = (text: string): string => text.replaceAll(this.#token.reveal(), String(this.#token));
    const body = answer.body === undefined ? undefined : hide(answer.body);
    const failure = failureOf({ ...answer, body }, permission, now, hide);
    if (failure.retryAfterMs !== null) this.#budget.block(now + failure.retryAfterMs);
    return { ok: false, failure };
  }
}

export const unreadable = (message: string): Failure => ({
  kind: "unreadable-answer",
  message,
  fix: "Nothing to do unless it lasts: it is asked for again, and in smaller pages",
  retryAfterMs: null,
});

function unreachable(error: unknown): Failure {
  if (error instanceof CutBody) return unreadable("The answer broke off");
  return {
    kind: "kandji-unreachable",
    message: error instanceof TimedOut ? `No answer within ${timeoutMs / 1000} s` : "No connection to the API host",
    fix: "Check subdomain and region; if they are right, wait: it is tried again by itself",
    retryAfterMs: null,
  };
}
