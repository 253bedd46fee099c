/** How a history begins: the tenants, what happens in their accounts, the intakes, and how all of it is set up. */
import { destinationTypes } from "../../src/destinations/registry.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { formats } from "../../src/formats/registry.ts";
import { AUDIT_EVENTS } from "../simulator/audit-endpoint.ts";
import type { EventPlan } from "../simulator/event-plan.ts";
import { intakeSetups } from "../simulator/intake-setups.ts";
import { intakeKinds, type IntakeKind } from "../simulator/intakes.ts";
import { integer, pick, type Random } from "../simulator/random.ts";
import type { IntakePlan, KandjiPlan, WorldPlan } from "../simulator/world.ts";
import type { FleetBeginning } from "./fleets.ts";

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
const day = 24 * hour;
/** When histories begin. */
export const epoch = Date.parse("2026-05-01T08:00:00Z");
/** The last event of a history occurs this long after its beginning, and is visible not much later. */
export const lastEventAfter = 30 * minute;
export const longestLateness = 8 * minute;
/** Requests an hour that a tenant may make unless its secret says otherwise. */
export const usualShare = 2_500;
/** What an intake refuses while it refuses anything. */
export const poison = "poison";

export interface Beginning {
  readonly plan: WorldPlan;
  readonly env: Readonly<Record<string, string>>;
  /** The secret that somebody has yet to put; a destination that joins later. */
  readonly missingAtFirst: string | undefined;
  /** Tenants by id, with where their objects live. */
  readonly homes: ReadonlyMap<string, string>;
  readonly tokens: ReadonlyMap<string, string>;
  /** Tenants that are polled at each firing of the cron. */
  readonly everyMinute: ReadonlySet<string>;
  readonly maxRequestsPerHour: number;
  readonly evictsWhenIdle: boolean;
  readonly latencyMs: number;
  readonly slowBodies: number;
  /** Absent in most histories. */
  readonly fleet?: FleetBeginning;
}

/** What the token of a tenant may read while nobody takes it away. */
export const permissionsOf = ({ plan }: Beginning, tenant: string): readonly string[] =>
  plan.kandji[tenant]?.permissions ?? [AUDIT_EVENTS];

/** What a plot asks of the beginning; all else is drawn. */
export interface Needs {
  /** At least so many. */
  readonly destinations?: number;
  /** Requests an hour: from, and up to how many more. */
  readonly share?: readonly [from: number, more: number];
  /** Bytes of the spool: from, and up to how many more. */
  readonly spoolBytes?: readonly [from: number, more: number];
  readonly every?: string;
  readonly evictsWhenIdle?: boolean;
  readonly latencyMs?: number;
  /** Every destination is a webhook that refuses some records from the beginning. */
  readonly refusing?: boolean;
}

const chance = (random: Random, share: number): boolean => random() < share;

export function begin(random: Random, needs: Needs = {}): Beginning {
  const within = ([from, more]: readonly [number, number]): number => from + integer(random, more);
  const tenants = ["acme", "umbrella", "initech"].slice(0, 1 + Math.floor(random() ** 3 * 3));
  const names = ["archive", "siem", "backup"].slice(
    0,
    Math.max(needs.destinations ?? 1, 1 + Math.floor(random() ** 1.5 * 3)),
  );
  const intakes = Object.fromEntries(names.map((name) => [name, intakeOf(random, needs.refusing === true)]));
  const tokens = new Map(tenants.map((id) => [id, `token-of-${id}-${integer(random, 1e9)}`]));
  const homes = new Map(tenants.map((id) => [id, chance(random, 0.2) ? "eu" : ""]));
  const maxRequestsPerHour = needs.share === undefined ? shareOf(random()) : within(needs.share);
  const everies = new Map(tenants.map((id) => [id, needs.every ?? pick(random, ["60s", "60s", "60s", "2m", "3m"])]));
  const spoolBytes = chance(random, 0.4) ? ([100_000, 1_000_000] as const) : undefined;
  const bound = needs.spoolBytes ?? spoolBytes;
  const size = random() ** 2;
  const kandji = tenants.map((id): [string, KandjiPlan] => [
    id,
    {
      token: tokens.get(id) ?? "",
      seed: integer(random, 1e6),
      events: eventsOf(random, size),
      nextCarriesDates: chance(random, 0.5),
      endDate: pick(random, ["inclusive", "exclusive"]),
      next: pick(random, ["url", "url", "token", "foreign"]),
    },
  ]);
  return {
    plan: { kandji: Object.fromEntries(kandji), intakes },
    env: {
      ADMIN_TOKEN: "admin-token-of-the-simulation",
      MAX_REQUESTS_PER_RUN: String(pick(random, [8, 45, 200])),
      ...(bound === undefined ? {} : { MAX_SPOOL_BYTES: String(within(bound)) }),
      ...Object.fromEntries(
        tenants.map((id) => [
          `TENANT_${id.toUpperCase()}`,
          tenantSecret(id, everies.get(id) ?? "60s", { tokens, homes, maxRequestsPerHour }),
        ]),
      ),
      ...Object.fromEntries(
        names.map((name) => [`DESTINATION_${name.toUpperCase()}`, destinationSecret(random, name, intakes)]),
      ),
    },
    missingAtFirst: chance(random, 0.2) ? `DESTINATION_${names.at(-1)?.toUpperCase()}` : undefined,
    homes,
    tokens,
    everyMinute: new Set(tenants.filter((id) => everies.get(id) === "60s")),
    maxRequestsPerHour,
    evictsWhenIdle: needs.evictsWhenIdle ?? chance(random, 0.7),
    latencyMs: needs.latencyMs ?? pick(random, [0, 200, 3_000, 30_000]),
    slowBodies: chance(random, 0.2) ? random() * 0.1 : 0,
  };
}

/** Some tenants may ask little: then the hour itself is what everything waits for. */
function shareOf(draw: number): number {
  if (draw < 0.15) return 60 + Math.floor(draw * 1_000);
  return draw < 0.3 ? 200 + Math.floor((draw - 0.15) * 6_000) : usualShare;
}

/** Most are webhooks, of whose requests the most can be told; the others come as often as they find what a webhook cannot. */
const shares = { webhook: 0.62, datadog: 0.14 };
const rare = intakeKinds.filter((kind) => !(kind in shares));

function kindOf(random: Random): IntakeKind {
  const draw = random();
  if (draw < shares.webhook) return "webhook";
  if (draw < shares.webhook + shares.datadog) return "datadog";
  return rare[integer(random, rare.length)] ?? "webhook";
}

function intakeOf(random: Random, isRefusing: boolean): IntakePlan {
  const kind = isRefusing ? "webhook" : kindOf(random);
  const isWebhook = kind === "webhook";
  const { knows } = intakeSetups[kind];
  // Of the two, only a webhook may use either to refuse.
  const status = isWebhook ? pick(random, [400, 422] as const) : 400;
  // A bucket looks into nothing and takes any object.
  if (kind === "r2") return { kind };
  return {
    kind,
    refuse: chance(random, isRefusing ? 1 : 0.5) ? [{ contains: poison, status }] : [],
    ...(chance(random, 0.3) ? { maxRecords: 40 + integer(random, 500) } : {}),
    ...(chance(random, 0.2) ? { maxBytes: 20_000 + integer(random, 200_000) } : {}),
    ...(isWebhook && !chance(random, 0.3) ? {} : knows),
  };
}

function destinationSecret(random: Random, name: string, intakes: Readonly<Record<string, IntakePlan>>): string {
  const intake = intakes[name];
  if (intake === undefined) throw new Error(`A destination ${name} without an intake`);
  const { signingSecret, ...secret } = intakeSetups[intake.kind].secret(`https://intake.example/intake/${name}`);
  const common = {
    ...secret,
    ...(chance(random, 0.3) ? { maxBatchRecords: 20 + integer(random, 400) } : {}),
    ...(chance(random, 0.3) ? { format: formatOf(random, intake.kind) } : {}),
  };
  if (intake.kind !== "webhook") return JSON.stringify(common);
  return JSON.stringify({
    ...common,
    ...(chance(random, 0.2) ? { gzip: true } : {}),
    ...(chance(random, 0.2) ? { encoding: "json-array" } : {}),
    ...(intake.signingSecret === undefined ? {} : { signingSecret }),
  });
}

/** Any that the type allows. */
function formatOf(random: Random, kind: IntakeKind): FormatName {
  const refused = destinationTypes.get(kind)?.refuses ?? {};
  const allowed = [...formats.values()].map(({ name }) => name).filter((name) => refused[name] === undefined);
  return allowed[integer(random, allowed.length)] ?? "raw";
}

function tenantSecret(
  id: string,
  every: string,
  { tokens, homes, maxRequestsPerHour }: Pick<Beginning, "tokens" | "homes" | "maxRequestsPerHour">,
): string {
  const jurisdiction = homes.get(id) ?? "";
  return JSON.stringify({
    subdomain: id,
    token: tokens.get(id),
    maxRequestsPerHour,
    datasets: { "audit-events": { every } },
    ...(jurisdiction === "" ? {} : { jurisdiction }),
  });
}

/** A past that is history at the first sync, and events of the two hours in which most of it happens. */
function eventsOf(random: Random, size: number): EventPlan[] {
  const marked = { count: integer(random, 4), text: poison };
  return [
    {
      seed: integer(random, 1e6),
      count: integer(random, 200 + 3_000 * size),
      from: epoch - 40 * day,
      to: epoch - hour,
      ties: { groups: integer(random, 20), size: 1 + integer(random, chance(random, 0.1) ? 1_200 : 100) },
      marked,
    },
    {
      seed: integer(random, 1e6),
      count: integer(random, 200 + 3_000 * size),
      from: epoch - 20 * minute,
      to: epoch + lastEventAfter,
      late: { share: random() * 0.1, byMs: integer(random, longestLateness) },
      ties: { groups: integer(random, 30), size: 1 + integer(random, 20) },
      future: { count: integer(random, 20), aheadMs: day },
      marked,
      odd: integer(random, 20),
      bare: chance(random, 0.2) ? integer(random, 5) : 0,
    },
  ];
}
