import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TimedOut, type HttpRequest } from "../../src/ports.ts";
import { putObject } from "../../src/tenant/bucket.ts";
import { gunzipSync } from "node:zlib";
import { hour, Premises } from "./premises.ts";

/** The platform's way into a bucket, against R2 as the real runtime has it. */

const bucket = (env as unknown as { readonly ARCHIVE: R2Bucket }).ARCHIVE;
const bound = { ARCHIVE: bucket };
const limits = { timeoutMs: 30_000 };

const requestFor = (key: string, body: string | Uint8Array, more: Readonly<Record<string, string>> = {}) =>
  ({
    url: `r2://ARCHIVE/${key}`,
    method: "POST",
    headers: { "Content-Type": "application/x-ndjson", tenant: "acme", ...more },
    body,
  }) as const satisfies HttpRequest;

const put = async (request: HttpRequest, from: object = bound): Promise<number> =>
  (await putObject(from, request, limits)).status;

/** A bucket whose every answer is this. */
const answering = (answer: () => Promise<unknown>): object => ({
  ARCHIVE: { put: answer, createMultipartUpload: answer },
});

describe("a request to a bucket", () => {
  test("stores the bytes under the key, with what they are and where they belong", async () => {
    expect(await put(requestFor("kandji/acme/dt=2026-05-01/a.ndjson", '{"é":1}\n'))).toBe(200);
    const object = await bucket.get("kandji/acme/dt=2026-05-01/a.ndjson");
    expect(await object?.text()).toBe('{"é":1}\n');
    expect(object?.httpMetadata).toEqual({ contentType: "application/x-ndjson" });
    expect(object?.customMetadata).toEqual({ tenant: "acme" });
  });

  test("calls what is compressed by its type, so that no reader unpacks it unasked", async () => {
    const packed = new Uint8Array([31, 139, 8, 0]);
    expect(await put(requestFor("packed.ndjson.gz", packed, { "Content-Encoding": "gzip" }))).toBe(200);
    const object = await bucket.get("packed.ndjson.gz");
    expect(object?.httpMetadata).toEqual({ contentType: "application/gzip" });
    expect(new Uint8Array((await object?.arrayBuffer()) ?? [])).toEqual(packed);
  });

  test("never changes an object that is there", async () => {
    expect(await put(requestFor("once", "first\n"))).toBe(200);
    expect(await put(requestFor("once", "second\n"))).toBe(412);
    expect(await (await bucket.get("once"))?.text()).toBe("first\n");
  });

  test("of two at the same time stores one, and the other hears that it is there", async () => {
    const statuses = await Promise.all([put(requestFor("race", "same\n")), put(requestFor("race", "same\n"))]);
    expect(statuses.toSorted()).toEqual([200, 412]);
  });

  test("takes a key of 1,024 bytes and refuses one of 1,025", async () => {
    expect(await put(requestFor("k".repeat(1024), "x\n"))).toBe(200);
    expect(await put(requestFor("k".repeat(1025), "x\n"))).toBe(400);
  });

  test.each([
    ["nothing", {}],
    ["a secret", { ARCHIVE: '{"type":"r2"}' }],
    ["a store of keys and values", { ARCHIVE: { put: () => undefined, list: () => undefined } }],
  ])("is answered 404 where %s has that name", async (_, from) => {
    expect(await put(requestFor("x", "x\n"), from)).toBe(404);
  });

  test.each([
    ["put: Reduce your concurrent request rate for the same object. (10058)", 429],
    ["put: The specified bucket does not exist. (10006)", 404],
    ["put: The object is locked by the bucket policy. (10069)", 412],
    ["put: Access denied. (10003)", 403],
    ["put: Your metadata headers exceed the maximum allowed metadata size. (10012)", 400],
    ["put: We encountered an internal error. Please try again. (10001)", 503],
    ["put: Unspecified error (0)", 503],
    ["Network connection lost.", 503],
  ])("that R2 answers with %j has the status %i", async (message, status) => {
    expect(
      await put(
        requestFor("x", "x\n"),
        answering(() => Promise.reject(new Error(message))),
      ),
    ).toBe(status);
  });

  test("is given up when no answer came in time", async () => {
    const silent = answering(() => new Promise(() => {}));
    await expect(putObject(silent, requestFor("x", "x\n"), { timeoutMs: 5 })).rejects.toThrow(TimedOut);
  });
});

describe("a tenant with a bucket", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  test("writes every record into it, once, where its day and hour are", async () => {
    const from = Date.now() - 3 * hour;
    const place = new Premises("archivist", [{ seed: 5, count: 40, from, to: from + hour }]);
    place.set("DESTINATION_SIEM", JSON.stringify({ type: "r2", bucket: "ARCHIVE", prefix: "all" }));
    await place.fire();
    const { objects } = await bucket.list({ prefix: "all/archivist/audit-events/" });
    const ids = new Set<string>();
    for (const { key } of objects) {
      expect(key).toMatch(/^all\/archivist\/audit-events\/dt=\d{4}-\d{2}-\d{2}\/hr=\d{2}\/[\w-]+\.ndjson\.gz$/);
      const object = await bucket.get(key);
      const text = gunzipSync(new Uint8Array((await object?.arrayBuffer()) ?? [])).toString();
      for (const line of text.trimEnd().split("\n")) ids.add((JSON.parse(line) as { id: string }).id);
    }
    expect(ids.size).toBe(40);
  });
});
