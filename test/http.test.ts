import { describe, expect, test } from "vitest";
import { exchange } from "../src/http.ts";
import { CutBody, TimedOut } from "../src/ports.ts";

const request = { url: "https://intake.example/in", method: "POST", headers: { A: "b" }, body: "text" } as const;
const limits = { timeoutMs: 30_000, maxBytes: 10 };
const answered = async (response: Response, maxBytes = limits.maxBytes) =>
  exchange(async () => response, request, { ...limits, maxBytes });

function chunks(...texts: readonly (Uint8Array | "error")[]): ReadableStream<Uint8Array> & { isCancelled?: boolean } {
  const rest = [...texts];
  const stream: ReadableStream<Uint8Array> & { isCancelled?: boolean } = new ReadableStream({
    pull(controller) {
      const next = rest.shift();
      if (next === undefined) controller.close();
      else if (next === "error") controller.error(new Error("The connection broke"));
      else controller.enqueue(next);
    },
    cancel() {
      stream.isCancelled = true;
    },
  });
  return stream;
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("one exchange over HTTP", () => {
  test("sends what it was given and follows no redirect", async () => {
    let seen: { url: string; init: RequestInit } | undefined;
    const answer = await exchange(
      async (url, init) => {
        seen = { url, init };
        return new Response(null, { status: 302, headers: { Location: "https://elsewhere.example/" } });
      },
      request,
      limits,
    );
    expect(seen).toMatchObject({ url: request.url, init: { method: "POST", redirect: "manual", body: "text" } });
    expect(answer).toMatchObject({ status: 302, body: "" });
  });

  test("a request without a body has none", async () => {
    let body: unknown = "none";
    await exchange(
      async (_, init) => {
        body = "body" in init;
        return new Response("");
      },
      { url: request.url, method: "GET", headers: {} },
      limits,
    );
    expect(body).toBe(false);
  });

  test.each([
    ["with a length", (text: string) => new Response(text, { headers: { "Content-Length": String(text.length) } })],
    ["without one", (text: string) => new Response(chunks(bytes(text.slice(0, 4)), bytes(text.slice(4))))],
    [
      "compressed, where the length says nothing",
      (text: string) =>
        new Response(chunks(bytes(text)), { headers: { "Content-Encoding": "gzip", "Content-Length": "5" } }),
    ],
  ])("the body is read up to the cap, %s", async (_, respond) => {
    expect((await answered(respond("0123456789"))).body).toBe("0123456789");
    expect((await answered(respond("0123456789x"))).body).toBeUndefined();
  });

  test("a body over the cap is not read to its end", async () => {
    const stream = chunks(...Array.from({ length: 100 }, () => bytes("0123456789")));
    expect((await answered(new Response(stream))).body).toBeUndefined();
    expect(stream.isCancelled).toBe(true);
  });

  test("a character that is cut between two chunks is whole", async () => {
    const [first, rest] = [bytes("é😀").slice(0, 4), bytes("é😀").slice(4)];
    expect((await answered(new Response(chunks(first, rest)))).body).toBe("é😀");
  });

  test("no connection is the error that it was", async () => {
    const cause = new Error("connect ECONNREFUSED");
    await expect(exchange(async () => Promise.reject(cause), request, limits)).rejects.toBe(cause);
  });

  test("no answer in time is told apart, and so is an answer that breaks off", async () => {
    const hangs = async (_: string, { signal }: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    await expect(exchange(hangs, request, { ...limits, timeoutMs: 0 })).rejects.toBeInstanceOf(TimedOut);
    await expect(answered(new Response(chunks(bytes("012"), "error")))).rejects.toBeInstanceOf(CutBody);
  });

  test("an answer without a body is empty", async () => {
    expect((await answered(new Response(null, { status: 204 }))).body).toBe("");
  });
});
