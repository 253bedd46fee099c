import type { NotifierConfig } from "../config/config.ts";
import { TimedOut, type Ports } from "../ports.ts";
import { retryAfterMs } from "../retry-after.ts";
import type { Problem } from "../tenant/report.ts";
import { bodyOf, type Message } from "./messages.ts";
import { failed, isDue, mostMessages, moreIn, withoutFirst, withoutSum, type Outbox } from "./outbox.ts";

/** Posts what waits for one notification, in its order, until one message does not get through. */

export interface PostPorts extends Pick<Ports, "now" | "http"> {
  /** As it is at that moment: more may come in while a message is on its way. */
  outbox(): Outbox;
  keep(outbox: Outbox): void;
}

const limits = { timeoutMs: 10_000, maxBytes: 64 * 1024 };
/** After that no further message is begun at this firing: the next one is near. */
const longestMs = 30_000;

export async function deliver(ports: PostPorts, config: NotifierConfig): Promise<void> {
  const startedAt = ports.now();
  if (!isDue(ports.outbox(), startedAt)) return;
  for (let sent = 0; sent <= mostMessages; sent += 1) {
    const next = nextOf(ports.outbox(), sent, ports.now());
    if (next === undefined || ports.now() - startedAt >= longestMs) return;
    const refusal = await post(ports, config, bodyOf(next.message, config));
    if (refusal !== undefined) {
      ports.keep(failed(ports.outbox(), refusal.why, refusal.retryAfterMs, ports.now()));
      return;
    }
    ports.keep(next.after(ports.outbox()));
  }
}

interface Next {
  readonly message: Message;
  /** The outbox when it has arrived. */
  readonly after: (outbox: Outbox) => Outbox;
}

function nextOf(outbox: Outbox, sent: number, now: number): Next | undefined {
  const [notice] = outbox.waiting;
  // The last message of a firing is the sum, where there is one.
  if (notice !== undefined && sent < mostMessages) return { message: { kind: "notice", notice }, after: withoutFirst };
  const { more } = outbox;
  if (notice !== undefined || moreIn(outbox) === 0) return undefined;
  const message = { kind: "sum", more, at: new Date(now).toISOString() } as const;
  return { message, after: (then) => withoutSum(then, more) };
}

interface Refusal {
  readonly why: string;
  readonly retryAfterMs: number | null;
}

/** Nothing of the answer but its status is kept: its text might repeat the address, which is a secret. */
async function post(ports: PostPorts, { url }: NotifierConfig, body: string): Promise<Refusal | undefined> {
  try {
    const request = {
      url: url.reveal(),
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
    } as const;
    const { status, headers } = await ports.http(request, limits);
    if (status >= 200 && status <= 299) return undefined;
    const what = status < 400 && status >= 300 ? "which redirects, and that is not followed" : "which is no success";
    return {
      why: `it answered ${status}, ${what}`,
      retryAfterMs: retryAfterMs(headers.get("Retry-After"), ports.now()),
    };
  } catch (error) {
    const why = error instanceof TimedOut ? `it did not answer within ${limits.timeoutMs / 1000} s` : "no connection";
    return { why, retryAfterMs: null };
  }
}

export function notificationProblems({ secretName, host }: NotifierConfig, outbox: Outbox): Problem[] {
  const { failure, waiting } = outbox;
  if (failure === null) return [];
  return [
    {
      code: "notification-failing",
      subject: `secret ${secretName}`,
      message: `Messages to ${host} do not get through since ${new Date(failure.since).toISOString()}: ${failure.why}; ${waiting.length + moreIn(outbox)} wait`,
      fix: `Look whether its address is still the right one, and put ${secretName} again; it is tried again by itself, at least every hour`,
      health: "degraded",
    },
  ];
}
