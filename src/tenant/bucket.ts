import { type HttpAnswer, type HttpRequest, TimedOut } from "../ports.ts";

/**
 * Requests to a bucket that is bound to the Worker: `r2://<binding>/<key>`. What R2 says becomes the status that its
 * S3 API gives for the same, so that delivery knows one kind of answer.
 */

const address = /^r2:\/\/([A-Z_][A-Z0-9_]*)\/(.+)$/su;

export const isForBucket = ({ url, method }: HttpRequest): boolean => method === "POST" && url.startsWith("r2://");

/** Writes the object unless its key is taken: 200 stored, 412 there already, 404 no such binding. Throws `TimedOut`. */
export async function putObject(
  env: object,
  request: HttpRequest,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<HttpAnswer> {
  const [, binding = "", key = ""] = address.exec(request.url) ?? [];
  const bucket = bucketNamed(env, binding);
  if (bucket === undefined) return answer(404);
  try {
    return answer(await within(stored(bucket, key, request), timeoutMs));
  } catch (error) {
    if (error instanceof TimedOut) throw error;
    return answer(statusOf(error));
  }
}

async function stored(bucket: R2Bucket, key: string, { headers, body = "" }: HttpRequest): Promise<number> {
  const { "Content-Type": contentType = "", "Content-Encoding": encoding, ...customMetadata } = headers;
  const object = await bucket.put(key, body, {
    onlyIf: { etagDoesNotMatch: "*" },
    // Told in the type and not as an encoding: with `Content-Encoding` some readers unpack once and others twice, and DuckDB
    // fails (https://github.com/duckdb/duckdb/issues/6497). The key ends with .gz.
    httpMetadata: { contentType: encoding === "gzip" ? "application/gzip" : contentType },
    customMetadata,
  });
  // R2 gives no object back when the condition was not met.
  return object === null ? 412 : 200;
}

/** A secret, a queue or a namespace under that name is no bucket, even one that has a `put`. */
function bucketNamed(env: object, name: string): R2Bucket | undefined {
  const bound = (env as Readonly<Record<string, unknown>>)[name];
  return typeof bound === "object" && bound !== null && "put" in bound && "createMultipartUpload" in bound
    ? (bound as R2Bucket)
    : undefined;
}

/**
 * "The error code is included at the end of the message": https://developers.cloudflare.com/r2/api/error-codes/. A lock
 * rule forbids to change an object, so that a key it speaks of is taken. What stands in no line may pass by itself.
 */
const statuses: Readonly<Record<string, number>> = {
  10_002: 401,
  10_003: 403,
  10_006: 404,
  10_012: 400,
  10_020: 400,
  10_031: 412,
  10_042: 403,
  10_058: 429,
  10_069: 412,
};

function statusOf(error: unknown): number {
  const code = error instanceof Error ? /\((\d+)\)\s*$/u.exec(error.message)?.[1] : undefined;
  return statuses[code ?? ""] ?? 503;
}

/** R2 is not told to stop: what it stores after all is found there by the next attempt. */
async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  // A timer that is left behind would keep an object awake, and awake is what is billed.
  const isOver = new AbortController();
  const late = scheduler.wait(timeoutMs, { signal: isOver.signal }).then(() => {
    throw new TimedOut("No answer in time");
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    isOver.abort();
  }
}

const answer = (status: number): HttpAnswer => ({ status, headers: new Headers(), body: "" });
