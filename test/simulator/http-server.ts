/** A `fetch` handler on a loopback port: requests and answers pass whole, and broken answers break on the wire too. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Handler = (request: Request) => Promise<Response>;

export interface HttpServer {
  readonly port: number;
  readonly origin: string;
  close(): Promise<void>;
}

export async function listen(handler: Handler, port = 0): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    pass(handler, incoming, outgoing).catch(() => outgoing.destroy());
  });
  // A caller's pool must not meet a connection that is just being closed: that is no fault anyone asked for.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return { port: bound, origin: `http://127.0.0.1:${bound}`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function pass(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const answer = await handler(await requestFrom(incoming, gone.signal));
  const headers = Object.fromEntries(answer.headers);
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  if (reader === undefined || first === undefined || first.done) {
    outgoing.writeHead(answer.status, { ...headers, "content-length": "0" }).end();
    return;
  }
  const chunk: unknown = first.value;
  const second = answer.headers.has("content-length") ? undefined : await reader.read();
  if (second?.done === true && chunk instanceof Uint8Array) {
    outgoing.writeHead(answer.status, { ...headers, "content-length": String(chunk.length) }).end(chunk);
    return;
  }
  outgoing.writeHead(answer.status, headers).write(chunk);
  if (second !== undefined && !second.done) outgoing.write(second.value);
  // An answer that announces its length is one that is about to be cut: what was sent must leave before the break.
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (let next = await reader.read(); !next.done; next = await reader.read()) outgoing.write(next.value);
  outgoing.end();
}

async function requestFrom(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? "", incoming.rawHeaders[i + 1] ?? "");
  }
  const url = `http://${incoming.headers.host ?? "127.0.0.1"}${incoming.url ?? "/"}`;
  const { method = "GET" } = incoming;
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers, signal });
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return new Request(url, { method, headers, signal, body: Buffer.concat(chunks) });
}
