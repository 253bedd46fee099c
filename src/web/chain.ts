/** The chain of deliveries of a tenant: what `npm run verify-chain` compares an archive with. */

import type { Context } from "hono";
import * as z from "zod";
import type { ChainStanding, TenantOperations } from "../tenant/report.ts";
import { whereabouts } from "../status/known-tenant.ts";
import { readQuery, type QueryShape } from "./query.ts";
import { Refusal } from "./refusal.ts";
import { askTenant, subjectOf } from "./subject.ts";
import type { WebTypes } from "./web-types.ts";

/** By this `verify-chain` knows a manifest; the number changes when an old program could not read it any more. */
const format = "kandji-forwarder-chain/1";

interface Question {
  readonly destination?: string | undefined;
  readonly after: number;
}

export const question: QueryShape<Question> = {
  schema: z.strictObject({
    destination: z.string().optional(),
    after: z
      .string()
      .regex(/^\d{1,15}$/, "is not a whole number")
      .default("0")
      .transform(Number),
  }),
  mend: "Ask with ?destination=NAME, with ?after=SEQ for the entries behind that number, with both or with neither",
};

export async function showChain(c: Context<WebTypes>): Promise<Response> {
  const subject = await subjectOf(c);
  const { destination, after } = readQuery(c.req.url, question);
  const { gateway, tenant } = subject;
  const home = whereabouts(tenant);
  // Without whereabouts there is no object, so there is no chain.
  const all = home === undefined ? [] : await askTenant(subject, (object) => object.chains());
  const chosen = destination === undefined ? all : all.filter((chain) => chain.destination === destination);
  if (destination !== undefined && chosen.length === 0) throw unknownDestination(destination, all);
  const object = gateway.tenant(tenant.id, home ?? "");
  const head = { format, tenant: tenant.id, at: new Date(gateway.now()).toISOString() };
  return new Response(streamOf(manifest(head, chosen, object, after)), {
    headers: { "Content-Type": "application/json" },
  });
}

/** In pieces: a long chain is more than an object or a call between them may hold. */
async function* manifest(
  head: object,
  chains: readonly ChainStanding[],
  object: TenantOperations,
  after: number,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"manifests":[`;
  for (const [index, { destination }] of chains.entries()) {
    if (index > 0) yield ",\n";
    yield* chainOf(object, destination, after);
  }
  yield "]}\n";
}

async function* chainOf(object: TenantOperations, destination: string, after: number): AsyncGenerator<string> {
  let page = await object.chainPage(destination, after);
  const { generation, before } = page;
  yield `{"destination":${JSON.stringify(destination)},"generation":${JSON.stringify(generation)},`;
  yield `"before":${JSON.stringify(before)},"entries":[`;
  yield lined(page.entries);
  while (page.hasMore) {
    const next = await object.chainPage(destination, page.head.seq);
    // The destination was forgotten meanwhile, or the rest outran us: half a manifest must not look like a whole one.
    if (next.before.mac !== page.head.mac) throw new Error("The chain changed while it was read");
    yield ",";
    yield lined(next.entries);
    page = next;
  }
  yield `],"head":${JSON.stringify(page.head)}}`;
}

/** An entry on a line of its own. No text in an entry has a brace in it. */
const lined = (entries: string): string => (entries === "" ? "" : `\n${entries.replaceAll("},{", "},\n{")}`);

/** A failure on the way breaks the answer off, so that nobody takes it for whole. */
function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const piece = await pieces.next();
      if (piece.done === true) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

function unknownDestination(name: string, all: readonly ChainStanding[]): Refusal {
  const names = all.map(({ destination }) => `"${destination}"`).join(", ");
  return new Refusal(400, {
    what: `Cannot accept the query: this tenant has no destination "${name.slice(0, 63)}"`,
    where: "query / destination",
    mend: names === "" ? "This tenant has no destination yet" : `Use one of ${names}`,
  });
}
