import * as fc from "fast-check";
import { exchange } from "../../src/http.ts";
import { CutBody, TimedOut, type HttpAnswer, type HttpRequest } from "../../src/ports.ts";
import { headerName, headerValue } from "./hostile-text.ts";
import { kandjiToken } from "./secrets.ts";

/** Answers of the other side, whoever it is: what it may send, and a port that sends it. */

export type Limits = Parameters<typeof exchange>[2];

export type HostileAnswer =
  /** Comes through `fetch`, in pieces of so many bytes; `breaksOff`: the last piece never comes. */
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Uint8Array;
      readonly piece: number;
      readonly breaksOff: boolean;
    }
  /** What the port may say besides: any number for a status, a body that was too long. */
  | { readonly kind: "answer"; readonly answer: HttpAnswer }
  | { readonly kind: "failure"; readonly error: Error };

const withoutBody = new Set([204, 205, 304]);

/** What `Ports.http` makes of it. */
export async function answered(hostile: HostileAnswer, request: HttpRequest, limits: Limits): Promise<HttpAnswer> {
  if (hostile.kind === "failure") throw hostile.error;
  if (hostile.kind === "answer") return hostile.answer;
  const { status, headers, body } = hostile;
  return exchange(
    async () =>
      new Response(withoutBody.has(status) ? null : streamOf(hostile, body), {
        status,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
      }),
    request,
    limits,
  );
}

function streamOf({ piece, breaksOff }: { readonly piece: number; readonly breaksOff: boolean }, body: Uint8Array) {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const end = Math.min(at + piece, body.byteLength);
      if (at < body.byteLength && !(breaksOff && end === body.byteLength)) controller.enqueue(body.subarray(at, end));
      else if (breaksOff) controller.error(new Error("The connection broke"));
      else controller.close();
      at = end;
    },
  });
}

const waits = [
  "0",
  "1",
  "-1",
  "-99999999999",
  "1.5",
  "1e3",
  "99999999999999999999",
  "9".repeat(400),
  "NaN",
  "Infinity",
  "",
  " 5 ",
  "5, 10",
  "5;10",
  "0x10",
  "soon",
  "Fri, 01 May 2026 07:00:00 GMT",
  "Fri, 01 May 2026 08:02:00 GMT",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "Fri, 32 Foo 2026 99:99:99 GMT",
  "2026-05-01T08:05:00Z",
  "+275760-09-13T00:00:00.001Z",
  "\u00e9",
];
const limitNumbers = ["0", "1", "-1", "50", "1e99", "9".repeat(400), "NaN", "", "0.5", "1, 50;w=1", "50;w=1", "\t7 "];

const header = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant("Retry-After"), fc.oneof(fc.constantFrom(...waits), headerValue)) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom("RateLimit-Limit", "X-RateLimit-Limit-Second", "X-RateLimit-Remaining-Hour", "RateLimit-Reset"),
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...limitNumbers) }, { weight: 1, arbitrary: headerValue }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom(
        "Content-Type",
        "Content-Encoding",
        "Content-Length",
        "Location",
        "WWW-Authenticate",
        "Set-Cookie",
      ),
      fc.oneof(
        headerValue,
        fc.constantFrom("gzip", "br, gzip", "identity", "0", "5", "-1", "99999999999", "https://evil.example/", "a=b"),
      ),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(headerName, headerValue) },
);
export const anyHeaders = fc.array(header, { maxLength: 4 });

const statuses = [
  200, 200, 200, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403,
  404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422, 425, 426, 429, 431, 451, 499, 500, 501, 502, 503,
  504, 520, 522, 529, 530, 599,
];
const anyStatus = fc.oneof(fc.constantFrom(...statuses), fc.integer({ min: 200, max: 599 }));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The bytes of a text; of some, a few are no UTF-8 any more. */
const anyBytes = (texts: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc.tuple(texts, fc.nat(9), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([text, way, at, extra]) => {
    const bytes = bytesOf(text);
    if (way > 0) return bytes;
    const cut = at % (bytes.byteLength + 1);
    return Buffer.concat([bytes.subarray(0, cut), extra, bytes.subarray(cut)]);
  });

const failures = [
  new TimedOut("No answer in time"),
  new CutBody("The answer broke off"),
  new TypeError("fetch failed"),
  new Error(`connect ECONNREFUSED with Authorization: Bearer ${kandjiToken}`),
];

/** Any answer with such a body; `ok` are those that are rather 200. */
export function anyAnswer(
  bodies: fc.Arbitrary<string>,
  status: fc.Arbitrary<number> = anyStatus,
): fc.Arbitrary<HostileAnswer> {
  const response = fc
    .record({
      status,
      headers: anyHeaders,
      body: anyBytes(bodies),
      piece: fc.constantFrom(1 << 20, 1 << 20, 1_000, 7),
      breaksOff: fc.nat(14).map((number) => number === 14),
    })
    .map((parts): HostileAnswer => ({ kind: "response", ...parts }));
  const bare = fc
    .record({
      status: fc.oneof(anyStatus, fc.integer(), fc.constantFrom(0, -1, 100, 101, 103, 199, 600, 999, NaN)),
      headers: anyHeaders,
      body: fc.option(bodies, { nil: undefined }),
    })
    .map(({ headers, ...parts }): HostileAnswer => ({
      kind: "answer",
      answer: { ...parts, headers: new Headers(headers.map(([name, value]): [string, string] => [name, value])) },
    }));
  return fc.oneof(
    { weight: 8, arbitrary: response },
    { weight: 2, arbitrary: bare },
    { weight: 1, arbitrary: fc.constantFrom(...failures).map((error): HostileAnswer => ({ kind: "failure", error })) },
  );
}
