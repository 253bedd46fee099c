/** Contract §7.1, 7.2, 7.6, 7.7, 7.8 and the dead letters of §6, while both sides fail in every way that they know. */
import { afterEach, describe, expect, test } from "vitest";
import type { Fault } from "../simulator/faults.ts";
import { imbalance, repeatedRecords, repeatsAt } from "./evidence.ts";
import { base, Installation, tenantSecret, tokenOf, until, webhookSecret, type TenantStatus } from "./installation.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const poison = "the strict one refuses this";
const later = (status: number): Fault => ({ do: "status", status });
const throttle = (as: "seconds" | "date"): Fault => ({ do: "status", status: 429, retryAfter: { seconds: 1, as } });
const shares = (...faults: readonly Fault[]) => faults.map((fault) => ({ share: 0.05 / faults.length, fault }));

interface DeadLetter {
  readonly id: number;
  readonly dataset: string;
  readonly destination: string;
  readonly recordId: string;
  readonly status: number;
  readonly reason: string;
  readonly excerpt: string;
  readonly at: string;
}

let house: Installation;
afterEach(async () => house.stop());

const deadLetters = async (): Promise<DeadLetter[]> =>
  (await house.json<{ deadLetters: DeadLetter[] }>("/tenants/acme/dead-letters")).deadLetters;

const poisoned = () =>
  house
    .kandji()
    .store.visible()
    .filter(({ raw }) => raw.includes(poison));

async function expectBalance(): Promise<TenantStatus["destinations"]> {
  const { destinations } = await house.tenant();
  expect(destinations.map((one) => [one.name, imbalance(one)])).toEqual(destinations.map(({ name }) => [name, 0]));
  return destinations;
}

describe("while one answer in twenty fails on both sides", () => {
  test("everything arrives once, one refused record is one dead letter, and nobody is asked too early", async () => {
    const now = Date.now();
    house = await Installation.start(
      {
        kandji: {
          acme: {
            token: tokenOf("acme"),
            events: [
              {
                seed: 3,
                count: 14_000,
                from: now - 200 * day,
                to: now - 20 * minute,
                odd: 100,
                marked: { count: 1, text: poison },
              },
              { seed: 4, count: 1000, from: now - 5 * minute, to: now - 1000 },
            ],
            faults: {
              script: [
                "ok",
                later(503),
                "ok",
                { do: "cut" },
                "ok",
                throttle("seconds"),
                "ok",
                throttle("date"),
                { do: "unreadable" },
              ],
              shares: shares(later(500), { do: "cut" }, throttle("seconds"), { do: "unreadable" }),
            },
          },
        },
        intakes: {
          strict: {
            kind: "webhook",
            refuse: [{ contains: poison, status: 422 }],
            faults: {
              script: ["ok", { do: "lost-answer" }, "ok", throttle("date")],
              shares: shares(later(503), { do: "lost-answer" }, throttle("seconds")),
            },
          },
          plain: {
            kind: "webhook",
            faults: {
              script: ["ok", { do: "cut" }, { do: "hang" }],
              shares: shares(later(500), { do: "cut" }, throttle("date")),
            },
          },
        },
      },
      (addresses) => ({
        ...base,
        TENANT_ACME: tenantSecret(addresses),
        DESTINATION_STRICT: webhookSecret(addresses, "strict", { maxBatchRecords: 100 }),
        DESTINATION_PLAIN: webhookSecret(addresses, "plain", {
          encoding: "json-array",
          gzip: true,
          maxBatchRecords: 150,
        }),
      }),
    );

    await house.settled(["strict", "plain"], { withinMs: 90_000 });
    expect(house.account("strict")).toMatchObject({ lost: 0, altered: 0, delivered: 14_999, refused: 1 });
    expect(house.account("plain")).toMatchObject({ lost: 0, altered: 0, delivered: 15_000, repeated: 0 });
    expect(await expectBalance()).toMatchObject([
      { name: "strict", collected: 15_000, delivered: 14_999, dead: 1 },
      { name: "plain", collected: 15_000, delivered: 15_000, dead: 0 },
    ]);
    for (const name of ["strict", "plain"]) {
      expect([...house.intake(name).memory.changedBatches]).toEqual([]);
      expect(house.intake(name).requests.manners()).toMatchObject({ early: 0 });
    }
    expect(house.kandji().requests.manners()).toMatchObject({ early: 0, unauthorized: 0 });
    // Answers that the strict intake gave and that never arrived, each repeats the batch that it was about.
    const { memory, requests } = house.intake("strict");
    const lostAnswers = requests.manners().byStatus["0"] ?? 0;
    expect(lostAnswers).toBeGreaterThan(1);
    expect(repeatsAt(house.intake("strict")).length).toBeLessThanOrEqual(lostAnswers);
    expect(repeatedRecords(house.intake("strict"))).toBeLessThanOrEqual(lostAnswers * 100);
    expect(memory.refused.size).toBe(1);
  });

  test("dead letters are listed, sent again and let go by HTTP, and the books follow", async () => {
    const now = Date.now();
    house = await Installation.start(
      {
        kandji: {
          acme: {
            token: tokenOf("acme"),
            events: [
              { seed: 5, count: 600, from: now - 5 * minute, to: now - 1000, marked: { count: 2, text: poison } },
            ],
          },
        },
        intakes: {
          strict: { kind: "webhook", refuse: [{ contains: poison, status: 422 }] },
          plain: { kind: "webhook" },
        },
      },
      (addresses) => ({
        ...base,
        TENANT_ACME: tenantSecret(addresses),
        DESTINATION_STRICT: webhookSecret(addresses, "strict"),
        DESTINATION_PLAIN: webhookSecret(addresses, "plain"),
      }),
    );
    await house.settled(["strict", "plain"]);
    const letters = await deadLetters();
    const [first, second] = letters;
    expect(letters.map(({ recordId }) => recordId).toSorted()).toEqual(
      poisoned()
        .map(({ id }) => id)
        .toSorted(),
    );
    for (const letter of letters) {
      expect(letter).toMatchObject({ dataset: "audit-events", destination: "strict", status: 422 });
      expect(letter.excerpt).toContain(letter.recordId);
      expect(letter.reason).not.toBe("");
      expect(new Date(letter.at).toISOString()).toBe(letter.at);
    }
    expect((await house.tenant()).problems).toContainEqual(expect.objectContaining({ code: "dead-letters" }));

    // Sent again while the intake still refuses it: held until another record was accepted, then dead again.
    const redrive = { method: "POST", body: { ids: [first?.id] } };
    expect((await house.ask("/tenants/acme/dead-letters/redrive", redrive)).status).toBe(202);
    await until(
      "the redriven record to be refused",
      () => house.tenant(),
      ({ problems }) => problems.some(({ code }) => code === "refuses-everything"),
    );
    expect((await expectBalance())[0]).toMatchObject({ pending: 1, dead: 1 });
    house.kandji().seed({ seed: 7, count: 1, from: Date.now() - 2000, to: Date.now() - 1000 });
    await house.fire();
    await until(
      "the record to be given up again",
      () => house.destination("strict"),
      ({ pending, dead }) => pending === 0 && dead === 2,
    );
    await expectBalance();

    house.intake("strict").change({ refuse: [] });
    const again = (await deadLetters()).find(({ recordId }) => recordId === first?.recordId);
    expect(
      (await house.ask("/tenants/acme/dead-letters/redrive", { method: "POST", body: { ids: [again?.id] } })).status,
    ).toBe(202);
    await until(
      "the redriven record to arrive",
      () => house.destination("strict"),
      ({ delivered }) => delivered === 600,
    );
    expect(house.intake("strict").memory.times.get(first?.recordId ?? "")).toBe(1);
    await expectBalance();

    expect((await house.ask("/tenants/acme/dead-letters", { method: "DELETE" })).status).toBe(202);
    expect(await deadLetters()).toEqual([]);
    expect(await house.destination("strict")).toMatchObject({
      collected: 601,
      delivered: 600,
      skipped: 1,
      dead: 0,
      pending: 0,
    });
    expect(house.intake("strict").memory.times.has(second?.recordId ?? "")).toBe(false);
    expect(house.account("plain")).toMatchObject({ lost: 0, repeated: 0 });
  });
});

describe("from one firing of the cron", () => {
  /** Retried soon, twice: its own pauses must not grow by what somebody else waits for. */
  const stumbles = { script: ["ok", later(503), later(503), "ok", later(503), later(503)] } as const;
  const history = () => ({ seed: 6, count: 12_000, from: Date.now() - 200 * day, to: Date.now() - 20 * minute });

  test("a destination that hangs costs the other nothing", async () => {
    house = await Installation.start(
      {
        kandji: { acme: { token: tokenOf("acme"), events: [history()] } },
        intakes: {
          good: { kind: "webhook", faults: stumbles },
          hung: { kind: "webhook", faults: { script: [{ do: "hang" }] } },
        },
      },
      (addresses) => ({
        ...base,
        TENANT_ACME: tenantSecret(addresses),
        DESTINATION_GOOD: webhookSecret(addresses, "good", { maxBatchRecords: 100 }),
        DESTINATION_HUNG: webhookSecret(addresses, "hung"),
      }),
    );
    house.beginFiring();
    await until(
      "everything at the good one",
      () => house.account("good").lost,
      (lost) => lost === 0,
      20_000,
    );
    // Otherwise it did not hang all the time.
    expect(house.account("hung").delivered).toBe(0);
    expect(house.account("good")).toMatchObject({ repeated: 0 });
    await expectBalance();
  });

  test("a Kandji that hangs costs the deliveries nothing", async () => {
    const pages = 6;
    const script = [...Array.from({ length: pages }, () => "ok" as const), { do: "hang" } as const];
    house = await Installation.start(
      {
        kandji: { acme: { token: tokenOf("acme"), events: [history()], faults: { script } } },
        intakes: { good: { kind: "webhook", faults: stumbles } },
      },
      (addresses) => ({
        ...base,
        TENANT_ACME: tenantSecret(addresses),
        DESTINATION_GOOD: webhookSecret(addresses, "good", { maxBatchRecords: 100 }),
      }),
    );
    house.beginFiring();
    // The newest page may be held back until there is more to write with it.
    const atLeast = (pages - 2) * 499;
    await until(
      "what Kandji gave before it hung",
      () => house.account("good").delivered,
      (delivered) => delivered >= atLeast,
      20_000,
    );
    expect(house.kandji().requests.manners().requests).toBe(pages + 1);
    await expectBalance();
  });
});
