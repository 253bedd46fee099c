import { firstPlace, pageParameters, readListingPage, valueAt, type ListingPage } from "../collection/listing/pages.ts";
import type { DestinationConfig, TenantConfig } from "../config/config.ts";
import { admins } from "../datasets/admins.ts";
import { microsOf } from "../datasets/instant.ts";
import { kandjiDatasets } from "../datasets/registry.ts";
import { UnreadableAnswer, type KandjiFeed, type KandjiRequest } from "../datasets/dataset.ts";
import { devices } from "../datasets/devices.ts";
import type { Listing, Way } from "../datasets/listing.ts";
import { Pass } from "../delivery/pass.ts";
import { send } from "../delivery/send.ts";
import type { Verdict } from "../destinations/destination.ts";
import type { KandjiClient } from "../kandji/client.ts";
import type { Failure, Permission } from "../kandji/failure.ts";
import type { Ports } from "../ports.ts";
import type { Check } from "./check.ts";
import { checkClock } from "./clock.ts";
import { checkRecords } from "./drift.ts";
import { checkHost } from "./host.ts";

const recentMs = 24 * 3_600_000;
/** Records of a feed that are held to what is documented: one request brings them. */
const sampleSize = 10;

interface Manner {
  /** Whether unknown words of records may be told here. */
  readonly mayName: boolean;
  /** Is told each check when it was made. */
  readonly tell?: (check: Check) => void;
}

/** Asks Kandji for a few records of each dataset that the tenant collects, and for one admin where events are to name them; then tells of host and clock. */
export async function checkSource(
  ports: Ports,
  client: KandjiClient,
  tenant: TenantConfig,
  { mayName, tell = () => undefined }: Manner,
): Promise<Check[]> {
  const checks: Check[] = [];
  const add = (...found: readonly Check[]): void => {
    checks.push(...found);
    for (const check of found) tell(check);
  };
  const asker = new Asker(ports, client);
  for (const { dataset, api } of askedOf(tenant)) {
    if (dataset.reading === "feed") add(...(await asker.feed(dataset, mayName)));
    else add(await asker.listing(dataset, api));
  }
  if (asker.outcomes.length > 0) add(checkHost(client.host, asker.outcomes));
  // Nobody's clock was seen where nothing answered.
  if (asker.outcomes.some((outcome) => outcome?.kind !== "kandji-unreachable")) add(checkClock(client.aheadMs));
  return checks;
}

interface Asked {
  readonly dataset: KandjiFeed | Listing;
  readonly api: "v1" | "v2" | undefined;
}

function askedOf({ datasets: chosen }: TenantConfig): Asked[] {
  return [...chosen].flatMap(([name, { api, enrich }]): Asked[] => {
    const dataset = kandjiDatasets.get(name);
    if (dataset === undefined) return [];
    const isNamed = enrich.includes("actor") && !chosen.has(admins.name);
    return [{ dataset, api }, ...(isNamed ? [{ dataset: admins, api: undefined }] : [])];
  });
}

/** The names of the checks that `checkSource` is going to make, but for those that depend on an answer. */
export const plannedAtSource = (tenant: TenantConfig): string[] =>
  askedOf(tenant).map(({ dataset, api }) =>
    nameOf(dataset.reading === "feed" ? dataset.permission : wayOf(dataset, api).permission),
  );

const nameOf = ({ label, method, path }: Permission): string => `Kandji: "${label}" (${method} ${path})`;

function wayOf({ ways }: Listing, api: "v1" | "v2" | undefined): Way {
  const [first] = ways;
  return ways.find((one) => one.api === api && api !== undefined) ?? first;
}

/** Asks for a few records of a dataset, and for one device where each is asked. */
class Asker {
  readonly #ports: Ports;
  readonly #client: KandjiClient;
  /** What came of each request: `undefined` for an answer. */
  readonly outcomes: (Failure | undefined)[] = [];
  #device: Promise<Answer> | undefined;

  constructor(ports: Ports, client: KandjiClient) {
    this.#ports = ports;
    this.#client = client;
  }

  async feed(dataset: KandjiFeed, mayName: boolean): Promise<Check[]> {
    const since = microsOf(this.#ports.now() - recentMs);
    const request = dataset.ask({ limit: sampleSize, since, order: "time" });
    let records: readonly unknown[] = [];
    const read = (body: string): number => (records = dataset.read(JSON.parse(body)).records).length;
    const answer = await this.#ask(request, { permission: dataset.permission, read });
    const check = this.#check(dataset.permission, answer, "no record in the last 24 hours");
    return records.length === 0 ? [check] : [check, checkRecords(dataset, records, mayName)];
  }

  async listing(dataset: Listing, api: "v1" | "v2" | undefined): Promise<Check> {
    const way = wayOf(dataset, api);
    const permission = dataset.licence === undefined ? way.permission : { ...way.permission, licence: dataset.licence };
    if ((way.scope ?? dataset.scope) === "tenant")
      return this.#check(permission, await this.#page(way, permission), "no row yet");
    this.#device ??= this.#page(devices.ways[0], devices.ways[0].permission);
    const listed = await this.#device;
    if (!listed.ok) return this.#check(permission, listed, "");
    const device = listed.first;
    if (device === undefined) return this.#check(permission, { ok: true, first: undefined }, "no device to ask for");
    return this.#check(permission, await this.#page(way, permission, device), "no row yet");
  }

  async #page(way: Way, permission: Permission, device?: string): Promise<Answer> {
    const { path, search } = way.ask({ days: 1, filters: {}, ...(device === undefined ? {} : { device }) });
    const place = firstPlace(way.paging);
    const request = { path, search: { ...search, ...pageParameters(way.paging, place, 1) } };
    return this.#ask(request, { permission, read: (body) => firstId(readListingPage(way, body, place)) });
  }

  async #ask(request: KandjiRequest, { permission, read }: Reading): Promise<Answer> {
    const result = await this.#client.get(request, permission);
    this.outcomes.push(result.ok ? undefined : result.failure);
    if (!result.ok) return { ok: false, message: result.failure.message, fix: result.failure.fix };
    try {
      const found = read(result.body);
      return { ok: true, first: found === 0 ? undefined : String(found) };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer || error instanceof SyntaxError)) throw error;
      return {
        ok: false,
        message: "Kandji's answer is not the one its API page describes",
        fix: "Check that the API URL is the one of the console",
      };
    }
  }

  #check(permission: Permission, answer: Answer, none: string): Check {
    const name = nameOf(permission);
    if (!answer.ok) return { name, ok: false, message: answer.message, fix: answer.fix };
    const seen = answer.first === undefined ? none : "a record was read";
    return { name, ok: true, message: `Kandji answered for ${this.#client.host}: ${seen}` };
  }
}

interface Reading {
  readonly permission: Permission;
  /** What was found: the id of a device, or how many records; 0 for none. */
  readonly read: (body: string) => string | number;
}

type Answer =
  | { readonly ok: true; readonly first: string | undefined }
  | { readonly ok: false; readonly message: string; readonly fix: string };

function firstId({ rows }: ListingPage): string | number {
  const [row] = rows;
  if (row === undefined) return 0;
  const id = valueAt(row.value, ["device_id"]);
  return typeof id === "string" ? id : rows.length;
}

export const nameOfDestination = ({ id, type, destination }: DestinationConfig): string =>
  `Destination ${id} (${type}, ${destination.host})`;

/** Sends one marked record through the real path and judges the answer. It is not counted. */
export async function checkDestination(ports: Ports, tenant: string, config: DestinationConfig): Promise<Check> {
  const { destination } = config;
  const name = nameOfDestination(config);
  const at = new Date(ports.now()).toISOString();
  const context = { tenant, dataset: "audit-events", collectedAt: ports.now(), test: true };
  const raw = JSON.stringify({
    id: `kandji-forwarder-test-${ports.now()}`,
    kandji_forwarder_test: true,
    message: "Test record of kandji-forwarder; it can be ignored",
    tenant,
    occurred_at: at,
  });
  const { open, close } = destination.frame(context);
  const body = open + destination.encode({ raw }, context) + close;
  const pass = new Pass(ports, destination);
  const refusal = pass.isMissing ? await pass.ask() : undefined;
  if (refusal !== undefined) return { name, ok: false, ...advice(refusal.verdict) };
  const test = { id: `test_${tenant}_${config.id}_${ports.now()}`, context, body };
  const sent = await send(ports, destination, test, pass.token);
  if (!sent.answered) {
    return {
      name,
      ok: false,
      message: sent.why,
      fix: "Check the address of the intake and that it can be reached from the internet",
    };
  }
  const verdict = destination.judge(sent.answer, { records: 1 });
  if (verdict.kind === "accepted")
    return { name, ok: true, message: `The test record was accepted (${sent.answer.status})` };
  return { name, ok: false, ...advice(verdict) };
}

function advice(verdict: Exclude<Verdict, { kind: "accepted" }>): { readonly message: string; readonly fix: string } {
  const message = verdict.kind === "accepted-except" ? "The test record was refused" : verdict.why;
  return { message, fix: verdict.kind === "locked-out" ? verdict.fix : fixes[verdict.kind] };
}

const fixes = {
  "accepted-except": "Look at what the intake requires of a record",
  "accepted-some": "Look at what the intake requires of a record",
  "try-later": "The intake is there and cannot take records now: try again later",
  "too-big": "The intake refuses even a small request: check the address",
  refused: "The intake understood the request and refused the test record: look at what it requires of a record",
} as const;
