/**
 * Leaves a state behind for the tests of upgrades: runs a version as the real Worker in the real runtime until its state
 * is as rich as one can be, kills it in the middle of that, and keeps what it wrote and what the two ends know.
 *
 *   node test/upgrades/make-fixture.ts CHECKOUT
 *
 * CHECKOUT has the sources of the version; its dependencies are installed or linked. Everything else, the simulator too,
 * is of this checkout.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type * as ReadConfig from "../../src/config/read-config.ts";
import { Installation, tokenOf, until, type DestinationStatus, type TenantStatus } from "../outside/installation.ts";
import type { EventPlan } from "../simulator/event-plan.ts";
import type { Fault } from "../simulator/faults.ts";
import type { WorldAddresses, WorldPlan } from "../simulator/world.ts";
import { readDatabases } from "./databases.ts";
import {
  digestOf,
  endsFile,
  eventsOf,
  fixtureFolder,
  packed,
  runsOf,
  stateFile,
  type Ends,
  type KnownDeadLetter,
} from "./fixture.ts";
import { poorIn } from "./riches.ts";

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;
/** Below the ports that systems give away by themselves, and used by nothing well known. */
const ports = 28_410;
const adminToken = "admin-token-of-the-outside-tests";
const signingSecret = `whsec_${Buffer.from("a secret of the upgrade tests only").toString("base64")}`;
const apiKey = "datadog-api-key-of-the-upgrade-tests";
const poison = "the strict one refuses this";
const datasets = { "audit-events": { every: "1s" } };
const hang: Fault = { do: "hang" };
/** More than a row takes, and than any of these intakes. */
const longRecord = 1_900_000;

const start = Date.now();
/** Padded, so that few records fill the spool and their text still packs well. */
const before: readonly EventPlan[] = [
  { seed: 1, count: 3, from: start - 50 * day, to: start - 49 * day, marked: { count: 2, text: poison } },
  {
    seed: 2,
    count: 3_000,
    from: start - 48 * day,
    to: start - day,
    recordBytes: 8_000,
    odd: 40,
    ties: { groups: 5, size: 4 },
  },
  {
    seed: 3,
    count: 700,
    from: start - 9 * minute,
    to: start - second,
    ties: { groups: 5, size: 4 },
    late: { share: 0.05, byMs: 10 * minute - 30 * second },
    bare: 2,
  },
  { seed: 4, count: 1, from: start - minute, to: start - minute + 1, recordBytes: longRecord },
];
const afterwards: EventPlan = { seed: 5, count: 120, from: start + 5 * minute, to: start + 20 * minute };

const planWith = (events: readonly EventPlan[]): WorldPlan => ({
  kandji: { acme: { token: tokenOf("acme"), events } },
  intakes: {
    archive: { kind: "webhook", signingSecret },
    strict: { kind: "webhook", refuse: [{ contains: poison, status: 422 }] },
    slow: { kind: "webhook" },
    siem: { kind: "datadog", apiKey },
  },
});

function secretsAt({ kandji, intakes }: WorldAddresses): Record<string, string> {
  const webhook = (name: string, more: object): string =>
    JSON.stringify({ type: "webhook", url: intakes[name], ...more });
  return {
    ADMIN_TOKEN: adminToken,
    ALLOW_LOCAL_HOSTS: "true",
    MAX_SPOOL_BYTES: "6500000",
    TENANT_ACME: JSON.stringify({
      apiUrl: kandji["acme"],
      token: tokenOf("acme"),
      datasets,
      maxRequestsPerHour: 10_000,
    }),
    DESTINATION_ARCHIVE: webhook("archive", { signingSecret }),
    DESTINATION_STRICT: webhook("strict", { encoding: "json-array", maxBatchRecords: 300 }),
    DESTINATION_SLOW: webhook("slow", {}),
    DESTINATION_SIEM: JSON.stringify({
      type: "datadog",
      site: "datadoghq.eu",
      apiKey,
      url: intakes["siem"],
      oldRecords: "restamp",
    }),
  };
}

interface Left {
  readonly plan: WorldPlan;
  readonly secrets: Record<string, string>;
  readonly leftAt: number;
  readonly status: TenantStatus;
  readonly deadLetters: readonly KnownDeadLetter[];
}

const bookOf = ({ destinations }: TenantStatus, name: string): DestinationStatus | undefined =>
  destinations.find((one) => one.name === name);

const has =
  (code: string, subject: string) =>
  ({ problems }: TenantStatus): boolean =>
    problems.some((problem) => problem.code === code && problem.subject.endsWith(subject));

async function untilStatus(house: Installation, what: string, holds: (status: TenantStatus) => boolean) {
  return until(what, () => house.tenant(), holds, minute);
}

/** One destination refuses a record, one is away, one comes later and is paused, and history goes on behind it all. */
async function live(house: Installation): Promise<void> {
  const { DESTINATION_SIEM: _, ...withoutSiem } = secretsAt(house.addresses);
  await house.worker.restart(withoutSiem);
  house.kandji().change({ latencyMs: 2500 });
  const away: Fault = { do: "status", status: 503, retryAfter: { seconds: 2, as: "seconds" } };
  house.intake("slow").faults.set({ always: away });
  house.beginFiring();
  await untilStatus(house, "dead letters", (status) => {
    const [strict, archive] = [bookOf(status, "strict"), bookOf(status, "archive")];
    return (strict?.dead ?? 0) >= 3 && (archive?.dead ?? 0) >= 1;
  });
  await house.worker.restart(secretsAt(house.addresses));
  house.kandji().change({ latencyMs: 4000 });
  house.beginFiring();
  await untilStatus(house, "news for the late comer", (status) => (bookOf(status, "siem")?.delivered ?? 0) > 0);
  await house.json("/tenants/acme/pause", { method: "POST", body: { destination: "siem" } });
  house.intake("strict").change({ refuse: [{ contains: `"action"`, status: 422 }] });
  await untilStatus(house, "owed records", has("records-owed", "slow"));
  await untilStatus(house, "an intake that refuses everything", has("refuses-everything", "strict"));
}

/** The last news; the answer to the batch that carries them is lost with the process. */
async function die(house: Installation): Promise<Left> {
  const now = Date.now();
  const last: readonly EventPlan[] = [
    { seed: 6, count: 1, from: now - 1500, to: now - 1499, recordBytes: longRecord },
    { seed: 7, count: 30, from: now - 1400, to: now - 1000 },
  ];
  const archive = house.intake("archive");
  archive.change({ latencyMs: 400 });
  for (const events of last) house.kandji().seed(events);
  house.beginFiring();
  const longEvent = house
    .kandji()
    .store.visible()
    .findLast(({ raw }) => raw.length >= longRecord - 100);
  await until(
    "the long record to be read",
    () => longEvent?.served ?? 0,
    (served) => served > 0,
  );
  house.kandji().faults.set({ always: hang });
  const known = archive.memory.batches.length;
  archive.faults.set({ script: [{ do: "lost-answer" }, ...Array.from({ length: 50 }, () => hang)] });
  await until(
    "the last batch",
    () => archive.memory.batches.length,
    (batches) => batches > known,
  );
  let [books, looks] = ["", 0];
  const status = await untilStatus(house, "everything to stand still", ({ destinations }) => {
    const seen = JSON.stringify(destinations.map(booksOf));
    looks = seen === books ? looks + 1 : 0;
    books = seen;
    return looks > 10;
  });
  const { deadLetters } = await house.json<{ deadLetters: KnownDeadLetter[] }>("/tenants/acme/dead-letters");
  await house.worker.kill9();
  return {
    plan: planWith([...before, ...last, afterwards]),
    secrets: secretsAt(house.addresses),
    leftAt: Date.now(),
    status,
    deadLetters,
  };
}

const booksOf = ({ name, health, collected, delivered, pending, skipped, dead }: DestinationStatus) => ({
  name,
  health,
  collected,
  delivered,
  pending,
  skipped,
  dead,
});

/** As the version itself says. */
async function encodingsOf(checkout: string, secrets: Record<string, string>): Promise<Record<string, number>> {
  const { readConfig } = (await import(join(checkout, "src/config/read-config.ts"))) as typeof ReadConfig;
  const encodings = [...readConfig(secrets).destinations.values()].map((parsed) => {
    if (!parsed.ok) throw new Error(`A secret is not right: ${JSON.stringify(parsed.errors)}`);
    return [parsed.value.type, Number(parsed.value.destination.encodingVersion("audit-events"))] as const;
  });
  return Object.fromEntries(encodings);
}

function endsOf(
  house: Installation,
  { plan, secrets, leftAt, status, deadLetters }: Left,
): Omit<Ends, "version" | "encodings"> {
  const events = eventsOf(plan);
  const places = new Map(events.map(({ key }, place) => [key, place]));
  const placeOf = (key: string): number => {
    const place = places.get(key);
    if (place === undefined) throw new Error(`Nobody made the record ${key}`);
    return place;
  };
  const accepted = [...house.world.intakes].map(([name, { memory }]) => [
    name,
    memory.batches
      .filter((batch) => batch.accepted)
      .map(({ id, bodyDigest, keys }) => ({ id, bodyDigest, records: runsOf(keys.map(placeOf)) })),
  ]);
  return {
    leftAt,
    ports,
    secrets,
    plan,
    eventsDigest: digestOf(events),
    accepted: Object.fromEntries(accepted) as Ends["accepted"],
    books: status.destinations.map(booksOf),
    deadLetters: deadLetters.map(({ destination, recordId, status: code }) => ({
      destination,
      recordId,
      status: code,
    })),
  };
}

async function main(checkout: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { version: string };
  const state = mkdtempSync(join(tmpdir(), "state-to-keep-"));
  const house = await Installation.start(planWith([...before, afterwards]), secretsAt, {
    project: checkout,
    state,
    ports,
  });
  try {
    await live(house);
    const left = await die(house);
    const encodings = await encodingsOf(checkout, left.secrets);
    const ends: Ends = { version, encodings, ...endsOf(house, left) };
    const databases = readDatabases(state);
    const poor = poorIn(databases);
    if (poor.length > 0) throw new Error(`The state has no ${poor.join(", no ")}: run it again`);
    const folder = fixtureFolder(version);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, stateFile), packed(databases));
    writeFileSync(join(folder, endsFile), `${JSON.stringify(ends, null, 2)}\n`);
    console.log(`Wrote ${folder}`);
  } finally {
    await house.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

const [checkout] = process.argv.slice(2);
if (checkout === undefined)
  throw new Error("Name the folder of the version's sources: node test/upgrades/make-fixture.ts CHECKOUT");
await main(resolve(checkout));
