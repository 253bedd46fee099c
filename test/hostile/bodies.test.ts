import { once } from "node:events";
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { readPage } from "../../src/collection/page.ts";
import { auditEvents } from "../../src/datasets/audit-events.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { send } from "../../src/delivery/send.ts";
import { exchange } from "../../src/http.ts";
import { noUsage, RequestBudget } from "../../src/kandji/budget.ts";
import { KandjiClient } from "../../src/kandji/client.ts";
import { CutBody, type HttpAnswer, type Ports } from "../../src/ports.ts";
import { Secret } from "../../src/secret.ts";
import type { Limits } from "./answer.ts";
import { named } from "./hostile-text.ts";
import { environment } from "./secrets.ts";

/** Bodies that are too long, or lie about it: no more is read than may be, and no more is held than was read. */

const megabyte = 1_000_000;
/** What goes on for ever goes on for so many bytes: whoever reads on is found out all the same. */
const endless = 300 * megabyte;
const caps = { Kandji: 16 * megabyte, intake: megabyte };

/** What is read of a body, and whether the rest was called off. */
interface Read {
  bytes: number;
  isCancelled: boolean;
}

/** A body of so many bytes, or without end, in pieces of 64 KB. */
function flow(bytes: number, read: Read): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(64_000).fill(0x20);
  return new ReadableStream({
    pull(controller) {
      if (read.bytes > endless) throw new Error("Nobody calls it off");
      const rest = Math.min(piece.byteLength, bytes - read.bytes);
      if (rest <= 0) return controller.close();
      read.bytes += rest;
      controller.enqueue(piece.subarray(0, rest));
    },
    cancel() {
      read.isCancelled = true;
    },
  });
}

type Fetch = Parameters<typeof exchange>[0];

/** Either side, asked through the code that asks it, by this `fetch`. */
const asks = {
  Kandji: async (fetch: Fetch) => {
    const ports = portsOver(fetch);
    const budget = new RequestBudget(ports, { perHour: 100, forLive: 1 }, noUsage);
    const client = new KandjiClient(ports, "https://acme.api.kandji.io", new Secret("token"), budget);
    const result = await client.get({ path: "/", search: {} }, auditEvents.permission);
    return result.ok ? result.body.length : result.failure.message;
  },
  intake: async (fetch: Fetch) => {
    const parsed = readConfig(environment).destinations.get("datadog");
    if (parsed?.ok !== true) throw new Error("No valid secret");
    const { destination } = parsed.value;
    const batch = {
      id: "b-1",
      context: { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000 },
      body: "{}",
    };
    const sent = await send(portsOver(fetch), destination, batch);
    return sent.answered ? (sent.answer.body?.length ?? destination.judge(sent.answer, { records: 1 }).kind) : sent.why;
  },
};
const sides = Object.keys(asks) as (keyof typeof asks)[];

const portsOver = (fetch: Fetch): Ports =>
  ({
    now: () => 0,
    random: () => 0.5,
    sleep: async () => {},
    http: async (request, limits) => exchange(fetch, request, limits),
  }) as Omit<Ports, "sql"> as Ports;

const tooLong = { Kandji: "The answer is longer than 16000000 bytes", intake: "accepted" };
const lengths = ["with a length", "without a length", "compressed, as it says"] as const;

function headersFor(length: (typeof lengths)[number], bytes: number): Record<string, string> {
  if (length === "with a length") return { "Content-Length": String(bytes) };
  return length === "without a length" ? {} : { "Content-Encoding": "gzip", "Content-Length": "20" };
}

describe.each(sides)("an answer of %s", (side) => {
  const cap = caps[side];
  const askWith = async (bytes: number, headers: Record<string, string>) => {
    const read: Read = { bytes: 0, isCancelled: false };
    return { outcome: await asks[side](async () => new Response(flow(bytes, read), { headers })), read };
  };

  test.each(lengths)("is read at its cap, and not one byte beyond it, %s", async (length) => {
    expect((await askWith(cap, headersFor(length, cap))).outcome).toBe(cap);
    expect((await askWith(cap + 1, headersFor(length, cap + 1))).outcome).toBe(tooLong[side]);
  });

  test.each([
    ["100 MB with a length", 100 * megabyte, { "Content-Length": String(100 * megabyte) }],
    ["100 MB without a length", 100 * megabyte, {}],
    [
      "100 MB that call themselves compressed to 5 bytes",
      100 * megabyte,
      { "Content-Encoding": "gzip", "Content-Length": "5" },
    ],
    ["without an end", Infinity, {}],
    ["without an end, with a length that is no number", Infinity, { "Content-Length": "5, 5" }],
    ["without an end, with a length beyond numbers", Infinity, { "Content-Length": "9".repeat(400) }],
  ])("that is %s is cut off at the cap, and the rest is called off", async (_, bytes, headers) => {
    const { outcome, read } = await askWith(bytes, headers);
    expect(outcome).toBe(tooLong[side]);
    expect(read.isCancelled).toBe(true);
    expect(read.bytes).toBeLessThanOrEqual(cap + 3 * 64_000);
  });
});

/** Sockets and servers of a test, which end with it. */
const open: (Server | Socket)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ("close" in one) one.close();
    else one.destroy();
  }
});

interface Witness {
  readonly url: string;
  /** Bytes that the socket took. */
  written: number;
  readonly closed: Promise<unknown>;
}

/** A server that writes what it likes, whatever HTTP says: a head, and then pieces for as long as somebody reads. */
async function servedBy(head: readonly string[], pieces: () => Iterable<Uint8Array>): Promise<Witness> {
  const server = createRawServer();
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const hungUp = Promise.withResolvers<unknown>();
  const witness = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    written: 0,
    closed: hungUp.promise,
  };
  server.on("connection", (socket) => {
    open.push(socket);
    // Whoever is not read any more is hung up on.
    socket.on("error", () => {}).on("close", hungUp.resolve);
    socket.once("data", () => void pour(socket, head, pieces(), witness));
  });
  return witness;
}

async function pour(
  socket: Socket,
  head: readonly string[],
  pieces: Iterable<Uint8Array>,
  witness: Witness,
): Promise<void> {
  function* counted(): Iterable<Uint8Array> {
    yield Buffer.from(`HTTP/1.1 200 OK\r\n${head.join("\r\n")}\r\n\r\n`);
    for (const piece of pieces) {
      if (witness.written > endless) return;
      witness.written += piece.byteLength;
      yield piece;
    }
  }
  // Whoever reads may hang up at any time.
  await pipeline(Readable.from(counted()), socket).catch(() => {});
}

function* repeated(piece: Uint8Array, times: number): Iterable<Uint8Array> {
  for (let time = 0; time < times; time += 1) yield piece;
}

const limits: Limits = { timeoutMs: 60_000, maxBytes: caps.Kandji };
const over = async (url: string, change: Partial<Limits> = {}): Promise<HttpAnswer> =>
  exchange(
    async (address, init) => fetch(address, init),
    { url, method: "GET", headers: {} },
    { ...limits, ...change },
  );

describe("over a real connection", () => {
  const blanks = new Uint8Array(64_000).fill(0x20);

  test.each([
    ["100 MB that say so", [`Content-Length: ${100 * megabyte}`], 1_563],
    ["100 MB that end with the connection", ["Connection: close"], 1_563],
    ["a body that would go on for ever", ["Connection: close"], Infinity],
  ])("%s: no more than the cap is read, and the connection is given up", async (_, head, times) => {
    const witness = await servedBy(head, () => repeated(blanks, times));
    expect((await over(witness.url)).body).toBeUndefined();
    await witness.closed;
    // What lies in the buffers of both ends is written and not read.
    expect(witness.written).toBeLessThanOrEqual(caps.Kandji + 16 * megabyte);
  });

  test("a length that is too small ends the body there, whatever follows", async () => {
    const witness = await servedBy(["Content-Length: 5", "Connection: close"], () => repeated(blanks, Infinity));
    expect((await over(witness.url)).body).toBe("     ");
    await witness.closed;
  });

  test("a length that is too large is an answer that broke off", async () => {
    const { url } = await servedBy(["Content-Length: 1000000"], () => repeated(blanks, 1));
    await expect(over(url)).rejects.toBeInstanceOf(CutBody);
  });

  test.each(named(["-1", "NaN", "1e3", "", "5, 6", "0x10", "9".repeat(400)]))(
    "a length of %s is no answer",
    async (_, length) => {
      const { url } = await servedBy([`Content-Length: ${length}`, "Connection: close"], () => repeated(blanks, 2_000));
      const answer = await over(url).catch((error: unknown) => error);
      expect(answer instanceof Error ? undefined : (answer as HttpAnswer).body).toBeUndefined();
    },
  );

  test("chunks without end are cut off", async () => {
    const chunk = Buffer.concat([Buffer.from("fa00\r\n"), blanks, Buffer.from("\r\n")]);
    const witness = await servedBy(["Transfer-Encoding: chunked"], () => repeated(chunk, Infinity));
    expect((await over(witness.url)).body).toBeUndefined();
    await witness.closed;
  });

  test("headers without end are no answer", async () => {
    const { url } = await servedBy([`X: ${"x".repeat(10 * megabyte)}`], () => []);
    await expect(over(url)).rejects.toThrow("fetch failed");
  });
});

describe("a bomb", () => {
  /** 20 KB that become 20 MB; gzip allows as many of them in a row as one likes. */
  const member = gzipSync(new Uint8Array(20 * megabyte).fill(0x20));
  const bombs: readonly [what: string, encoding: string, piece: Uint8Array][] = [
    ["gzip", "gzip", member],
    ["gzip in gzip", "gzip, gzip", gzipSync(Buffer.concat(Array.from({ length: 50 }, () => member)))],
  ];

  test.each(bombs)(
    "of %s without end is cut off at the cap, and memory stays where it was",
    async (_, encoding, piece) => {
      const before = process.memoryUsage.rss();
      let most = before;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
      const witness = await servedBy([`Content-Encoding: ${encoding}`, "Connection: close"], () => repeated(piece, 50));
      expect((await over(witness.url)).body).toBeUndefined();
      await witness.closed;
      clearInterval(watch);
      expect(Math.max(most, process.memoryUsage.rss()) - before).toBeLessThan(200 * megabyte);
    },
  );

  test("that ends one byte below the cap is read, and one that ends one byte above it is not", async () => {
    for (const [bytes, length] of [
      [caps.Kandji, caps.Kandji],
      [caps.Kandji + 1, undefined],
    ] as const) {
      const packed = gzipSync(new Uint8Array(bytes).fill(0x20));
      const { url } = await servedBy(["Content-Encoding: gzip", `Content-Length: ${packed.byteLength}`], () => [
        packed,
      ]);
      expect((await over(url)).body?.length).toBe(length);
    }
  });

  test("that is no gzip at all, or none any more, is an answer that broke off", async () => {
    const spoiled = Buffer.concat([member.subarray(0, 1_000), Buffer.alloc(1_000, 0xff)]);
    for (const body of [Buffer.from("not gzip"), spoiled]) {
      const { url } = await servedBy(["Content-Encoding: gzip", "Connection: close"], () => [body]);
      const error = await over(url).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(CutBody);
    }
  });
});

describe("bytes that are no UTF-8", () => {
  const marks: readonly [what: string, bytes: readonly number[], read: string][] = [
    ["a byte that never stands in it", [0xff], "\uFFFD"],
    ["a character that is cut", [0xe2, 0x82], "\uFFFD"],
    ["a longer way to write a slash", [0xc0, 0xaf], "\uFFFD\uFFFD"],
    ["half of a surrogate pair", [0xed, 0xa0, 0x80], "\uFFFD\uFFFD\uFFFD"],
    ["a character beyond the last", [0xf4, 0x90, 0x80, 0x80], "\uFFFD\uFFFD\uFFFD\uFFFD"],
    ["a lone continuation", [0x80], "\uFFFD"],
  ];

  test.each(marks)("%s: is marked as such, and its record is a record", async (_, bytes, read) => {
    const page = Buffer.concat([Buffer.from('{"results":[{"id":"a","s":"'), Buffer.from(bytes), Buffer.from('"}]}')]);
    const whole = await exchange(
      async () => new Response(page, { headers: { "Content-Length": String(page.byteLength) } }),
      { url: "https://a.example/", method: "GET", headers: {} },
      limits,
    );
    const inPieces = await exchange(
      async () =>
        new Response(
          new ReadableStream({
            start: (controller) => {
              for (const byte of page) controller.enqueue(new Uint8Array([byte]));
              controller.close();
            },
          }),
        ),
      { url: "https://a.example/", method: "GET", headers: {} },
      limits,
    );
    expect(inPieces.body).toBe(whole.body);
    expect(readPage(auditEvents, whole.body ?? "", 0).records.map(({ raw }) => raw)).toEqual([
      `{"id":"a","s":"${read}"}`,
    ]);
  });

  test("a mark of byte order in front is no part of the text", async () => {
    const page = Buffer.from('\uFEFF{"results":[]}');
    const { body } = await exchange(
      async () => new Response(page),
      { url: "https://a.example/", method: "GET", headers: {} },
      limits,
    );
    expect(body).toBe('{"results":[]}');
  });
});
