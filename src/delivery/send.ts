import { createHmac } from "node:crypto";
import type { Answer, Destination, OutgoingRequest } from "../destinations/destination.ts";
import { CutBody, TimedOut, type Ports } from "../ports.ts";
import type { Batch } from "./batch.ts";

const timeoutMs = 30_000;
/** Answers of intakes are short; of a longer one only the status counts. */
const maxAnswerBytes = 1_000_000;

export type Sent =
  | { readonly answered: true; readonly answer: Answer }
  | { readonly answered: false; readonly why: string };

/** Sends one batch once. The only network call of delivery. */
export async function send(
  ports: Ports,
  destination: Destination,
  batch: Pick<Batch, "id" | "context" | "body">,
): Promise<Sent> {
  const request = destination.request({ ...batch.context, id: batch.id });
  const body = request.gzip ? await gzip(batch.body) : batch.body;
  const headers = {
    ...request.headers,
    ...(request.gzip ? { "Content-Encoding": "gzip" } : {}),
    ...signature(request, batch.id, body, ports.now()),
  };
  try {
    const answer = await ports.http(
      { url: request.url, method: "POST", headers, body },
      { timeoutMs, maxBytes: maxAnswerBytes },
    );
    return { answered: true, answer };
  } catch (error) {
    if (error instanceof TimedOut) return { answered: false, why: `No answer within ${timeoutMs / 1000} s` };
    if (error instanceof CutBody) return { answered: false, why: "The answer broke off" };
    return { answered: false, why: "No connection to the host" };
  }
}

/** Compressed whole, so that the request has a length: some intakes refuse chunked bodies. */
async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): over the bytes that are sent, with the time of the attempt. */
function signature(
  { signingSecret }: OutgoingRequest,
  id: string,
  body: string | Uint8Array,
  now: number,
): Record<string, string> {
  if (signingSecret === undefined) return {};
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(signingSecret.reveal().replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return { "webhook-timestamp": timestamp, "webhook-signature": `v1,${digest}` };
}
