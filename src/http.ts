import { CutBody, TimedOut, type HttpAnswer, type HttpRequest } from "./ports.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends one request through `fetch`: no redirect is followed, nothing is waited for beyond the time, no body read beyond the cap. */
export async function exchange(
  fetch: Fetch,
  request: HttpRequest,
  { timeoutMs, maxBytes }: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<HttpAnswer> {
  // A timer that is left behind would keep an object awake, and awake is what is billed: so no `AbortSignal.timeout`.
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), timeoutMs);
  try {
    return await withSignal(fetch, request, giveUp.signal, maxBytes);
  } finally {
    clearTimeout(timer);
  }
}

async function withSignal(
  fetch: Fetch,
  request: HttpRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<HttpAnswer> {
  const { url, method, headers, body } = request;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal,
      ...(body === undefined ? {} : { body }),
    });
  } catch (cause) {
    if (signal.aborted) throw new TimedOut("No answer in time", { cause });
    throw cause;
  }
  try {
    return { status: response.status, headers: response.headers, body: await readText(response, maxBytes) };
  } catch (cause) {
    throw new CutBody("The answer broke off", { cause });
  }
}

/** The body as text; `undefined` when it is longer than the cap, counted after decompression. */
async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const isPlain = !response.headers.has("Content-Encoding");
  if (isPlain && Number(response.headers.get("Content-Length") ?? Infinity) <= maxBytes) return response.text();
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
