import { gzipSync } from "node:zlib";
import type { Destination, Grant, Verdict } from "../../src/destinations/destination.ts";
import { SimulatedIntake, type IntakeOptions } from "../simulator/intake.ts";
import { destinationOf } from "../config/ask.ts";

/** A batch as delivery sends it, and what a simulated intake makes of it. */

export const three = [
  '{"id":"01M7Y5P6VW58HV0CDTK6D66Q58","occurred_at":"2026-05-01T08:31:02.123456Z","n":12345678901234567890.10}',
  '{"id":"01M7Y5PE73K4KGHW3N8BY4SW7X","occurred_at":"2026-05-01T08:31:03Z","new_state":{"list":[1,{"a":"}"}]}}',
  '{"device_id":"d1","name":"é","_forwarder":{"change":"updated","seenAt":"2026-05-01T08:31:04.500Z"}}',
];

export const batch = { tenant: "acme", dataset: "audit-events", collectedAt: 1_777_624_265_000, id: "b-1" };

export function bodyOf(destination: Destination, raws: readonly string[]): string {
  const { open, separator, close } = destination.frame(batch);
  return open + raws.map((raw) => destination.encode({ raw }, batch)).join(separator) + close;
}

/** What an answer is taken for. */
export function judged(secret: object, status: number, body?: string): Verdict["kind"] {
  return destinationOf(secret).destination.judge({ status, headers: new Headers(), body }, { records: 1 }).kind;
}

export interface Exchange {
  readonly intake: SimulatedIntake;
  readonly status: number;
  readonly verdict: Verdict;
  /** The texts that the intake holds afterwards. */
  readonly held: readonly string[];
}

/** What the intake grants when it is asked for a token; undefined where it wants none. */
export async function granted(destination: Destination, intake: SimulatedIntake): Promise<Grant | undefined> {
  const { authorization } = destination;
  if (authorization === undefined) return undefined;
  const { url, headers, body } = authorization.request();
  const answer = await intake.fetch(new Request(url, { method: "POST", headers, body }));
  return authorization.read({ status: answer.status, headers: answer.headers, body: await answer.text() });
}

/** Sends the body to a simulated intake, and judges the answer. */
export async function exchange(
  secret: object,
  options: IntakeOptions,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  intake = new SimulatedIntake(options),
): Promise<Exchange> {
  return deliver(secret, intake, { body, headers, records: 1 });
}

/** The same with so many records, and a token where the intake wants one. */
export async function deliver(
  secret: object,
  intake: SimulatedIntake,
  sent: { readonly body: string; readonly headers?: Readonly<Record<string, string>>; readonly records: number },
): Promise<Exchange> {
  const { destination } = destinationOf(secret);
  const grant = await granted(destination, intake);
  const request = destination.request(batch, grant?.kind === "granted" ? grant.token : undefined);
  const encoding = request.gzip ? { "content-encoding": "gzip" } : {};
  const answer = await intake.fetch(
    new Request(request.url, {
      method: "POST",
      headers: { ...request.headers, ...encoding, ...sent.headers },
      body: request.gzip ? gzipSync(sent.body) : sent.body,
    }),
  );
  const verdict = destination.judge(
    { status: answer.status, headers: answer.headers, body: await answer.text() },
    { records: sent.records },
  );
  return { intake, status: answer.status, verdict, held: [...intake.memory.texts.values()] };
}

/** A body of exactly so many bytes with one record. */
export function bodyOfSize(destination: Destination, bytes: number): string {
  const empty = Buffer.byteLength(bodyOf(destination, ['{"id":"x","pad":""}']));
  return bodyOf(destination, [`{"id":"x","pad":"${"p".repeat(bytes - empty)}"}`]);
}

/** The event that the documents show. */
export const exampleEvent = `{"id":"01M7Y5P6VW58HV0CDTK6D66Q58","action":"update","occurred_at":"2026-11-21T04:26:31.298524Z","actor_id":"20a7c36d-5ee0-442d-9bde-e4bb331dd817","actor_type":"user","target_id":"f4098739-e182-46fd-98a3-a9a2c997a0b8","target_type":"library_item","target_component":"","new_state":{"name":"Figma","type":"vpp-app","active":true,"label":"18426d37-5c05-4f3f-9cf6-f4142b3aed00"},"metadata":{}}`;
