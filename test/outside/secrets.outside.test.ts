/** Contract §3 "Changes": secrets that come, go, are mistyped and mended. Each test has a tenant of its own. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
const tenants = ["first", "second", "mistaken", "mistyped", "grown", "shrunk", "waiting"];

let house: Installation;

beforeAll(async () => {
  const now = Date.now();
  const events = [
    { seed: 1, count: 700, from: now - 90 * day, to: now - 20 * minute },
    { seed: 2, count: 100, from: now - 5 * minute, to: now - 2000 },
  ];
  const kandji = Object.fromEntries(tenants.map((name) => [name, { token: tokenOf(name), events }]));
  const intakes = { one: { kind: "webhook" }, two: { kind: "webhook" } } as const;
  house = await Installation.start({ kandji, intakes }, () => ({ ALLOW_LOCAL_HOSTS: "true" }));
});
afterAll(async () => house.stop());
beforeEach(() => {
  for (const name of ["one", "two"]) house.intake(name).faults.clear();
});

const one = (more: object = {}): Secrets => ({ DESTINATION_ONE: webhookSecret(house.addresses, "one", more) });
const two = (more: object = {}): Secrets => ({ DESTINATION_TWO: webhookSecret(house.addresses, "two", more) });
const tenant = (name: string, more: object = {}): Secrets => ({
  [`TENANT_${name.toUpperCase()}`]: tenantSecret(house.addresses, name, more),
});

/** Puts these secrets and no others, and fires the cron. */
async function put(...secrets: readonly Secrets[]): Promise<void> {
  await house.worker.restart(Object.assign({}, base, ...secrets) as Secrets);
  await house.fire();
}

/** New events of a tenant, visible at once. */
const happen = (name: string, count: number, seed: number): number =>
  house.kandji(name).seed({ seed, count, from: Date.now() - 1800, to: Date.now() - 800 });

const askedOf = (name: string): number => house.kandji(name).requests.manners().requests;

async function problemsOf(secret: string): Promise<readonly Problem[]> {
  const { problems } = await house.status();
  return problems.filter(({ subject }) => subject.startsWith(`secret ${secret}`));
}

const expectOnce = (intake: string, name: string, events: number): void =>
  expect(house.account(intake, name)).toMatchObject({ delivered: events, lost: 0, repeated: 0, altered: 0 });

async function expectBalance(name: string): Promise<void> {
  const { destinations } = await house.tenant(name);
  expect(destinations.map((books) => [books.name, imbalance(books)])).toEqual(
    destinations.map((books) => [books.name, 0]),
  );
}

describe("what is not there yet", () => {
  test("without ADMIN_TOKEN every route but /healthz answers 503 and says what to set", async () => {
    expect(await house.fire()).toBe("ok");
    for (const path of ["/", "/status", "/status/first", "/verify/first", "/tenants/first/dead-letters", "/nowhere"]) {
      const answer = await house.ask(path);
      expect([path, answer.status]).toEqual([path, 503]);
      expect(await answer.text()).toContain("ADMIN_TOKEN");
    }
    expect((await house.ask("/tenants/first", { method: "DELETE", body: { confirm: "first" } })).status).toBe(503);
    const health = await house.ask("/healthz", { authorization: null });
    expect([health.status, await health.json()]).toEqual([200, { ok: true }]);
  });

  test("a destination before its tenant", async () => {
    await put(one());
    expect((await house.status()).tenants).toEqual([]);
    await put(one(), tenant("first"));
    await house.settled(["one"], { tenant: "first" });
    expectOnce("one", "first", 800);
  });

  test("a tenant before its destination: it is not polled, and loses nothing", async () => {
    await put(tenant("second"));
    await house.fire();
    expect(askedOf("second")).toBe(0);
    expect((await house.tenant("second")).problems).toContainEqual(expect.objectContaining({ code: "no-destination" }));
    await put(tenant("second"), one());
    await house.settled(["one"], { tenant: "second" });
    expectOnce("one", "second", 800);
  });
});

describe("a secret that is mistyped for a while", () => {
  const value = "a-value-that-nobody-may-see";

  test("of a destination: it is named with its key and mend, the others go on, and nothing is lost", async () => {
    await put(tenant("mistaken"), one(), two());
    await house.settled(["one", "two"], { tenant: "mistaken" });

    await put(tenant("mistaken"), one(), { DESTINATION_TWO: `{"type":"webhook","url":"https://x.example/${value}"` });
    const [broken] = await problemsOf("DESTINATION_TWO");
    expect(broken?.message).toContain("not valid JSON");
    expect(broken?.fix).toContain("wrangler secret put DESTINATION_TWO");
    happen("mistaken", 20, 10);
    await house.settled(["one"], { tenant: "mistaken" });
    expect(house.account("two", "mistaken").delivered).toBe(800);

    await put(tenant("mistaken"), one(), two({ encodng: value }));
    const [misspelt] = await problemsOf("DESTINATION_TWO");
    expect(misspelt).toMatchObject({ subject: "secret DESTINATION_TWO / encodng" });
    expect(misspelt?.fix).toContain('"encoding"');
    expect(JSON.stringify([await house.status(), await house.tenant("mistaken")])).not.toContain(value);
    happen("mistaken", 30, 11);
    await house.settled(["one"], { tenant: "mistaken" });
    const waiting = await house.destination("two", "mistaken");
    expect(waiting).toMatchObject({ health: "failing", delivered: 800, pending: 50 });

    await put(tenant("mistaken"), one(), two());
    await house.settled(["one", "two"], { tenant: "mistaken" });
    expectOnce("one", "mistaken", 850);
    expectOnce("two", "mistaken", 850);
    await expectBalance("mistaken");
  });

  test("of a tenant: it rests, keeps its position and goes on without a repeat", async () => {
    await put(tenant("mistyped"), one());
    await house.settled(["one"], { tenant: "mistyped" });
    const asked = askedOf("mistyped");

    await put(one(), tenant("mistyped", { maxRequestsPerHuor: value }));
    happen("mistyped", 15, 10);
    await house.fire();
    const [misspelt] = await problemsOf("TENANT_MISTYPED");
    expect(misspelt).toMatchObject({ subject: "secret TENANT_MISTYPED / maxRequestsPerHuor" });
    expect(misspelt?.fix).toContain('"maxRequestsPerHour"');
    expect(askedOf("mistyped")).toBe(asked);
    // What is known of it can still be seen.
    const seen = await house.tenant("mistyped");
    expect(seen).toMatchObject({ health: "failing", destinations: [{ name: "one", delivered: 800 }] });
    expect(JSON.stringify([await house.status(), seen])).not.toContain(value);

    await put(one(), { TENANT_MISTYPED: `{"token": "${value}` });
    expect((await problemsOf("TENANT_MISTYPED"))[0]?.message).toContain("not valid JSON");
    expect(JSON.stringify(await house.status())).not.toContain(value);

    await put(one(), tenant("mistyped"));
    await house.settled(["one"], { tenant: "mistyped" });
    expectOnce("one", "mistyped", 815);
    await expectBalance("mistyped");
  });
});

describe("a destination that comes and goes", () => {
  test("one that is new gets the backfill, for it alone", async () => {
    await put(tenant("grown"), one());
    await house.settled(["one"], { tenant: "grown" });
    happen("grown", 10, 10);
    await put(tenant("grown"), one(), two());
    await house.settled(["one", "two"], { tenant: "grown" });
    expectOnce("one", "grown", 810);
    expectOnce("two", "grown", 810);
    await expectBalance("grown");
  });

  test("one that was taken away and put back goes on where it stopped", async () => {
    await put(tenant("shrunk"), one(), two());
    await house.settled(["one", "two"], { tenant: "shrunk" });
    await put(tenant("shrunk"), one());
    happen("shrunk", 25, 10);
    await house.settled(["one"], { tenant: "shrunk" });
    expect(await house.destination("two", "shrunk")).toMatchObject({ health: "paused", delivered: 800, pending: 25 });
    expect(house.account("two", "shrunk").delivered).toBe(800);
    await put(tenant("shrunk"), one(), two());
    await house.settled(["one", "two"], { tenant: "shrunk" });
    expectOnce("one", "shrunk", 825);
    expectOnce("two", "shrunk", 825);
    await expectBalance("shrunk");
  });
});

test("a retry that was due outlives the runtime: it needs no firing of the cron, and is not early", async () => {
  const retryAfter = { seconds: 4, as: "seconds" } as const;
  house.intake("one").faults.set({ script: [{ do: "status", status: 503, retryAfter }] });
  await put(tenant("waiting"), one());
  const { early } = house.intake("one").requests.manners();
  await until(
    "the intake to be asked",
    () => house.intake("one").requests.newest(1)[0]?.status,
    (status) => status === 503,
  );
  expect(house.account("one", "waiting").delivered).toBe(0);
  await house.worker.kill9();
  await house.worker.restart();
  await until(
    "the retry",
    () => house.account("one", "waiting").lost,
    (lost) => lost === 0,
  );
  expect(house.intake("one").requests.manners().early).toBe(early);
  expectOnce("one", "waiting", 800);
});
