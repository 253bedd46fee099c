/** Contract §3 "Changes": rotated tokens, moved hosts, jurisdictions, and tenants that are forgotten. Each test has a tenant of its own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, type HttpServer } from "../simulator/http-server.ts";
import { imbalance } from "./evidence.ts";
import {
  base,
  Installation,
  tenantSecret,
  tokenOf,
  until,
  webhookSecret,
  type Problem,
  type Secrets,
} from "./installation.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const tenants = ["rotated", "hourly", "moved", "stranger", "forgotten", "busy", "placed"];

let house: Installation;
/** The same account as `moved`, under another host. */
let newHost: HttpServer;

beforeAll(async () => {
  const now = Date.now();
  const events = [
    { seed: 1, count: 700, from: now - 90 * day, to: now - 20 * minute },
    { seed: 2, count: 100, from: now - 5 * minute, to: now - 2000 },
  ];
  const kandji = Object.fromEntries(tenants.map((name) => [name, { token: tokenOf(name), events }]));
  house = await Installation.start({ kandji, intakes: { one: { kind: "webhook" } } }, () => base);
  newHost = await listen(house.kandji("moved").fetch);
});
afterAll(async () => {
  await house.stop();
  await newHost.close();
});

const tenant = (name: string, more: object = {}): Secrets => ({
  [`TENANT_${name.toUpperCase()}`]: tenantSecret(house.addresses, name, more),
});

/** Puts these secrets beside the one destination, and no others, and fires the cron. */
async function put(...secrets: readonly Secrets[]): Promise<void> {
  const one = { DESTINATION_ONE: webhookSecret(house.addresses, "one") };
  await house.worker.restart(Object.assign({}, base, one, ...secrets) as Secrets);
  await house.fire();
}

const happen = (name: string, count: number, seed: number): number =>
  house.kandji(name).seed({ seed, count, from: Date.now() - 1800, to: Date.now() - 800 });

const askedOf = (name: string): number => house.kandji(name).requests.manners().requests;

const problemOf = async (name: string, code: string): Promise<Problem | undefined> =>
  (await house.tenant(name)).problems.find((problem) => problem.code === code);

const expectOnce = (name: string, events: number): void =>
  expect(house.account("one", name)).toMatchObject({ delivered: events, lost: 0, repeated: 0, altered: 0 });

async function expectBalance(name: string): Promise<void> {
  const { destinations } = await house.tenant(name);
  expect(destinations.map((books) => [books.name, imbalance(books)])).toEqual([["one", 0]]);
}

describe("a rotated token", () => {
  test("holds the tenant and says so; the new secret lifts the hold at once", async () => {
    await put(tenant("rotated"));
    await house.settled(["one"], { tenant: "rotated" });
    house.kandji("rotated").change({ token: "the-new-token" });
    happen("rotated", 12, 10);
    await house.fire();
    const problem = await until(
      "the problem",
      () => problemOf("rotated", "token-rejected"),
      (seen) => seen !== undefined,
    );
    expect(problem?.subject).toBe("tenant rotated / audit-events");
    expect(problem?.fix).toContain("token");
    // A hold is probed every 60 seconds, however often the cron fires.
    const asked = askedOf("rotated");
    for (let firing = 0; firing < 3; firing += 1) await house.fire();
    expect(askedOf("rotated")).toBe(asked);

    await put(tenant("rotated", { token: "the-new-token" }));
    await until(
      "what happened meanwhile",
      () => house.account("one", "rotated").lost,
      (lost) => lost === 0,
      5000,
    );
    expect(await problemOf("rotated", "token-rejected")).toBeUndefined();
    expectOnce("rotated", 812);
    await expectBalance("rotated");
  });

  test("also where polls are an hour apart: one that failed is not a poll that was made", async () => {
    const hourly = { datasets: { "audit-events": { every: "1h" } } };
    await put(tenant("hourly", { ...hourly, token: "a-wrong-token" }));
    await until(
      "the problem",
      () => problemOf("hourly", "token-rejected"),
      (seen) => seen !== undefined,
    );
    await put(tenant("hourly", hourly));
    await until(
      "everything",
      () => house.account("one", "hourly").lost,
      (lost) => lost === 0,
      10_000,
    );
    expectOnce("hourly", 800);
  });
});

describe("an API host that moves", () => {
  test("keeps its cursor at the same account, and stops at another one", async () => {
    await put(tenant("moved"));
    await house.settled(["one"], { tenant: "moved" });
    happen("moved", 14, 10);
    await put(tenant("moved", { apiUrl: newHost.origin }));
    await house.settled(["one"], { tenant: "moved" });
    expectOnce("moved", 814);

    // The address of another account, whose token is right.
    const elsewhere = { apiUrl: house.addresses.kandji["stranger"], token: tokenOf("stranger") };
    happen("moved", 3, 11);
    await put(tenant("moved", elsewhere));
    const problem = await until(
      "the problem",
      () => problemOf("moved", "different-account"),
      (seen) => seen !== undefined,
    );
    expect(problem?.subject).toBe("tenant moved / audit-events");
    await house.fire();
    expect(house.account("one", "stranger").delivered).toBe(0);
    expect(house.account("one", "moved").lost).toBe(3);

    await put(tenant("moved", { apiUrl: newHost.origin }));
    await house.settled(["one"], { tenant: "moved" });
    expectOnce("moved", 817);
    await expectBalance("moved");
  });
});

describe("DELETE /tenants/:tenant", () => {
  const forget = async (name: string, confirm: string): Promise<number> =>
    (await house.ask(`/tenants/${name}`, { method: "DELETE", body: { confirm } })).status;

  test("forgets only when it is confirmed; then the tenant starts again, under other batch ids", async () => {
    await put(tenant("forgotten"));
    await house.settled(["one"], { tenant: "forgotten" });
    expect(await forget("forgotten", "rotated")).toBe(400);
    expect(await forget("nobody", "nobody")).toBe(404);
    expect(await house.destination("one", "forgotten")).toMatchObject({ delivered: 800 });

    expect(await forget("forgotten", "forgotten")).toBe(202);
    expect((await house.status()).tenants.find(({ id }) => id === "forgotten")?.destinations).toEqual([]);
    await house.fire();
    await until(
      "all of it again",
      () => house.account("one", "forgotten").repeated,
      (repeated) => repeated === 800,
    );
    const sent = house.intake("one").memory.batches.filter((batch) => batch.tenant === "forgotten");
    expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length);
    expect(await house.destination("one", "forgotten")).toMatchObject({ collected: 800, delivered: 800 });
  });

  test("while answers are awaited on both sides: what comes late touches nothing of the new life", async () => {
    house.kandji("busy").change({ latencyMs: 300 });
    house.intake("one").change({ latencyMs: 900 });
    await put();
    await house.worker.restart({
      ...base,
      DESTINATION_ONE: webhookSecret(house.addresses, "one", { maxBatchRecords: 50 }),
      ...tenant("busy"),
    });
    house.beginFiring();
    const seen = () => house.intake("one").requests.manners().requests;
    const before = seen();
    await until("a batch under way", seen, (requests) => requests > before + 1);
    expect(await forget("busy", "busy")).toBe(202);
    house.beginFiring();
    await until("a batch of the new life", seen, (requests) => requests > before + 3);
    house.kandji("busy").change({ latencyMs: 0 });
    house.intake("one").change({ latencyMs: 0 });
    await house.settled(["one"], { tenant: "busy" });
    // In its new life it has collected everything, and sent every bit of it, whatever the old one had sent.
    expect(await house.destination("one", "busy")).toMatchObject({ collected: 800, delivered: 800, pending: 0 });
    await expectBalance("busy");
  });
});

describe("a changed jurisdiction", () => {
  test("is refused until the old state was forgotten", async () => {
    await put(tenant("placed"));
    await house.settled(["one"], { tenant: "placed" });
    const asked = askedOf("placed");
    await put(tenant("placed", { jurisdiction: "eu" }));
    await house.fire();
    const { problems } = await house.status();
    expect(problems).toContainEqual(
      expect.objectContaining({ code: "jurisdiction-changed", subject: "tenant placed" }),
    );
    expect(askedOf("placed")).toBe(asked);
    expect((await house.ask("/healthz", { authorization: null })).status).toBe(503);

    const forgotten = await house.ask("/tenants/placed", { method: "DELETE", body: { confirm: "placed" } });
    expect(forgotten.status).toBe(202);
    await house.fire();
    await until(
      "all of it again",
      () => house.account("one", "placed").repeated,
      (repeated) => repeated === 800,
    );
    expect((await house.tenant("placed")).problems).toEqual([]);
    // And back again: the new place is as binding as the old one was.
    await put(tenant("placed"));
    expect((await house.status()).problems).toContainEqual(expect.objectContaining({ code: "jurisdiction-changed" }));
  });
});
