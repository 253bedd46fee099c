/** A simulated chat webhook: takes what Slack, a Teams workflow or a plain program would take, and remembers it. */
import {
  cutAnswer,
  FaultDesk,
  hangUntilAborted,
  statusAnswer,
  unreadableAnswer,
  type Fault,
  type Hang,
} from "./faults.ts";
import { RequestLog } from "./request-log.ts";

export type ChatKind = "slack" | "teams" | "json";

export interface ChatOptions {
  readonly kind: ChatKind;
  /** The one path that it knows: the secret of the address. */
  readonly path: string;
  readonly now?: (() => number) | undefined;
  readonly seed?: number | undefined;
  readonly hang?: Hang | undefined;
}

export interface Post {
  readonly at: number;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Slack wants a text (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors), a Teams workflow
 * a message with cards (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
 */
const judges: Readonly<Record<ChatKind, (body: Json) => Reply>> = {
  slack: ({ text }) =>
    typeof text === "string" && text !== "" ? { status: 200, text: "ok" } : { status: 400, text: "no_text" },
  teams: ({ type, attachments }) =>
    type === "message" && Array.isArray(attachments) && attachments.length > 0
      ? { status: 202, text: "" }
      : { status: 400, text: "Bad request" },
  json: () => ({ status: 200, text: "{}" }),
};

export class SimulatedChat {
  readonly kind: ChatKind;
  readonly faults: FaultDesk;
  readonly requests = new RequestLog();
  /** What it accepted, in the order of arrival. */
  readonly posts: Post[] = [];
  readonly #path: string;
  readonly #now: () => number;
  readonly #hang: Hang;

  constructor({ kind, path, now = Date.now, seed = 1, hang = hangUntilAborted }: ChatOptions) {
    this.kind = kind;
    this.faults = new FaultDesk(seed);
    this.#path = path;
    this.#now = now;
    this.#hang = hang;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const at = this.#now();
    this.requests.arrived(at);
    const { pathname } = new URL(request.url);
    // Its path is a secret: the log does not repeat it.
    const log = (status: number): void =>
      this.requests.answered({ at, method: request.method, target: "/", authorized: pathname === this.#path, status });
    const body = await request.text();
    const fault = this.faults.next();
    if (fault?.do === "hang") {
      log(0);
      return this.#hang(request);
    }
    const early = this.#broken(fault);
    if (early !== undefined) {
      log(fault?.do === "cut" ? 0 : early.status);
      return early;
    }
    const { status, text } = this.#judge(request, pathname, body);
    if (status < 300) this.posts.push({ at, body });
    log(fault?.do === "lost-answer" ? 0 : status);
    return fault?.do === "lost-answer" ? cutAnswer("ok", "text/plain") : new Response(text, { status });
  };

  #broken(fault: Fault | undefined): Response | undefined {
    if (fault?.do === "status") return statusAnswer(fault, "", this.#now(), this.requests);
    if (fault?.do === "unreadable") return unreadableAnswer();
    return fault?.do === "cut" ? cutAnswer("ok", "text/plain") : undefined;
  }

  #judge({ method, headers }: Request, pathname: string, body: string): Reply {
    if (pathname !== this.#path) return { status: 404, text: "no_service" };
    if (method !== "POST") return { status: 405, text: "" };
    if (headers.get("content-type") !== "application/json") return { status: 415, text: "" };
    try {
      const json: unknown = JSON.parse(body);
      const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
      return isObject ? judges[this.kind](json as Json) : { status: 400, text: "invalid_payload" };
    } catch {
      return { status: 400, text: "invalid_payload" };
    }
  }
}
