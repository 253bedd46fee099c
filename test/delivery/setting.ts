import type { DestinationConfig } from "../../src/config/config.ts";
import { Courier } from "../../src/delivery/courier.ts";
import type { Trouble } from "../../src/delivery/trouble.ts";
import type { Destination, Verdict } from "../../src/destinations/destination.ts";
import type { HttpAnswer, HttpRequest, Ports } from "../../src/ports.ts";
import { ChainKey } from "../../src/spool/chain-entry.ts";
import type { Lane } from "../../src/spool/lanes.ts";
import { identify, live, spoolOf } from "../spool/setting.ts";

export const start = Date.parse("2026-05-01T08:00:00Z");

/** An intake of lines whose verdict is what the answer's status says in this table. */
export function destinationOf(change: Partial<Destination> = {}): Destination {
  return {
    type: "plain",
    limits: { records: 1_000, bytes: 900_000 },
    encodingVersion: () => "1",
    host: "intake.example",
    frame: () => ({ open: "", separator: "\n", close: "\n" }),
    encode: ({ raw, restampedAt }) => (restampedAt === undefined ? raw : `${restampedAt}:${raw}`),
    request: ({ id }) => ({ url: "https://intake.example/in", headers: { "webhook-id": id }, gzip: false }),
    judge: ({ status, body = "" }) => verdicts[status]?.(body) ?? { kind: "try-later", why: `It answered ${status}` },
    ...change,
  };
}

const verdicts: Readonly<Record<number, (body: string) => Verdict>> = {
  200: () => ({ kind: "accepted" }),
  // The body lists the indexes of those that were refused.
  207: (body) => ({
    kind: "accepted-except",
    refused: new Map((JSON.parse(body) as number[]).map((index) => [index, `Number ${index} is bad`])),
  }),
  // Some of them were refused, and it does not say which.
  206: () => ({ kind: "accepted-some", why: "It answered 206" }),
  400: () => ({ kind: "refused", why: "It answered 400" }),
  // The body is the index of the first that is bad.
  422: (body) => ({ kind: "refused", why: "It answered 422", culprit: Number(body) }),
  401: () => ({ kind: "locked-out", why: "It answered 401", fix: "Mend the key" }),
  413: () => ({ kind: "too-big", why: "It answered 413" }),
};

export function configOf(change: Partial<DestinationConfig> = {}): DestinationConfig {
  const destination = change.destination ?? destinationOf();
  return {
    id: "siem",
    secretName: "DESTINATION_SIEM",
    type: destination.type,
    destination,
    datasets: undefined,
    oldRecords: "send",
    maxBatchRecords: destination.limits.records,
    maxBatchBytes: destination.limits.bytes,
    fingerprint: "0123456789abcdef",
    ...change,
  };
}

/** What an intake answers to the lines of a request. */
export type Intake = (
  lines: readonly string[],
  id: string,
) => Partial<HttpAnswer> | Promise<Partial<HttpAnswer>> | Error;

const idsOf = (lines: readonly string[]): string[] => lines.map((raw) => identify("", raw).id);

/** Couriers over one spool, whose intake is a function. */
export function officeOf(intake: Intake, maxSpoolBytes?: number) {
  const { sql, spool, again } = spoolOf(maxSpoolBytes, "siem");
  const clock = { at: start };
  const office = { intake };
  /** What was sent, newest last: the ids of the records, and the request's own id. */
  const sent: { readonly ids: readonly string[]; readonly id: string; readonly at: number; readonly body: string }[] =
    [];
  const ports: Ports = {
    now: () => clock.at,
    random: () => 0.5,
    sleep: async (ms) => void (clock.at += ms),
    sql,
    http: async ({ headers, body }: HttpRequest) => {
      const lines = String(body).split("\n").slice(0, -1);
      const id = headers["webhook-id"] ?? "";
      sent.push({ ids: idsOf(lines), id, at: clock.at, body: String(body) });
      const answer = await office.intake(lines, id);
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: new Headers(), body: "", ...answer };
    },
  };
  const options = {
    ports,
    spool,
    tenant: "acme",
    generation: "g1",
    chainKey: new ChainKey("a key that the intake does not have"),
    recordIdOf: (_: string, raw: string) => identify("", raw).id,
    countedFrom: () => 0,
  };
  const courierFor = (config: Partial<DestinationConfig> = {}, trouble: Trouble | null = null, over = spool): Courier =>
    new Courier({ ...options, spool: over, config: configOf(config), trouble });
  const append = (raws: readonly string[], lane: Lane = live): void =>
    spool.append(lane, lane.stream === "redriven" ? "siem" : null, raws, clock.at, null);
  return { office, sent, clock, sql, spool, again, courierFor, append, ports };
}

/** Works until there is nothing to do now; answers how many requests it took. */
export async function work(courier: Courier, most = 1_000): Promise<number> {
  for (let steps = 0; steps < most; steps += 1) {
    if (!courier.isReady() || (await courier.step()) === "idle") return steps;
  }
  throw new Error("The courier does not come to rest");
}

/** Refuses every request that holds one of these records. */
export const refusing =
  (...bad: readonly string[]): Intake =>
  (lines) => ({ status: idsOf(lines).some((id) => bad.includes(id)) ? 400 : 200 });
