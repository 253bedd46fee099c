import { createHmac } from "node:crypto";
import type { Answer, Destination, Grant, OutgoingRequest, Signature } from "../destinations/destination.ts";
import { CutBody, TimedOut, type Ports } from "../ports.ts";
import type { Secret } from "../secret.ts";
import type { Batch } from "./batch.ts";

const timeoutMs = 30_000;
/** Answers of intakes are short; of a longer one only the status counts. */
const maxAnswerBytes = 1_000_000;

export type Sent =
  | { readonly answered: true; readonly answer: Answer }
  | { readonly answered: false; readonly kind: NoAnswer; readonly why: string };

/** Sends one batch once; `token` is what the intake granted, where it wants one. */
export async function send(
  ports: Ports,
  destination: Destination,
  batch: Pick<Batch, "id" | "context" | "body">,
  token?: Secret,
): Promise<Sent> {
  return post(ports, destination.request({ ...batch.context, id: batch.id }, token), batch);
}

/** What became of asking for a token, and when its giver wants to be asked again, if it said so. */
export interface Granting {
  readonly grant: Grant;
  readonly retryAfter: string | null;
  /** Status of the answer, or why there was none. */
  readonly answer: string;
}

/** Asks an intake for the token that it wants with each request; undefined where it wants none. */
export async function authorize(ports: Ports, { authorization }: Destination): Promise<Granting | undefined> {
  if (authorization === undefined) return undefined;
  const request = authorization.request();
  const sent = await post(ports, request, { id: "", body: request.body });
  if (!sent.answered) return { grant: { kind: "try-later", why: sent.why }, retryAfter: null, answer: sent.kind };
  const retryAfter = sent.answer.headers.get("Retry-After");
  return { grant: authorization.read(sent.answer), retryAfter, answer: String(sent.answer.status) };
}

/** Why there was no answer, as a word to count by. */
export type NoAnswer = "timed-out" | "broken-off" | "no-connection";

/** The only network call of delivery. */
async function post(
  ports: Ports,
  { url, headers, gzip, signature }: OutgoingRequest,
  batch: Pick<Batch, "id" | "body">,
): Promise<Sent> {
  const body = gzip ? await compressed(batch.body) : batch.body;
  const all = {
    ...headers,
    ...(gzip ? { "Content-Encoding": "gzip" } : {}),
    ...(signature === undefined ? {} : signed(signature, batch.id, body, ports.now())),
  };
  try {
    const answer = await ports.http(
      { url, method: "POST", headers: all, body },
      { timeoutMs, maxBytes: maxAnswerBytes },
    );
    return { answered: true, answer };
  } catch (error) {
    if (error instanceof TimedOut)
      return { answered: false, kind: "timed-out", why: `No answer within ${timeoutMs / 1000} s` };
    if (error instanceof CutBody) return { answered: false, kind: "broken-off", why: "The answer broke off" };
    return { answered: false, kind: "no-connection", why: "No connection to the host" };
  }
}

/** Compressed whole, so that the request has a length: some intakes refuse chunked bodies. */
async function compressed(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The headers that sign the bytes which are sent. */
function signed(signature: Signature, id: string, body: string | Uint8Array, now: number): Record<string, string> {
  const { kind, secret } = signature;
  if (kind === "hmac-sha256") {
    const digest = createHmac("sha256", secret.reveal()).update(body).digest(signature.encoding);
    return { [signature.header]: signature.prefix + digest };
  }
  // Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): with the time of the attempt.
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(secret.reveal().replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return { "webhook-timestamp": timestamp, "webhook-signature": `v1,${digest}` };
}
