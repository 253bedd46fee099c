/** Contract §7.1, 7.2 and the books of §6 over an upgrade and over a roll-back, in the real runtime. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { listen } from "../simulator/http-server.ts";
import { startWorker } from "../simulator/worker-process.ts";
import { readDatabases, writeDatabases, type StoredDatabase } from "../upgrades/databases.ts";
import { lossesAt, remember, repeatedAt, unexplained } from "../upgrades/evidence.ts";
import { readFixture, releases, type Fixture, type KnownDeadLetter } from "../upgrades/fixture.ts";
import { imbalance, repeatedRecords, repeatsAt } from "./evidence.ts";
import { base, Installation, tenantSecret, tokenOf, until, webhookSecret, type Status } from "./installation.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const project = join(import.meta.dirname, "../..");
/** Of the world: intakes, a foreign host, one tenant. */
const portsUsed = 3;

const folders: string[] = [];
let house: Installation | undefined;
afterEach(async () => {
  await house?.stop();
  house = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  folders.push(folder);
  return folder;
}

/** Another run of this test on the same machine has them for a while. */
async function portsAreFree(first: number): Promise<unknown> {
  const isFree = async (port: number): Promise<boolean> => {
    try {
      await (await listen(async () => new Response(null), port)).close();
      return true;
    } catch {
      return false;
    }
  };
  return until(
    `the ports ${first} to ${first + portsUsed - 1}, at which this state knows its world, to be free`,
    async () => Promise.all(Array.from({ length: portsUsed }, async (_, index) => isFree(first + index))),
    (free) => free.every(Boolean),
    minute,
  );
}

async function expectBalance(at: Installation): Promise<void> {
  const { destinations } = await at.tenant();
  expect(destinations.map((one) => [one.name, imbalance(one)])).toEqual(destinations.map(({ name }) => [name, 0]));
}

const deadLettersAt = async (at: Installation): Promise<readonly KnownDeadLetter[]> =>
  (await at.json<{ deadLetters: KnownDeadLetter[] }>("/tenants/acme/dead-letters")).deadLetters;

/** Fires until nothing waits for these and nothing is lost at them; then nothing is altered, and at most one batch of a stream repeated. */
async function expectAll(at: Installation, fixture: Fixture, names: readonly string[]): Promise<void> {
  let firedAt = 0;
  const losses = async () => {
    const letters = await deadLettersAt(at);
    return names.map((name) => {
      const dead = letters.flatMap(({ destination, recordId }) => (destination === name ? [recordId] : []));
      return { name, ...lossesAt(at.world, fixture, name, new Set(dead)) };
    });
  };
  const waiting = async () => {
    if (Date.now() - firedAt >= 1000) {
      firedAt = Date.now();
      await at.fire();
    }
    const { destinations } = await at.tenant();
    const pending = destinations.flatMap((one) => (names.includes(one.name) ? [one.pending] : []));
    return { pending, lost: (await losses()).map(({ lost }) => lost.length) };
  };
  await until(
    `all of ${names.join(", ")}`,
    waiting,
    ({ pending, lost }) => pending.length === names.length && [...pending, ...lost].every((count) => count === 0),
    minute,
  );
  for (const { name, altered } of await losses()) {
    expect([name, altered]).toEqual([name, []]);
    const intake = at.intake(name);
    expect([...intake.memory.changedBatches]).toEqual([]);
    expect(unexplained(fixture, name, intake)).toEqual([]);
    const streams = repeatedAt(fixture, name, intake).map(({ stream }) => stream);
    expect(streams).toEqual([...new Set(streams)]);
  }
}

describe.each(releases())("the state that version %s left behind", (release) => {
  const fixture = readFixture(release);
  const paused = fixture.books.filter(({ health }) => health === "paused").map(({ name }) => name);
  const running = fixture.books.filter(({ health }) => health !== "paused").map(({ name }) => name);

  test("is opened by this version: it goes on where it stood, and loses nothing", { timeout: 240_000 }, async () => {
    const state = temporaryFolder();
    writeDatabases(state, fixture.databases);
    await portsAreFree(fixture.ports);
    house = await Installation.start(fixture.plan, () => fixture.secrets, { state, ports: fixture.ports });
    remember(house.world, fixture);

    // What the older version reported is shown before the first firing, to a program and to a person.
    const { tenants } = await house.status();
    expect(tenants.map(({ id, destinations }) => [id, destinations.map(({ name }) => name)])).toEqual([
      ["acme", fixture.books.map(({ name }) => name)],
    ]);
    expect((await house.ask("/status", { accept: "text/html" })).status).toBe(200);
    await expectBalance(house);
    expect((await house.ask("/status/acme", { accept: "text/html" })).status).toBe(200);
    const letters = await deadLettersAt(house);
    for (const letter of fixture.deadLetters) expect(letters).toContainEqual(expect.objectContaining(letter));

    await expectAll(house, fixture, running);
    await expectBalance(house);
    for (const name of paused) {
      expect(await house.destination(name)).toMatchObject({ health: "paused" });
      expect(house.intake(name).requests.manners().requests).toBe(0);
      await house.json("/tenants/acme/resume", { method: "POST", body: { destination: name } });
    }
    await expectAll(house, fixture, paused);
    await expectBalance(house);
    expect((await house.tenant()).datasets).toMatchObject([{ backfill: { state: "done" } }]);
  });
});

/** This version with one more migration, as the next one may have. */
function newerVersion(): string {
  const folder = temporaryFolder();
  for (const path of ["src", "package.json", "wrangler.toml"]) {
    cpSync(join(project, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"), "junction");
  const path = join(folder, "src/tenant/migrations.ts");
  const text = readFileSync(path, "utf8");
  const end = text.indexOf("\n];");
  if (end < 0) throw new Error("Where the list of migrations ends is not found any more");
  writeFileSync(
    path,
    `${text.slice(0, end)}\n  "CREATE TABLE of_the_next_version (id INTEGER PRIMARY KEY)",${text.slice(end)}`,
  );
  return folder;
}

/** All tables of tenants' objects; the platform's own, where alarms are, it writes as it likes. */
const tenantTables = (state: string) =>
  readDatabases(state)
    .filter(({ path }) => path.includes("-Tenant/"))
    .map(({ path, tables }) => ({ path, tables: tables.filter(({ name }) => !name.startsWith("_cf_")) }));

function versionIn(databases: readonly StoredDatabase[]): number {
  const migrations = databases.flatMap(({ tables }) => tables).find(({ name }) => name === "migrations");
  return migrations?.rows.length ?? 0;
}

describe("a state that a newer version wrote", () => {
  test("is refused by this one: the status says it, nothing is touched or asked, and the newer one goes on", async () => {
    const now = Date.now();
    const state = temporaryFolder();
    house = await Installation.start(
      {
        kandji: {
          acme: {
            token: tokenOf("acme"),
            rate: { perSecond: 5, perHour: 10_000, announced: true },
            events: [
              { seed: 1, count: 9000, from: now - 90 * day, to: now - 20 * minute },
              { seed: 2, count: 300, from: now - 5 * minute, to: now - 1000 },
            ],
          },
        },
        intakes: { one: { kind: "webhook" } },
      },
      (addresses) => ({
        ...base,
        TENANT_ACME: tenantSecret(addresses),
        DESTINATION_ONE: webhookSecret(addresses, "one", { maxBatchRecords: 200 }),
      }),
      { project: newerVersion(), state },
    );
    const { world, addresses } = house;
    house.beginFiring();
    const delivered = (): number => house?.account("one").delivered ?? 0;
    await until("half of it", delivered, (count) => count > 2000);
    await house.worker.kill9();
    const before = tenantTables(state);
    const version = versionIn(before);
    const requests = (): number[] =>
      [house?.kandji(), house?.intake("one")].map((end) => end?.requests.manners().requests ?? 0);
    const asked = requests();
    expect(house.account("one").lost).toBeGreaterThan(2000);

    const older = await startWorker({
      secrets: {
        ...base,
        TENANT_ACME: tenantSecret(addresses),
        DESTINATION_ONE: webhookSecret(addresses, "one", { maxBatchRecords: 200 }),
      },
      state,
      minutes: 2,
    });
    try {
      await older.fireCron();
      const authorization = `Bearer ${base["ADMIN_TOKEN"] ?? ""}`;
      const answer = await fetch(`${older.url}/status`, { headers: { authorization, accept: "application/json" } });
      const { health, problems } = (await answer.json()) as Status;
      expect(health).toBe("failing");
      const problem = problems.find(({ subject, message }) => subject === "tenant acme" && message.includes("version"));
      expect(problem?.message).toContain(
        `it has version ${version} and this program knows ${version - 1}; deploy the newer program again`,
      );
      expect((await fetch(`${older.url}/healthz`)).status).toBe(503);
    } finally {
      await older.stop();
    }
    expect(tenantTables(state)).toEqual(before);
    expect(requests()).toEqual(asked);

    await house.worker.restart();
    await house.settled(["one"]);
    await expectBalance(house);
    expect(world.accounts()).toMatchObject([{ intake: "one", lost: 0, altered: 0, delivered: 9300 }]);
    const repeats = repeatsAt(house.intake("one"));
    expect(repeats.length).toBeLessThanOrEqual(2);
    for (const { first, again } of repeats) expect(again.bodyDigest).toBe(first.bodyDigest);
    expect(repeatedRecords(house.intake("one"))).toBe(repeats.reduce((sum, { again }) => sum + again.keys.length, 0));
  });
});
