import { CutBody, TimedOut, type HttpAnswer, type HttpRequest } from "./ports.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends one request through `fetch`: no redirect is followed, nothing is waited for beyond the time, no body read beyond the cap. */
export async function exchange(
  fetch: Fetch,
  request: HttpRequest,
  { timeoutMs, maxBytes }: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { url, method, headers, body } = request;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, redirect: "manual", signal, ...(body === undefined ? {} : { body }) });
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
  const length = Number(response.headers.get("Content-Length") ?? NaN);
  const isPlain = response.headers.get("Content-Encoding") === null;
  if (isPlain && length <= maxBytes) return response.text();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done || value === undefined) return new TextDecoder().decode(Buffer.concat(chunks));
    bytes += value.byteLength;
    chunks.push(value);
    if (bytes > maxBytes) {
      await reader?.cancel();
      return undefined;
    }
  }
}
